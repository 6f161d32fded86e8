"""Autoencoders: the deterministic models."""

import keras
import numpy as np

from keras_dl4 import layers
from keras_dl4 import models
from keras_dl4 import regularizers
from tests.conformance.case import Case


def probabilities():
    rng = np.random.default_rng(0)
    return rng.uniform(0.1, 0.9, (8, 6)).astype("float32")


def parts(width=6, units=4, output="sigmoid", **options):
    code = keras.layers.Dense(units, "sigmoid", **options)
    return (
        keras.Sequential([keras.Input((width,)), code]),
        keras.Sequential(
            [keras.Input((units,)), keras.layers.Dense(width, output)]
        ),
    )


def denoising():
    return models.Autoencoder(
        *parts(),
        layers.MaskingNoise(0.3, return_mask=True, seed=1),
        reconstruction="bce",
        emphasis=(1.0, 0.5),
    )


def sparse_and_contractive():
    """With everything that is added to the loss."""
    encoder, decoder = parts(
        output=None,
        activity_regularizer=regularizers.KLSparsity(0.2, 0.1),
        kernel_regularizer="l2",
    )
    penalty = regularizers.ContractivePenalty(0.1, hessian_weight=0.1, seed=2)
    return models.Autoencoder(
        encoder,
        decoder,
        layers.GaussianCorruption(0.1, seed=1),
        [penalty],
        "bce",
        from_logits=True,
    )


def stack():
    corruption = layers.SaltAndPepperNoise(0.3, seed=1)
    return models.StackedAutoencoder(
        [
            models.Autoencoder(*parts(), corruption, reconstruction="bce"),
            models.Autoencoder(*parts(4, 3)),
        ]
    )


def compile_without_loss(optimizer):
    return {"optimizer": optimizer(), "weighted_metrics": ["mse"]}


OPTIONS = {
    "inputs": probabilities,
    "output_shape": (None, 6),
    "compile_arguments": compile_without_loss,
}

AUTOENCODER_MODEL_CASES = [
    Case(
        "Autoencoder",
        "model",
        lambda: models.Autoencoder(
            *parts(), reconstruction=keras.losses.Huber(0.2)
        ),
        **OPTIONS,
        learning_rate=0.5,
    ),
    Case(
        "Autoencoder/denoising",
        "model",
        denoising,
        **OPTIONS,
        stochastic=True,
    ),
    Case(
        "Autoencoder/sparse_and_contractive",
        "model",
        sparse_and_contractive,
        **OPTIONS,
        stochastic=True,
    ),
    Case("StackedAutoencoder", "model", stack, **OPTIONS),
]
