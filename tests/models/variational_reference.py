"""Variational autoencoders of one layer, fed noise, and the same in NumPy."""

import contextlib
from unittest import mock

import keras
import numpy as np
from keras import ops

from keras_dl4.layers.noise_source import NoiseSource
from keras_dl4.models import VariationalAutoencoder

WIDTH, LATENTS = 6, 2


class ConstantVector(keras.layers.Layer):
    """A vector for each example that does not depend on it."""

    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.vector = self.add_weight((width,), initializer="zeros")

    def call(self, inputs):
        return ops.zeros_like(inputs[:, :1]) + self.vector


def linear_pair(width=WIDTH, latents=LATENTS, decoder_bias=True):
    """An encoder of linear means and constant variances; a linear decoder."""
    x = keras.Input((width,))
    moments = [
        keras.layers.Dense(latents, name="mean")(x),
        ConstantVector(latents, name="log_variance")(x),
    ]
    decoder = keras.Sequential(
        [
            keras.Input((latents,)),
            keras.layers.Dense(width, use_bias=decoder_bias),
        ]
    )
    return keras.Model(x, moments), decoder


def dense_pair(width=WIDTH, latents=LATENTS):
    """Means and log-variances that both depend on the data."""
    x = keras.Input((width,))
    names = "mean", "log_variance"
    moments = [keras.layers.Dense(latents, name=name)(x) for name in names]
    decoder = keras.Sequential(
        [keras.Input((latents,)), keras.layers.Dense(width)]
    )
    return keras.Model(x, moments), decoder


def dense_model(**kwargs):
    return VariationalAutoencoder(*dense_pair(), **kwargs)


def reference_terms(model, x, noise, stddev=None):
    """log p(x | z), log q(z | x) - log p(z) and KL, from the definitions.

    `noise` has the shape (draws, batch, latents); so have the results, but
    for the latents, which are summed over in all but KL (batch, latents).
    """
    layer = model.encoder.get_layer
    mean, log_variance = (
        np.float64(x) @ weights[0] + weights[1]
        for weights in (
            [np.float64(w) for w in layer(name).get_weights()]
            for name in ("mean", "log_variance")
        )
    )
    kernel, bias = (np.float64(w) for w in model.decoder.get_weights())
    code = mean + np.exp(log_variance / 2) * np.float64(noise)
    decoded = code @ kernel + bias
    if stddev is None:
        p = 1 / (1 + np.exp(-decoded))
        likelihoods = x * np.log(p) + (1 - x) * np.log(1 - p)
    else:
        likelihoods = log_normal(x, decoded, stddev**2)
    ratios = log_normal(code, mean, np.exp(log_variance))
    ratios = ratios - log_normal(code, 0.0, 1.0)
    variance = np.exp(log_variance)
    divergences = (mean**2 + variance - 1 - log_variance) / 2
    return likelihoods.sum(-1), ratios.sum(-1), divergences


def log_normal(x, mean, variance):
    return -0.5 * (np.log(2 * np.pi * variance) + (x - mean) ** 2 / variance)


@contextlib.contextmanager
def fed(noise):
    """Standard normal draws are rows of `noise`, whatever is asked for."""
    flat = np.float32(noise).reshape(-1, noise.shape[-1])

    def draw(source, shape):
        return ops.convert_to_tensor(flat)[: shape[0]]

    with mock.patch.object(NoiseSource, "normal", draw):
        yield


def example_losses(model, x, noise):
    """Losses and what is shown beside them, as arrays, of a training step."""
    with fed(noise):
        outputs = model(x, training=True)
        losses, shown = model.example_losses(
            ops.convert_to_tensor(x), outputs, training=True
        )
    shown = {name: ops.convert_to_numpy(each) for name, each in shown.items()}
    return ops.convert_to_numpy(losses), shown
