"""The adversarial game, and the penalties of its discriminator."""

import functools

import keras

from keras_dl4 import models
from keras_dl4 import regularizers
from tests.conformance.case import Case
from tests.conformance.case import integers
from tests.conformance.case import normal
from tests.conformance.cases_autoencoder_penalties import dense


def small_discriminator():
    """With the same weights on each backend, of which each has a gradient."""
    head = keras.layers.Dense(1, use_bias=False)
    head.build((None, 4))
    head.set_weights([normal(4, 1)()])
    return keras.Sequential([keras.Input((3,)), dense(3, 4, "tanh"), head])


@functools.cache
def fixed_discriminator():
    """One for all calls of a penalty, which has no weights of its own."""
    return small_discriminator()


def penalty(cls, *args, **kwargs):
    fixed_discriminator()  # Not first within a compiled function.
    return cls(*args, **kwargs)


def of_discriminator(penalty, inputs, discriminator=None):
    discriminator = discriminator or fixed_discriminator()
    return penalty(discriminator, inputs, 0.3 - 0.5 * inputs, seed=3)


@keras.saving.register_keras_serializable(package="keras_dl4_tests")
class PenalizedDiscriminator(keras.layers.Layer):
    """Adds the penalty of a discriminator inside, and passes inputs on."""

    def __init__(self, penalty, discriminator, **kwargs):
        super().__init__(**kwargs)
        self.penalty = penalty
        self.discriminator = discriminator

    def call(self, inputs):
        self.add_loss(
            of_discriminator(self.penalty, inputs, self.discriminator)
        )
        return inputs

    def get_config(self):
        return {
            **super().get_config(),
            "penalty": keras.saving.serialize_keras_object(self.penalty),
            "discriminator": keras.saving.serialize_keras_object(
                self.discriminator
            ),
        }

    @classmethod
    def from_config(cls, config):
        return cls(**keras.saving.deserialize_keras_object(config))


def attached(penalty):
    return PenalizedDiscriminator(penalty, small_discriminator())


PENALTY = {
    "kind": "regularizer",
    "inputs": normal(4, 3),
    "call": of_discriminator,
    "attach": attached,
}


def networks(width=5, latents=2):
    generator = keras.Sequential(
        [
            keras.Input((latents,)),
            keras.layers.Dense(4, "tanh"),
            keras.layers.Dense(width),
        ]
    )
    discriminator = keras.Sequential(
        [
            keras.Input((width,)),
            keras.layers.Dense(4, "tanh"),
            keras.layers.Dense(1, use_bias=False),
        ]
    )
    return generator, discriminator


def conditional_networks():
    """The same, with labels beside the inputs of both."""
    found = []
    for network in networks(width=8, latents=4):
        inputs = keras.Input((network.input_shape[-1] - 3,))
        label = keras.Input((), dtype="int32")
        one_hot = keras.ops.one_hot(label, 3)
        joined = keras.layers.Concatenate()([inputs, one_hot])
        outputs = network(joined)
        if outputs.shape[-1] > 1:
            outputs = outputs[:, :5]
        found.append(keras.Model([inputs, label], outputs))
    return found


def gan(*args, **kwargs):
    return lambda: models.GAN(*networks(), 2, *args, seed=3, **kwargs)


def optimizers(optimizer):
    return {
        "generator_optimizer": optimizer(),
        "discriminator_optimizer": optimizer(),
    }


GAME = {
    "kind": "model",
    "inputs": normal(4, 5),
    "output_shape": (None, 1),
    "stochastic": True,
    "compile_arguments": optimizers,
    "objective": "discriminator_loss",
}

GAN_CASES = [
    Case(
        "GAN",
        create=gan("minimax", 2, label_smoothing=0.1, ema_momentum=0.5),
        **GAME,
    ),
    Case(
        "GAN/relativistic",
        create=gan(
            "relativistic",
            latent="uniform",
            penalties=[
                regularizers.R1(0.1),
                regularizers.GradientPenalty(0.5),
            ],
        ),
        **GAME,
    ),
    Case(
        "GAN/conditional",
        create=lambda: models.GAN(
            *conditional_networks(), 1, simultaneous=True, num_classes=3, seed=3
        ),
        **{
            **GAME,
            "objective": "generator_loss",
            "inputs": lambda: [normal(4, 5)(), integers(3, 4)()],
        },
    ),
    Case("R1", create=lambda: penalty(regularizers.R1, 0.3), **PENALTY),
    Case("R2", create=lambda: penalty(regularizers.R2, 0.3), **PENALTY),
    Case(
        "GradientPenalty",
        create=lambda: penalty(regularizers.GradientPenalty, 0.5, 0.2),
        stochastic=True,
        **PENALTY,
    ),
]
