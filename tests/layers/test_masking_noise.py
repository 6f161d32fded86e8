import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.layers import MaskingNoise


@pytest.mark.parametrize("rate", [0.0, 0.001, 0.3, 1.0])
@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_rate_of_zeroed_components_is_right(rate, dtype):
    clean = np.full((200, 500), 3.0, "float32")
    layer = MaskingNoise(rate, seed=0, dtype=dtype)
    noisy = ops.convert_to_numpy(layer(clean, training=True))
    assert set(np.unique(noisy.astype("float32"))) <= {0.0, 3.0}
    zeroed = (noisy == 0).astype("float64")
    spread = np.sqrt(rate * (1.0 - rate))
    assert abs(zeroed.mean() - rate) <= 5.0 * spread / np.sqrt(clean.size)
    # Nothing is drawn for whole rows or columns.
    for axis in (0, 1):
        largest = abs(zeroed.mean(axis) - rate).max()
        assert largest <= 6.0 * spread / np.sqrt(clean.shape[axis]) + 0.01


def test_mask_tells_what_is_corrupted(rng):
    clean = rng.normal(size=(40, 50)).astype("float32")
    clean[:, 0] = 0.0
    layer = MaskingNoise(0.3, return_mask=True, seed=0)
    noisy, mask = (ops.convert_to_numpy(x) for x in layer(clean, training=True))
    assert mask.dtype == noisy.dtype == "float32"
    np.testing.assert_array_equal(noisy, np.where(mask == 1.0, 0.0, clean))
    # Also where the value was zero before, at the same rate.
    assert 0.0 < mask[:, 0].mean() < 1.0
    assert set(np.unique(mask)) == {0.0, 1.0}


def test_mask_is_zero_at_inference(rng):
    clean = rng.normal(size=(4, 5)).astype("float32")
    outputs, mask = MaskingNoise(0.9, return_mask=True)(clean)
    np.testing.assert_array_equal(outputs, clean)
    np.testing.assert_array_equal(mask, np.zeros((4, 5)))


def test_gradient_is_that_of_what_is_left(gradient_of):
    clean = np.ones((4, 5), "float32")
    layer = MaskingNoise(0.5, return_mask=True, seed=0)
    _, mask = layer(clean, training=True)
    layer = MaskingNoise(0.5, seed=0)
    gradient = gradient_of(lambda x: ops.sum(layer(x, training=True)), at=clean)
    np.testing.assert_array_equal(gradient, 1.0 - ops.convert_to_numpy(mask))


@pytest.mark.parametrize("return_mask", [False, True])
def test_sequence_mask_is_passed_on(return_mask):
    x = keras.layers.Masking()(np.zeros((2, 3, 4)))
    for output in keras.tree.flatten(MaskingNoise(0.1, return_mask)(x)):
        assert output._keras_mask is not None
