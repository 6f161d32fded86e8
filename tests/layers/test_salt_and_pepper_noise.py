import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.layers import SaltAndPepperNoise


@pytest.mark.parametrize("rate", [0.0, 0.01, 0.3, 1.0])
def test_rates_of_salt_and_of_pepper_are_right(rate):
    clean = np.full((200, 500), 0.5, "float32")
    layer = SaltAndPepperNoise(rate, -2.0, 3.0, seed=0)
    noisy = ops.convert_to_numpy(layer(clean, training=True))
    for value, expected in [(-2.0, rate / 2), (3.0, rate / 2), (0.5, 1 - rate)]:
        error = 5.0 * np.sqrt(expected * (1.0 - expected) / clean.size)
        assert abs((noisy == value).mean() - expected) <= error
    assert set(np.unique(noisy)) <= {-2.0, 3.0, 0.5}


def test_mask_tells_what_is_corrupted(rng):
    clean = rng.integers(2, size=(40, 50)).astype("float32")
    layer = SaltAndPepperNoise(0.4, return_mask=True, seed=0)
    noisy, mask = (ops.convert_to_numpy(x) for x in layer(clean, training=True))
    assert mask.dtype == "float32"
    assert set(np.unique(mask)) == {0.0, 1.0}
    np.testing.assert_array_equal(noisy[mask == 0.0], clean[mask == 0.0])
    # Binary data keeps its value in half of the corrupted places.
    changed = (noisy != clean)[mask == 1.0].mean()
    assert abs(changed - 0.5) < 5.0 * 0.5 / np.sqrt(mask.sum())
    assert abs(mask.mean() - 0.4) < 5.0 * np.sqrt(0.24 / mask.size)


def test_mask_is_zero_at_inference(rng):
    clean = rng.normal(size=(4, 5)).astype("float32")
    outputs, mask = SaltAndPepperNoise(0.9, return_mask=True)(clean)
    np.testing.assert_array_equal(outputs, clean)
    np.testing.assert_array_equal(mask, np.zeros((4, 5)))


@pytest.mark.parametrize("return_mask", [False, True])
def test_sequence_mask_is_passed_on(return_mask):
    x = keras.layers.Masking()(np.zeros((2, 3, 4)))
    layer = SaltAndPepperNoise(0.1, return_mask=return_mask)
    for output in keras.tree.flatten(layer(x)):
        assert output._keras_mask is not None


@pytest.mark.parametrize(
    ("low", "high"), [(1.0, 0.0), (0.0, 0.0), (0.0, np.inf), (None, 1.0)]
)
def test_impossible_range_is_refused(low, high):
    with pytest.raises(ValueError, match="the first one less. Received: low="):
        SaltAndPepperNoise(0.1, low, high)
