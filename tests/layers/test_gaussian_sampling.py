import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.layers import GaussianSampling


def test_draws_have_the_mean_and_the_variance():
    mean, log_variance = np.float32([-2.0, 0.0, 5.0]), np.float32([-4, 0, 2])
    number = 100_000
    inputs = [np.tile(x, (number, 1)) for x in (mean, log_variance)]
    draws = GaussianSampling(seed=0)(inputs, training=True)
    draws = ops.convert_to_numpy(draws).astype("float64")
    variance = np.exp(log_variance.astype("float64"))
    scaled = (draws - mean) / np.sqrt(variance)
    assert np.all(abs(scaled.mean(0)) < 5.0 / np.sqrt(number))
    error = 5.0 * np.sqrt(2.0 / number)
    assert np.all(abs((scaled**2).mean(0) - 1.0) < error)
    correlations = np.corrcoef(scaled.T) - np.eye(3)
    assert np.all(abs(correlations) < 5.0 / np.sqrt(number))


def test_gradients_pass_through_the_draw(gradient_of, rng):
    mean, log_variance = rng.normal(size=(2, 4, 3)).astype("float32")

    def draw(mean, log_variance):
        layer = GaussianSampling(seed=0)
        return layer([mean, log_variance], training=True)

    noise = ops.convert_to_numpy(draw(mean, log_variance)) - mean
    np.testing.assert_array_equal(
        gradient_of(lambda x: ops.sum(draw(x, log_variance)), at=mean),
        np.ones((4, 3)),
    )
    # d/dl of exp(l / 2) e is half of it.
    np.testing.assert_allclose(
        gradient_of(lambda x: ops.sum(draw(mean, x)), at=log_variance),
        0.5 * noise,
        rtol=1e-5,
        atol=1e-6,
    )


def test_float32_whatever_the_policy_of_the_other_layers():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        layer = GaussianSampling(seed=0)
    finally:
        keras.config.set_dtype_policy(before)
    outputs = layer([np.ones((2, 3)), np.ones((2, 3))], training=True)
    assert keras.backend.standardize_dtype(outputs.dtype) == "float32"


def test_another_dtype_is_refused():
    with pytest.raises(ValueError, match="Received: dtype='mixed_bfloat16'"):
        GaussianSampling(dtype="mixed_bfloat16")


@pytest.mark.parametrize(
    "shapes", [[(2, 3)], [(2, 3), (2, 4)], [(2, 3), (2,)], [(2, 3)] * 3]
)
def test_inputs_that_do_not_match_are_refused(shapes):
    with pytest.raises(ValueError, match="two tensors of the same shape"):
        GaussianSampling()([np.zeros(shape) for shape in shapes])


def test_single_tensor_is_refused():
    with pytest.raises(ValueError, match="two tensors of the same shape"):
        GaussianSampling()(np.zeros((2, 3)))
