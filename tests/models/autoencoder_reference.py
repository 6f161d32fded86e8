"""Small autoencoders, and what they compute in NumPy."""

import keras
import numpy as np

from keras_dl4.models import Autoencoder

WIDTH, UNITS = 6, 4


def dense_pair(
    width=WIDTH, units=UNITS, code="sigmoid", output=None, **code_options
):
    """An encoder and a decoder of one layer each."""
    encoder = keras.Sequential(
        [
            keras.Input((width,)),
            keras.layers.Dense(units, code, **code_options),
        ]
    )
    decoder = keras.Sequential(
        [keras.Input((units,)), keras.layers.Dense(width, output)]
    )
    return encoder, decoder


def autoencoder(*args, output=None, code_options=None, **kwargs):
    return Autoencoder(
        *dense_pair(output=output, **(code_options or {})), *args, **kwargs
    )


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def reconstruction_of(model, x, output=lambda x: x):
    """What a model of `dense_pair` gives for x, in float64."""
    kernel, bias, other_kernel, other_bias = (
        weight.astype("float64")
        for weight in (
            *model.encoder.get_weights(),
            *model.decoder.get_weights(),
        )
    )
    return output(sigmoid(x @ kernel + bias) @ other_kernel + other_bias)


def squared_jacobian_norms(model, x):
    """||dh/dx||^2 of the sigmoid code of each example, in float64."""
    kernel, bias = (w.astype("float64") for w in model.encoder.get_weights())
    code = sigmoid(x @ kernel + bias)
    jacobian = (code * (1.0 - code))[:, :, None] * kernel.T[None]
    return np.sum(jacobian**2, axis=(1, 2))
