"""Which activations are elementwise, and derivatives of those that are not."""

import keras
import numpy as np
import pytest
from keras import layers
from keras import ops

from keras_dl4.evaluation import mean_jacobian_norm
from keras_dl4.ops import squared_jacobian_norm
from keras_dl4.ops.activation_derivatives import is_elementwise


def sorted_entries(x):
    return ops.sort(x, axis=-1)


def scaled_by_place(x):
    """Fits a last axis of 5 alone."""
    return ops.tanh(x) * np.arange(1, 6, dtype="float32")


def softmax_over_axis(axis):
    def function(x):
        return ops.softmax(x, axis=axis)

    return function


class Unhashable:
    __hash__ = None

    def __call__(self, x):
        return ops.tanh(x)


@pytest.mark.parametrize("shape", [(1,), (8,), (200,), (3, 5), (None, 5)])
@pytest.mark.parametrize(
    "name", ["linear", "sigmoid", "tanh", "relu", "gelu", "softplus", "selu"]
)
def test_elementwise_activations_are_found(name, shape):
    assert is_elementwise(keras.activations.get(name), shape)


@pytest.mark.parametrize("shape", [(2,), (8,), (200,), (3, 5)])
@pytest.mark.parametrize(
    "function",
    [
        keras.activations.softmax,
        keras.activations.log_softmax,
        sorted_entries,
    ],
)
def test_activations_across_entries_are_found(function, shape):
    assert is_elementwise(function, shape) is False


@pytest.mark.parametrize(
    ("function", "shape"),
    [
        (keras.activations.glu, (4,)),  # another size
        (softmax_over_axis(1), (3, 5)),  # over positions
        (softmax_over_axis(2), (5,)),  # fails
        (lambda x: x - ops.mean(x, axis=0), (5,)),  # over the batch
        (lambda x: x - ops.roll(x, 1, axis=1), (3, 5)),  # a neighbor
        (lambda x: x > 0.0, (5,)),  # another dtype
        (scaled_by_place, (8,)),
    ],
)
def test_anything_else_is_neither(function, shape):
    assert is_elementwise(function, shape) is None


def test_shape_and_kind_of_function_are_its_own():
    assert is_elementwise(scaled_by_place, (5,))
    assert is_elementwise(softmax_over_axis(1), (5,)) is False
    assert is_elementwise(softmax_over_axis(2), (3, 5)) is False
    assert is_elementwise(Unhashable(), (5,))


ENCODERS = {
    "positions": ((3, 6), layers.Dense(4, softmax_over_axis(1)), "exact"),
    "last of two": ((6,), layers.Dense(4, softmax_over_axis(1)), "chain"),
    "last of three": ((3, 6), layers.Dense(4, softmax_over_axis(2)), "chain"),
    "unhashable": ((6,), layers.Dense(4, Unhashable()), "chain"),
    "neighbor": (
        (3, 6),
        layers.Dense(4, lambda x: x * ops.roll(x, 1, axis=1)),
        "exact",
    ),
    "by place": ((6,), layers.Dense(5, scaled_by_place), "chain"),
}


@pytest.mark.parametrize("name", ENCODERS)
def test_norms_are_those_of_the_whole_jacobian(name, rng):
    shape, dense, method = ENCODERS[name]
    inputs = rng.normal(size=(5, *shape)).astype("float32")
    whole = squared_jacobian_norm(dense, inputs, "exact")
    expected = ops.convert_to_numpy(whole).astype("float64")
    np.testing.assert_allclose(
        mean_jacobian_norm(dense, inputs), np.sqrt(expected).mean(), rtol=1e-5
    )
    if method == "exact":
        with pytest.raises(ValueError, match="method='chain'. fits"):
            squared_jacobian_norm(dense, inputs, "chain")
        return
    np.testing.assert_allclose(
        squared_jacobian_norm(dense, inputs, method), expected, rtol=1e-5
    )


def test_activation_layer_is_tried_with_the_width_of_its_layer(rng):
    encoder = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(5),
            layers.Activation(scaled_by_place),
        ]
    )
    inputs = rng.normal(size=(4, 6)).astype("float32")
    chain, exact = (
        squared_jacobian_norm(encoder, inputs, method)
        for method in ("chain", "exact")
    )
    np.testing.assert_allclose(chain, exact, rtol=1e-5)
