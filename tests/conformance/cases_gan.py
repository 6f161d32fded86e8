"""The adversarial game, and the penalties of its discriminator."""

import functools

import keras

from keras_dl4 import regularizers
from tests.conformance.case import Case
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

GAN_CASES = [
    Case("R1", create=lambda: penalty(regularizers.R1, 0.3), **PENALTY),
    Case("R2", create=lambda: penalty(regularizers.R2, 0.3), **PENALTY),
    Case(
        "GradientPenalty",
        create=lambda: penalty(regularizers.GradientPenalty, 0.5, 0.2),
        stochastic=True,
        **PENALTY,
    ),
]
