"""A peephole LSTM over time."""

import keras
import numpy as np
import pytest

from keras_dl4.layers import PeepholeLSTM


def randomized(layer, rng, input_dim=3):
    layer.build((None, None, input_dim))
    for weight in layer.weights:
        weight.assign(rng.normal(size=weight.shape))
    return layer


def test_without_peepholes_it_is_the_layer_of_keras(rng):
    layer = randomized(PeepholeLSTM(4, None, return_sequences=True), rng)
    theirs = keras.layers.LSTM(4, return_sequences=True)
    theirs.build((None, None, 3))
    theirs.set_weights(layer.get_weights())
    x = rng.normal(size=(2, 6, 3)).astype("float32")
    np.testing.assert_allclose(layer(x), theirs(x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("peephole", ["diagonal", "full"])
def test_peepholes_matter(peephole, rng):
    layer = randomized(PeepholeLSTM(4, peephole), rng)
    x = rng.normal(size=(2, 6, 3)).astype("float32")
    seeing = np.array(layer(x))
    kernel = layer.cell.peephole_kernel
    kernel.assign(np.zeros(kernel.shape))
    assert np.abs(seeing - np.array(layer(x))).max() > 0.05


@pytest.mark.parametrize("peephole", ["diagonal", "full", None])
def test_masked_padding_changes_nothing(peephole, rng):
    layer = randomized(PeepholeLSTM(4, peephole), rng)
    sentence = rng.normal(size=(1, 4, 3)).astype("float32")
    noise = rng.normal(size=(1, 3, 3)).astype("float32")
    padded = np.concatenate([sentence, noise], axis=1)
    mask = np.arange(7)[None] < 4
    np.testing.assert_array_equal(layer(padded, mask=mask), layer(sentence))


def test_the_state_can_be_handed_on(rng):
    layer = randomized(PeepholeLSTM(4, return_state=True), rng)
    x = rng.normal(size=(2, 6, 3)).astype("float32")
    whole, *_ = layer(x)
    _, *states = layer(x[:, :2])
    rest, *_ = layer(x[:, 2:], initial_state=states)
    np.testing.assert_allclose(rest, whole, rtol=1e-6, atol=1e-6)


def test_options_of_the_cell_and_of_the_loop_reach_them():
    layer = PeepholeLSTM(
        4, activation="relu", unit_forget_bias=False, go_backwards=True
    )
    assert layer.cell.activation is keras.activations.relu
    assert not layer.cell.unit_forget_bias
    assert layer.go_backwards
