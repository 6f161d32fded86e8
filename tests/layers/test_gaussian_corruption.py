import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.layers import GaussianCorruption


def test_noise_is_standard_normal_times_stddev():
    clean = np.full((200, 500), 3.0, "float32")
    layer = GaussianCorruption(0.5, seed=0)
    noise = ops.convert_to_numpy(layer(clean, training=True)) - clean
    noise, root = noise.astype("float64") / 0.5, np.sqrt(clean.size)
    # Five standard errors of each moment of a standard normal sample.
    assert abs(noise.mean()) < 5.0 / root
    assert abs((noise**2).mean() - 1.0) < 5.0 * np.sqrt(2.0) / root
    assert abs((noise**4).mean() - 3.0) < 5.0 * np.sqrt(96.0) / root
    neighbors = (noise[:, 1:] * noise[:, :-1]).mean()
    assert abs(neighbors) < 5.0 / root


def test_zero_stddev_changes_nothing(rng):
    x = rng.normal(size=(4, 5)).astype("float32")
    np.testing.assert_array_equal(GaussianCorruption(0.0)(x, training=True), x)


def test_integers_become_the_compute_dtype():
    layer = GaussianCorruption(0.1, dtype="mixed_bfloat16")
    for training in (False, True):
        outputs = layer(np.ones((2, 3), "uint8"), training=training)
        assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"


def test_sequence_mask_is_passed_on():
    x = keras.layers.Masking()(np.zeros((2, 3, 4)))
    assert GaussianCorruption(0.1)(x)._keras_mask is not None


@pytest.mark.parametrize("stddev", [-0.1, np.inf, np.nan, "0.1", None])
def test_impossible_stddev_is_refused(stddev):
    with pytest.raises(ValueError, match="at least 0. Received: stddev="):
        GaussianCorruption(stddev)
