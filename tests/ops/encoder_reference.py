"""Encoders twice, in Keras and in float64 NumPy, and numeric Jacobians."""

import math

import keras
import numpy as np

erf = np.vectorize(math.erf)
ACTIVATIONS = {
    "linear": lambda z: z,
    "sigmoid": lambda z: 1.0 / (1.0 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0.0),
    "elu": lambda z: np.where(z > 0.0, z, np.exp(z) - 1.0),
    "softplus": lambda z: np.log1p(np.exp(z)),
    "gelu": lambda z: 0.5 * z * (1.0 + erf(z / np.sqrt(2.0))),
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True),
}


def dense(units, activation, **kwargs):
    return keras.layers.Dense(
        units,
        activation,
        kernel_initializer=keras.initializers.RandomNormal(0.0, 0.5),
        bias_initializer=keras.initializers.RandomNormal(0.0, 0.5),
        **kwargs,
    )


def numpy_dense(layer):
    kernel = keras.ops.convert_to_numpy(layer.kernel).astype("float64")
    bias = 0.0
    if layer.bias is not None:
        bias = keras.ops.convert_to_numpy(layer.bias).astype("float64")
    activation = ACTIVATIONS[layer.activation.__name__]
    return lambda x: activation(x @ kernel + bias)


def dense_stack(num_inputs, *layers):
    """A model of `(units, activation)` layers, and the same in NumPy."""
    layers = [dense(*each) for each in layers]
    model = keras.Sequential([keras.Input((num_inputs,)), *layers])

    def forward(x):
        for layer in layers:
            x = numpy_dense(layer)(x)
        return x

    return model, forward


def numeric_jacobian(function, inputs, step=1e-6):
    """Central differences, `(batch, outputs, inputs)` in float64."""
    inputs = np.asarray(inputs, "float64")
    columns = []
    for index in np.ndindex(inputs.shape[1:]):
        moved = np.zeros_like(inputs)
        moved[(slice(None), *index)] = step
        change = function(inputs + moved) - function(inputs - moved)
        columns.append(change.reshape(len(inputs), -1) / (2.0 * step))
    return np.stack(columns, axis=-1)


def numeric_squared_norm(function, inputs):
    return np.sum(numeric_jacobian(function, inputs) ** 2, axis=(1, 2))
