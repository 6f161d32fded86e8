"""Jacobians against central differences in float64."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.ops import batch_jacobian
from tests.ops.encoder_reference import dense_stack
from tests.ops.encoder_reference import numeric_jacobian

STACKS = {
    "fewer outputs": (6, (5, "tanh"), (3, "sigmoid")),
    "fewer inputs": (3, (5, "tanh"), (6, "gelu")),
    "as many": (4, (4, "softmax")),
}


def as_array(tensor):
    return ops.convert_to_numpy(tensor)


@pytest.mark.parametrize("name", STACKS)
def test_jacobian_of_a_stack_is_the_numeric_one(name, rng):
    encoder, forward = dense_stack(*STACKS[name])
    inputs = rng.normal(size=(5, STACKS[name][0])).astype("float32")
    expected = numeric_jacobian(forward, inputs)
    actual = as_array(batch_jacobian(encoder, inputs))
    assert actual.shape == expected.shape
    np.testing.assert_allclose(
        actual, expected, rtol=1e-5, atol=1e-6 * abs(expected).max()
    )


def test_axes_of_images_are_flattened_in_order(rng):
    images = rng.normal(size=(2, 3, 4, 2)).astype("float32")
    scale = rng.normal(size=(3, 4, 2)).astype("float32")
    factor = ops.convert_to_tensor(scale)
    jacobian = as_array(batch_jacobian(lambda x: x**2 * factor, images))
    expected = [np.diag((2.0 * image * scale).ravel()) for image in images]
    np.testing.assert_allclose(jacobian, expected, rtol=1e-5)


def test_calls_are_in_inference_and_leave_the_losses_alone(rng):
    encoder = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(3, activity_regularizer="l2"),
        ]
    )
    inputs = rng.normal(size=(2, 4)).astype("float32")
    encoder(inputs)
    before = [as_array(loss) for loss in encoder.losses]
    jacobian = as_array(batch_jacobian(encoder, inputs))
    kernel = as_array(encoder.layers[-1].kernel)
    np.testing.assert_allclose(jacobian, [kernel.T] * 2, rtol=1e-6)
    assert [as_array(loss) for loss in encoder.losses] == before
    assert len(before) == 1


def test_layer_without_training_argument_is_called(rng):
    class Double(keras.layers.Layer):
        def call(self, inputs):
            return 2.0 * inputs

    inputs = rng.normal(size=(2, 3)).astype("float32")
    jacobian = as_array(batch_jacobian(Double(), inputs))
    np.testing.assert_array_equal(jacobian, [2.0 * np.eye(3)] * 2)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="XLA switch of TensorFlow"
)
@pytest.mark.parametrize("name", STACKS)
def test_jacobian_under_xla_equals_eager(name, rng):
    import tensorflow as tf

    encoder, _ = dense_stack(*STACKS[name])
    inputs = rng.normal(size=(5, STACKS[name][0])).astype("float32")
    compiled = tf.function(jit_compile=True)(
        lambda x: batch_jacobian(encoder, x)
    )
    with tf.device("CPU:0"):
        np.testing.assert_allclose(
            compiled(inputs), batch_jacobian(encoder, inputs), 1e-5, 1e-6
        )


@pytest.mark.parametrize(
    ("function", "inputs", "message"),
    [
        (ops.square, np.ones((2, 3), "int32"), "inputs must be of a float"),
        (ops.argmax, np.ones((2, 3), "float32"), "output must be of a float"),
        (ops.square, [np.ones((2, 3))] * 2, "Received: 2 of them, as list"),
        (ops.square, {"a": np.ones((2, 3))}, "Concatenate them"),
        (ops.square, np.ones(3, "float32"), "Add the missing axis"),
        (lambda x: (x, x), np.ones((2, 3), "float32"), "must return one"),
    ],
)
def test_function_without_a_jacobian_is_refused(function, inputs, message):
    with pytest.raises(ValueError, match=message):
        batch_jacobian(function, inputs)


@pytest.mark.parametrize("width", [2, 5])
def test_missing_path_is_refused(width):
    def rounded(x):
        return ops.stop_gradient(ops.matmul(x, ops.ones((3, width))))

    with pytest.raises(ValueError, match="no differentiable operations lead"):
        batch_jacobian(rounded, np.ones((2, 3), "float32"))
