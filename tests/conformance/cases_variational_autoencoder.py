"""The variational autoencoder, in each of its ways to train."""

import keras
import numpy as np

from keras_dl4 import models
from tests.conformance.case import Case


def parts(width=5, latents=2):
    x = keras.Input((width,))
    hidden = keras.layers.Dense(4, "tanh")(x)
    names = "mean", "log_variance"
    moments = [keras.layers.Dense(latents, name=name)(hidden) for name in names]
    decoder = keras.Sequential(
        [
            keras.Input((latents,)),
            keras.layers.Dense(4, "tanh"),
            keras.layers.Dense(width),
        ]
    )
    return keras.Model(x, moments), decoder


def model(*args, **kwargs):
    return lambda: models.VariationalAutoencoder(
        *parts(), *args, seed=3, **kwargs
    )


def probabilities():
    rng = np.random.default_rng(0)
    return rng.uniform(size=(4, 5)).astype("float32")


TRAINED = {
    "kind": "model",
    "inputs": probabilities,
    "output_shape": (None, 5),
    "stochastic": True,
    "compile_arguments": lambda optimizer: {"optimizer": optimizer()},
}

VARIATIONAL_AUTOENCODER_CASES = [
    Case(
        "VariationalAutoencoder",
        create=model(0.5, binarize=True),
        **TRAINED,
    ),
    Case(
        "VariationalAutoencoder/gaussian",
        create=model(1.5, "gaussian", "learned", capacity=0.3),
        **TRAINED,
    ),
    Case(
        "VariationalAutoencoder/free_bits",
        create=model(free_bits=0.05, num_samples=2),
        **TRAINED,
    ),
    Case(
        "VariationalAutoencoder/importance_weighted",
        create=model(0.7, num_samples=3, importance_weighted=True),
        **TRAINED,
    ),
]
