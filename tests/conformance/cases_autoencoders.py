"""Autoencoders: their layers."""

import keras

from keras_dl4 import layers
from tests.conformance.case import Case
from tests.conformance.case import normal


def tied_dense():
    source = keras.layers.Dense(3, use_bias=False)
    source.build((None, 6))
    return layers.TiedDense(
        source,
        "tanh",
        bias_initializer="ones",
        bias_regularizer="l2",
        bias_constraint="unit_norm",
        activity_regularizer="l1",
    )


def tied_dense_of_an_activated_source():
    source = keras.layers.Dense(3, "sigmoid")
    source.build((None, 6))
    return layers.TiedDense(source, use_bias=False)


def encode_and_decode(layer, inputs, **kwargs):
    """A whole autoencoder, in which both uses of the kernel learn."""
    return layer(layer.source(inputs), **kwargs)


ROWS = {
    "inputs": normal(4, 5, 6),
    "output_shape": (None, None, 6),
    "dynamic_axes": (1,),
}
NOISY = {**ROWS, "stochastic": True}
NOISY_WITH_MASK = {
    **NOISY,
    "output_shape": ((None, None, 6), (None, None, 6)),
}

AUTOENCODER_CASES = [
    Case(
        "GaussianCorruption",
        "layer",
        lambda: layers.GaussianCorruption(0.3, seed=1),
        **NOISY,
    ),
    Case(
        "MaskingNoise",
        "layer",
        lambda: layers.MaskingNoise(0.3, return_mask=True, seed=1),
        **NOISY_WITH_MASK,
    ),
    Case(
        "SaltAndPepperNoise",
        "layer",
        lambda: layers.SaltAndPepperNoise(0.4, -1.0, 2.0, True, seed=1),
        **NOISY_WITH_MASK,
    ),
    Case(
        "GaussianSampling",
        "layer",
        lambda: layers.GaussianSampling(seed=1),
        lambda: [normal(4, 5)(), normal(4, 5, seed=1)()],
        (None, 5),
        stochastic=True,
        pinned_float32=True,
    ),
    Case("KSparse", "layer", lambda: layers.KSparse(2, alpha=1.6), **ROWS),
    Case(
        "TiedDense",
        "layer",
        tied_dense,
        normal(4, 5, 3),
        (None, None, 6),
        dynamic_axes=(1,),
    ),
    Case(
        "TiedDense/both_uses",
        "layer",
        tied_dense_of_an_activated_source,
        call=encode_and_decode,
        **ROWS,
    ),
]
