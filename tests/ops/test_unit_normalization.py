import numpy as np
import pytest
from keras import ops

from keras_dl4.ops import unit_normalize


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_vectors_get_length_one(rng, axis):
    x = rng.normal(size=(3, 4, 5))
    expected = x / np.sqrt((x**2).sum(axis, keepdims=True))
    found = ops.convert_to_numpy(unit_normalize(x, axis))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)


def test_zero_stays_zero_and_has_a_finite_gradient(gradient_of):
    zeros = np.zeros((2, 3), "float32")
    np.testing.assert_array_equal(unit_normalize(zeros), zeros)
    gradient = gradient_of(
        lambda x: ops.sum(unit_normalize(x, epsilon=0.01)), at=zeros
    )
    np.testing.assert_allclose(gradient, np.full((2, 3), 100.0), rtol=1e-5)


def test_gradient_is_that_of_the_quotient(rng, gradient_of):
    x, weight = rng.normal(size=(2, 4))
    length = np.sqrt(x @ x)
    expected = (weight - x * (x @ weight) / length**2) / length
    found = gradient_of(lambda at: ops.sum(weight * unit_normalize(at)), at=x)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)


def test_half_precision_does_not_overflow():
    x = np.full((1, 4), 3e4, "float16")
    found = unit_normalize(x)
    assert ops.convert_to_numpy(found).dtype == "float16"
    np.testing.assert_allclose(found, [[0.5] * 4])
