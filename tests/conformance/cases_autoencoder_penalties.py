"""Autoencoders: their regularizers, and the layers that hold state for them."""

import functools

import keras
import numpy as np

from keras_dl4 import layers
from keras_dl4 import regularizers
from tests.conformance.case import Case
from tests.conformance.case import normal


def dense(num_inputs, units, activation):
    """A layer with the same weights on each backend, built."""
    layer = keras.layers.Dense(units, activation)
    layer.build((None, num_inputs))
    layer.set_weights([normal(num_inputs, units)(), normal(units, seed=1)()])
    return layer


@functools.cache
def fixed_encoder():
    """One for all calls of a penalty, which has no weights of its own."""
    encoder = keras.Sequential(
        [keras.Input((3,)), dense(3, 4, "tanh"), dense(4, 2, "sigmoid")]
    )
    # A model that the penalties do not see through, for the random ones.
    inputs = keras.Input((3,))
    whole = keras.Model(inputs, keras.layers.Add()([encoder(inputs)] * 2))
    return {"stack": encoder, "other": whole}


def penalty(weight, *args, **kwargs):
    fixed_encoder()  # Not first within a compiled function.
    return regularizers.ContractivePenalty(weight, *args, **kwargs)


def of_encoder(name):
    return lambda penalty, inputs: penalty(fixed_encoder()[name], inputs)


def attached(penalty):
    return layers.ContractiveRegularization(dense(3, 3, "tanh"), penalty)


def attached_to_a_sum(penalty):
    inputs = keras.Input((3,))
    code = keras.layers.Add()([dense(3, 3, "tanh")(inputs), inputs])
    return layers.ContractiveRegularization(keras.Model(inputs, code), penalty)


def rates():
    """Of 4 examples and 3 units, in (0, 1)."""
    rng = np.random.default_rng(0)
    return rng.uniform(0.1, 0.6, (4, 3)).astype("float32")


INPUTS = normal(4, 3)

AUTOENCODER_PENALTY_CASES = [
    Case(
        "KLSparsity",
        "regularizer",
        lambda: regularizers.KLSparsity(0.1, 0.3, (-0.5, 1.5)),
        rates,
    ),
    Case(
        "ContractivePenalty",
        "regularizer",
        lambda: penalty(0.3, "chain"),
        INPUTS,
        call=of_encoder("stack"),
        attach=attached,
    ),
    Case(
        "ContractivePenalty/higher_order",
        "regularizer",
        lambda: penalty(
            0.3, "exact", 0.2, hessian_stddev=0.3, num_corruptions=1, seed=3
        ),
        INPUTS,
        call=of_encoder("other"),
        attach=attached_to_a_sum,
        stochastic=True,
    ),
    Case(
        "ContractivePenalty/hutchinson",
        "regularizer",
        lambda: penalty(0.3, num_probes=3, seed=3),
        INPUTS,
        call=of_encoder("other"),
        attach=attached_to_a_sum,
        stochastic=True,
    ),
    Case(
        "SparsityRegularization",
        "layer",
        lambda: layers.SparsityRegularization(0.1, 0.01, 0.5, (-3.0, 4.0)),
        normal(4, 5, 3),
        (None, None, 3),
        dynamic_axes=(1,),
        supports_masking=True,
    ),
    Case(
        "ContractiveRegularization",
        "layer",
        lambda: layers.ContractiveRegularization(
            dense(3, 2, "sigmoid"),
            regularizers.ContractivePenalty(0.2, hessian_weight=0.1, seed=3),
        ),
        INPUTS,
        (None, 2),
        stochastic=True,
    ),
]
