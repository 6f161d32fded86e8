import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.evaluation import tangent_directions


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_directions_are_eigenvectors_of_the_metric(rng):
    """The right singular vectors of J are the eigenvectors of J^T J."""
    x = rng.normal(size=(5, 3, 2)).astype("float32")
    encoder = keras.Sequential(
        [keras.layers.Flatten(), keras.layers.Dense(7, "sigmoid")]
    )
    directions, values = tangent_directions(encoder, x, 4, batch_size=2)
    assert directions.shape == (5, 4, 3, 2)
    assert values.shape == (5, 4)
    kernel, bias = (ops.convert_to_numpy(w) for w in encoder.weights)
    for example, found, singular in zip(
        x.reshape(5, 6), directions.reshape(5, 4, 6), values, strict=True
    ):
        slopes = sigmoid(example @ kernel + bias)
        jacobian = (slopes * (1 - slopes))[:, None] * kernel.T
        eigenvalues, eigenvectors = np.linalg.eigh(jacobian.T @ jacobian)
        expected = eigenvectors[:, ::-1].T[:4]
        peaks = np.abs(expected).argmax(axis=1)
        expected *= np.sign(expected[np.arange(4), peaks])[:, None]
        np.testing.assert_allclose(found, expected, atol=1e-3)
        np.testing.assert_allclose(
            singular, np.sqrt(eigenvalues[::-1][:4]), rtol=1e-3
        )
        np.testing.assert_allclose(found @ found.T, np.eye(4), atol=1e-5)


def test_directions_lie_on_the_manifold_that_a_code_follows():
    """Of a code of the angle, the tangent is that of the circle."""

    def angle(points):
        return ops.arctan2(points[:, 1:], points[:, :1])

    angles = np.linspace(0.1, 6.0, 12)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    directions, values = tangent_directions(angle, 2.0 * circle, 1)
    tangents = np.stack([-np.sin(angles), np.cos(angles)], axis=-1)
    agreement = np.abs(np.sum(directions[:, 0] * tangents, axis=-1))
    np.testing.assert_allclose(agreement, 1.0, atol=1e-5)
    np.testing.assert_allclose(values, 0.5, rtol=1e-5)


@pytest.mark.parametrize("number", [0, 3, 1.5])
def test_more_directions_than_there_are_raise(number):
    encoder = keras.layers.Dense(2)
    with pytest.raises(ValueError, match=r"Jacobians of shape \(2, 5\)"):
        tangent_directions(encoder, np.ones((1, 5)), number)
