"""Which encoders are taken apart, and which activations are elementwise."""

import keras
import pytest
from keras import layers
from keras import ops

from keras_dl4.layers import GaussianCorruption
from keras_dl4.layers import MaskingNoise
from keras_dl4.layers import SaltAndPepperNoise
from keras_dl4.layers import SparsityRegularization
from keras_dl4.ops.dense_chain import dense_chain_of


def functional(function, shape=(6,)):
    inputs = keras.Input(shape)
    return keras.Model(inputs, function(inputs))


class Doubled(keras.Sequential):
    def call(self, inputs, **kwargs):
        return 2.0 * super().call(inputs, **kwargs)


class AlwaysOn(layers.Dropout):
    def call(self, inputs, training=None):
        return super().call(inputs, training=True)


def sequential(*parts, shape=(6,), cls=keras.Sequential):
    return cls([keras.Input(shape), *parts])


def skipping(x):
    return layers.Add()([layers.Dense(6)(x), x])


def used_twice(x):
    dense = layers.Dense(6)
    return dense(dense(x))


def dense():
    layer = layers.Dense(3, "tanh")
    layer.build((None, 6))
    return layer


CHAINS = {
    "dense": (dense, 1),
    "sequential": (lambda: sequential(layers.Dense(6), dense()), 2),
    "functional": (lambda: functional(lambda x: dense()(x)), 1),
    "nested": (lambda: sequential(sequential(layers.Dense(6)), dense()), 2),
    "flattened": (
        lambda: sequential(layers.Flatten(), dense(), shape=(2, 3)),
        1,
    ),
    "all that is elementwise": (
        lambda: sequential(
            layers.Dropout(0.5),
            layers.Dense(6),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.PReLU(),
            layers.Activation("gelu"),
            layers.GaussianNoise(0.1),
            layers.Dense(4, "softmax"),
            layers.Softmax(),
            SparsityRegularization(0.1, 1.0),
        ),
        2,
    ),
    "noise of training": (
        lambda: sequential(
            GaussianCorruption(0.1),
            dense(),
            MaskingNoise(0.5),
            SaltAndPepperNoise(0.5),
        ),
        1,
    ),
}
OTHERS = {
    "convolution": lambda: sequential(layers.Conv1D(2, 1), shape=(6, 1)),
    "skip connection": lambda: functional(skipping),
    "shared layer": lambda: functional(used_twice),
    "layer normalization": lambda: sequential(
        layers.Dense(4), layers.LayerNormalization()
    ),
    "own call": lambda: sequential(dense(), cls=Doubled),
    "noise in inference": lambda: sequential(AlwaysOn(0.5), dense()),
    "no dense layer": lambda: sequential(layers.Activation("tanh")),
    "activation first": lambda: sequential(layers.ReLU(), dense()),
    "reshaping between": lambda: sequential(
        layers.Dense(2), layers.Flatten(), dense(), shape=(3, 6)
    ),
    "halving activation": lambda: sequential(layers.Dense(4, "glu")),
    "softmax over positions": lambda: sequential(
        layers.Dense(4, lambda x: ops.softmax(x, axis=1)), shape=(3, 6)
    ),
    "noise with its mask": lambda: functional(
        lambda x: dense()(MaskingNoise(0.5, return_mask=True)(x)[0])
    ),
    "centered over the batch": lambda: sequential(
        layers.Dense(4, lambda x: x - ops.mean(x, axis=0))
    ),
}


def chain_of(encoder):
    return dense_chain_of(encoder, getattr(encoder, "input_shape", (None, 6)))


@pytest.mark.parametrize("name", CHAINS)
def test_stack_of_dense_layers_is_a_chain(name):
    create, num_dense = CHAINS[name]
    chain = chain_of(create())
    assert chain is not None
    assert chain.num_dense == num_dense


@pytest.mark.parametrize("name", OTHERS)
def test_anything_else_is_none(name):
    assert chain_of(OTHERS[name]()) is None
