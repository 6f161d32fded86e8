"""Errors of reconstructions against sums in NumPy."""

import keras
import numpy as np
import pytest

from keras_dl4.ops import bernoulli_cross_entropy
from keras_dl4.ops import squared_error


def summed(errors):
    return errors.reshape(len(errors), -1).sum(axis=1)


def cross_entropies(x, p):
    return -(x * np.log(p) + (1.0 - x) * np.log(1.0 - p))


@pytest.fixture(params=[(4, 6), (3, 5, 2), (2, 4, 3, 1)])
def shape(request):
    return request.param


def test_squared_errors_are_summed_over_components(rng, shape):
    x, other, weights = rng.normal(size=(3, *shape))
    expected = (x - other) ** 2
    np.testing.assert_allclose(
        squared_error(x, other), summed(expected), rtol=1e-5
    )
    np.testing.assert_allclose(
        squared_error(x, other, weights), summed(weights * expected), rtol=1e-4
    )


@pytest.mark.parametrize("from_logits", [False, True])
def test_cross_entropies_are_summed_over_components(rng, shape, from_logits):
    x, p, weights = rng.uniform(0.01, 0.99, (3, *shape))
    outputs = np.log(p / (1.0 - p)) if from_logits else p
    expected = cross_entropies(x, p)
    np.testing.assert_allclose(
        bernoulli_cross_entropy(x, outputs, from_logits),
        summed(expected),
        rtol=1e-5,
    )
    np.testing.assert_allclose(
        bernoulli_cross_entropy(x, outputs, from_logits, weights),
        summed(weights * expected),
        rtol=1e-5,
    )


def test_extreme_logits_keep_value_and_gradient(gradient_of):
    logits = np.float32([[80.0, -80.0, 0.0]])
    x = np.float32([[0.0, 1.0, 1.0]])

    def loss(logits):
        return keras.ops.sum(bernoulli_cross_entropy(x, logits, True))

    np.testing.assert_allclose(
        float(loss(logits)), 160.0 + np.log(2.0), rtol=1e-6
    )
    np.testing.assert_allclose(
        gradient_of(loss, at=logits), [[1.0, -1.0, -0.5]], rtol=1e-6
    )


def test_extreme_probabilities_are_finite():
    errors = bernoulli_cross_entropy(np.ones((1, 2)), np.zeros((1, 2)))
    np.testing.assert_allclose(errors, [-2.0 * np.log(1e-7)], rtol=1e-4)


@pytest.mark.parametrize("function", [squared_error, bernoulli_cross_entropy])
def test_half_precision_is_summed_in_float32(function):
    x = keras.ops.zeros((2, 4000), "bfloat16")
    half = keras.ops.full((2, 4000), 0.5, "bfloat16")
    errors = function(x, half)
    assert keras.backend.standardize_dtype(errors.dtype) == "float32"
    expected = np.asarray(
        function(np.zeros((2, 4000)), np.full((2, 4000), 0.5))
    )
    np.testing.assert_allclose(errors, expected, rtol=1e-5)


def test_integers_are_data_too():
    x = np.array([[0, 255]], "uint8")
    np.testing.assert_allclose(
        squared_error(x, np.float32([[1, 0]])), [65026.0]
    )
