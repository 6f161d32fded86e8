"""A step is that of the paper; arguments and states are checked."""

import keras
import numpy as np
import pytest

from keras_dl4.layers import NTMCell
from tests.layers import ntm_reference

SMALL = {"controller_units": 5, "memory_size": 6, "word_dim": 4}


def randomized(cell, rng, input_dim=3):
    """Builds a cell and gives it weights that treat nothing alike."""
    cell.build((None, input_dim))
    for weight in cell.weights:
        weight.assign(rng.normal(size=weight.shape, scale=0.8))
    return cell


def start_of(cell, batch_size):
    return [np.array(s) for s in cell.get_initial_state(batch_size)]


@pytest.mark.parametrize("controller", ["lstm", "dense"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"read_after_write": True},
        {"bound_add": False},
        {"num_read_heads": 2, "num_write_heads": 1, "shift_range": 5},
        {"num_read_heads": 1, "num_write_heads": 3, "shift_range": 1},
        {"num_read_heads": 3, "num_write_heads": 2, "read_after_write": True},
    ],
)
def test_steps_are_those_of_the_paper(controller, options, rng):
    cell = randomized(NTMCell(7, controller, **SMALL, **options), rng)
    states = expected_states = start_of(cell, 2)
    for _ in range(3):
        inputs = rng.normal(size=(2, 3)).astype("float32")
        output, states = cell(inputs, states)
        expected, expected_states, _ = ntm_reference.step(
            cell, inputs, expected_states
        )
        np.testing.assert_allclose(output, expected, rtol=1e-4, atol=1e-4)
        for got, want in zip(states, expected_states, strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-4)


def test_trace_of_a_step_follows_the_output(rng):
    heads = {"num_read_heads": 2, "num_write_heads": 3, "shift_range": 5}
    cell = NTMCell(7, **SMALL, **heads, return_trace=True)
    randomized(cell, rng)
    states = start_of(cell, 2)
    inputs = rng.normal(size=(2, 3)).astype("float32")
    output, _ = cell(inputs, states)
    expected, _, trace = ntm_reference.step(cell, inputs, states)
    flat = [trace[name].reshape(2, -1) for name in cell.trace_shapes]
    assert output.shape[-1] == cell.output_size
    np.testing.assert_allclose(
        output, np.hstack([expected, *flat]), rtol=1e-4, atol=1e-4
    )


@pytest.mark.parametrize("controller", ["lstm", "dense"])
def test_start_state_is_a_focus_on_location_zero(controller):
    cell = NTMCell(7, controller, **SMALL, num_write_heads=2)
    cell.build((None, 3))
    *controller_states, reads, weighting, memory = start_of(cell, 2)
    assert [s.shape for s in controller_states] == [(2, 5)] * (
        2 if controller == "lstm" else 0
    )
    assert all((s == 0.0).all() for s in [*controller_states, reads])
    np.testing.assert_array_equal(memory, np.full((2, 24), 1e-6, "float32"))
    logits = np.array([5.0, 0, 0, 0, 0, 0])
    expected = np.tile(np.exp(logits) / np.exp(logits).sum(), 3)
    np.testing.assert_allclose(weighting, [expected] * 2, rtol=1e-5)


def test_start_state_is_learned_but_for_constant_memory():
    for initializer, learned in [
        ("constant", False),
        ("random", False),
        ("learned", True),
    ]:
        cell = NTMCell(7, **SMALL, memory_initializer=initializer)
        cell.build((None, 3))
        assert cell.start_memory.trainable is learned
        for start in [
            *cell.start_controller_states,
            cell.start_reads,
            cell.start_logits,
        ]:
            assert any(start is w for w in cell.trainable_weights)


def test_start_state_is_that_of_the_weights(rng):
    cell = randomized(NTMCell(7, **SMALL), rng)
    hidden, carry, reads, weighting, memory = start_of(cell, 3)
    starts = [*cell.start_controller_states, cell.start_reads]
    for got, want in zip([hidden, carry, reads], starts, strict=True):
        np.testing.assert_array_equal(got, np.tile(want, (3, 1)))
    softmax = ntm_reference.softmax(np.array(cell.start_logits, "float64"))
    np.testing.assert_allclose(weighting[2], softmax.ravel(), rtol=1e-5)
    np.testing.assert_array_equal(
        memory[1], np.array(cell.start_memory).ravel()
    )


