"""A step is that of the paper's equations 1 to 5."""

import keras
import numpy as np
import pytest

from keras_dl4.layers import PeepholeLSTMCell


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def paper_step(cell, x, m, c):
    """Equations 1 to 5; a diagonal peephole is a diagonal matrix."""
    units = cell.units
    w_i, w_f, w_c, w_o = np.split(np.array(cell.kernel), 4, axis=1)
    u_i, u_f, u_c, u_o = np.split(np.array(cell.recurrent_kernel), 4, axis=1)
    b_i, b_f, b_c, b_o = np.split(np.array(cell.bias), 4)
    p_i = p_f = p_o = np.zeros((units, units))
    if cell.peephole == "full":
        p_i, p_f, p_o = np.split(np.array(cell.peephole_kernel), 3, axis=1)
    elif cell.peephole == "diagonal":
        diagonals = np.split(np.array(cell.peephole_kernel), 3)
        p_i, p_f, p_o = map(np.diag, diagonals)
    i = sigmoid(x @ w_i + m @ u_i + c @ p_i + b_i)
    f = sigmoid(x @ w_f + m @ u_f + c @ p_f + b_f)
    new = f * c + i * np.tanh(x @ w_c + m @ u_c + b_c)
    o = sigmoid(x @ w_o + m @ u_o + new @ p_o + b_o)
    return o * np.tanh(new), new


def randomized(cell, rng, input_dim=3):
    cell.build((None, input_dim))
    for weight in cell.weights:
        weight.assign(rng.normal(size=weight.shape))
    return cell


@pytest.mark.parametrize("peephole", ["diagonal", "full", None])
def test_steps_are_those_of_the_paper(peephole, rng):
    cell = randomized(PeepholeLSTMCell(4, peephole), rng)
    states = [np.zeros((2, 4), "float32")] * 2
    expected = states
    for _ in range(3):
        x = rng.normal(size=(2, 3)).astype("float32")
        output, states = cell(x, states)
        expected = paper_step(cell, x, *expected)
        np.testing.assert_allclose(output, expected[0], rtol=1e-5, atol=1e-6)
        for got, want in zip(states, expected, strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)


def test_without_peepholes_it_is_the_cell_of_keras(rng):
    cell = randomized(PeepholeLSTMCell(4, None), rng)
    theirs = keras.layers.LSTMCell(4)
    theirs.build((None, 3))
    theirs.set_weights(cell.get_weights())
    x, m, c = (rng.normal(size=(2, n)).astype("float32") for n in (3, 4, 4))
    for got, want in zip(
        keras.tree.flatten(cell(x, [m, c])),
        keras.tree.flatten(theirs(x, [m, c])),
        strict=True,
    ):
        np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("unit_forget_bias", [True, False])
def test_only_the_forget_gate_may_start_open(unit_forget_bias):
    cell = PeepholeLSTMCell(2, unit_forget_bias=unit_forget_bias)
    cell.build((None, 3))
    forget = float(unit_forget_bias)
    expected = [0, 0, forget, forget, 0, 0, 0, 0]
    np.testing.assert_array_equal(cell.bias, expected)


@pytest.mark.parametrize("units", [0, -1, 2.0, True, "4"])
def test_units_that_are_no_width_are_refused(units):
    with pytest.raises(ValueError, match="`units` must be a positive int"):
        PeepholeLSTMCell(units)


def test_an_unknown_peephole_is_refused_and_the_known_ones_are_listed():
    with pytest.raises(ValueError, match="'diagonal', 'full', None"):
        PeepholeLSTMCell(4, "dense")