def weightings_over_time(cell, rng, steps=8):
    states = start_of(cell, 2)
    for _ in range(steps):
        inputs = rng.normal(size=(2, 3)).astype("float32")
        _, states = cell(inputs, states)
        yield np.array(states[-2]).reshape(2, cell.num_heads, -1)


def test_symmetric_start_is_refused():
    with pytest.raises(ValueError, match="tell no two locations apart"):
        NTMCell(7, **SMALL, weighting_initializer="uniform")


def test_symmetric_start_would_stay_symmetric(rng):
    """The reason for refusing it: no step tells two locations apart."""
    cell = NTMCell(7, **SMALL)
    cell.build((None, 3))
    cell.start_logits.assign(np.zeros(cell.start_logits.shape))
    for weighting in weightings_over_time(cell, rng):
        np.testing.assert_allclose(weighting, 1 / 6, rtol=1e-5)


@pytest.mark.parametrize(
    "start",
    [
        {"memory_initializer": "random", "weighting_initializer": "uniform"},
        {"memory_initializer": "learned", "weighting_initializer": "uniform"},
        {"memory_initializer": "constant", "weighting_initializer": "first"},
        {"memory_initializer": "constant", "weighting_initializer": "random"},
    ],
)
def test_other_starts_tell_locations_apart(start, rng):
    cell = NTMCell(7, **SMALL, **start)
    cell.build((None, 3))
    *_, last = weightings_over_time(cell, rng)
    assert (np.ptp(last, axis=-1) > 1e-4).all()


SIZES = [
    "units",
    "controller_units",
    "memory_size",
    "word_dim",
    "num_read_heads",
    "num_write_heads",
    "shift_range",
]


@pytest.mark.parametrize("value", [0, -1, 2.0, True, "3", None])
@pytest.mark.parametrize("name", SIZES)
def test_size_that_is_no_positive_int_is_refused(name, value):
    with pytest.raises(ValueError, match=f"{name}="):
        NTMCell(**{"units": 7, name: value})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"shift_range": 2}, "odd.*shift_range=2.*memory_size=128"),
        ({"shift_range": 7, "memory_size": 6}, "shift_range=7.*memory_size=6"),
        ({"memory_initializer": "zeros"}, "constant.*Received.*zeros"),
        ({"weighting_initializer": None}, "first.*Received.*None"),
        ({"parameter_clip": 0.0}, "positive.*0.0"),
        ({"parameter_clip": float("nan")}, "positive.*nan"),
        ({"controller": "gru"}, "'lstm', 'dense'.*'gru'"),
        ({"controller": None}, "'lstm', 'dense'.*None"),
        ({"controller": keras.layers.LSTMCell}, "Received"),
        ({"dtype": "float16"}, "float32.*float16"),
        ({"dtype": "mixed_bfloat16"}, "float32.*mixed_bfloat16"),
    ],
)
def test_wrong_argument_is_refused(arguments, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        NTMCell(7, **arguments)


@pytest.mark.parametrize("memory_size", [1, 5])
def test_shift_range_may_be_the_memory_size(memory_size, rng):
    sizes = {**SMALL, "memory_size": memory_size, "shift_range": memory_size}
    cell = randomized(NTMCell(7, **sizes), rng)
    for weighting in weightings_over_time(cell, rng, steps=2):
        np.testing.assert_allclose(weighting.sum(-1), 1.0, rtol=1e-5)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda states: states[:-1],
        lambda states: [states[1], *states[:1], *states[3:], states[2]],
        lambda states: [*states[:-1], states[-1][:, :-1]],
    ],
)
def test_wrong_states_are_refused(wrong):
    cell = NTMCell(7, **SMALL)
    cell.build((None, 3))
    with pytest.raises(ValueError, match=r"\[5, 5, 4, 12, 24\].*Received"):
        cell(np.zeros((2, 3), "float32"), wrong(start_of(cell, 2)))
