"""The layer runs its cell over time, and shows what it did."""

import json

import keras
import numpy as np
import pytest

from keras_dl4.layers import NTM
from keras_dl4.layers import NTMCell
from tests.layers import ntm_reference

SMALL = {"controller_units": 5, "memory_size": 6, "word_dim": 4}
HEADS = {"num_read_heads": 2, "num_write_heads": 3, "shift_range": 5}


def randomized(layer, rng, input_shape=(None, None, 3)):
    layer.build(input_shape)
    for weight in layer.weights:
        weight.assign(rng.normal(size=weight.shape, scale=0.8))
    return layer


def sequences(rng, steps=5, batch_size=2):
    return rng.normal(size=(batch_size, steps, 3)).astype("float32")


def assert_all_close(actual, expected):
    for got, want in zip(actual, expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("options", [{}, {"go_backwards": True}])
def test_layer_is_a_recurrence_of_its_cell(return_sequences, options, rng):
    options["return_sequences"] = return_sequences
    layer = NTM(7, **SMALL, **HEADS, return_state=True, **options)
    randomized(layer, rng)
    cell = NTMCell(7, **SMALL, **HEADS)
    plain = keras.layers.RNN(cell, return_state=True, **options)
    plain.build((None, None, 3))
    plain.set_weights(layer.get_weights())
    x = sequences(rng)
    assert_all_close(layer(x), plain(x))


def test_trace_tells_what_the_paper_says_happens(rng):
    layer = NTM(7, **SMALL, **HEADS, return_sequences=True, return_trace=True)
    randomized(layer, rng)
    x = sequences(rng)
    outputs, trace = layer(x)
    assert {name: tuple(value.shape) for name, value in trace.items()} == {
        "read_weightings": (2, 5, 2, 6),
        "write_weightings": (2, 5, 3, 6),
        "reads": (2, 5, 2, 4),
        "keys": (2, 5, 5, 4),
        "key_strengths": (2, 5, 5),
        "gates": (2, 5, 5),
        "shift_weightings": (2, 5, 5, 5),
        "sharpenings": (2, 5, 5),
        "erases": (2, 5, 3, 4),
        "adds": (2, 5, 3, 4),
    }
    states = layer.get_initial_state(2)
    for t in range(5):
        expected, states, expected_trace = ntm_reference.step(
            layer.cell, x[:, t], states
        )
        np.testing.assert_allclose(outputs[:, t], expected, atol=1e-3)
        for name, value in expected_trace.items():
            np.testing.assert_allclose(
                trace[name][:, t], value, atol=1e-3, err_msg=name
            )


def test_trace_changes_no_output_and_comes_last(rng):
    kwargs = {**SMALL, "return_sequences": True, "return_state": True}
    plain = randomized(NTM(7, **kwargs), rng)
    traced = NTM(7, **kwargs, return_trace=True)
    traced.build((None, None, 3))
    traced.set_weights(plain.get_weights())
    x = sequences(rng)
    *outputs, trace = traced(x)
    assert_all_close(outputs, plain(x))
    assert isinstance(trace, dict)


def test_trace_without_sequences_is_refused():
    with pytest.raises(ValueError, match="return_sequences=True"):
        NTM(7, return_trace=True)


@pytest.mark.parametrize(
    "arguments", [{"shift_range": 4}, {"num_read_heads": 0}, {"heads": 2}]
)
def test_wrong_argument_is_refused(arguments):
    with pytest.raises((ValueError, TypeError), match=next(iter(arguments))):
        NTM(7, **arguments)


def test_run_goes_on_from_a_returned_state(rng):
    layer = NTM(7, **SMALL, return_sequences=True, return_state=True)
    randomized(layer, rng)
    x = sequences(rng, steps=7)
    outputs, *states = layer(x)
    first, *middle = layer(x[:, :3])
    second, *last = layer(x[:, 3:], initial_state=middle)
    assert_all_close(last, states)
    np.testing.assert_allclose(
        np.concatenate([first, second], axis=1), outputs, atol=1e-5
    )


def test_stateful_layer_goes_on_where_it_ended(rng):
    layer = NTM(7, **SMALL, return_sequences=True, stateful=True)
    layer.build((2, 7, 3))
    free = NTM(7, **SMALL, return_sequences=True)
    free.build((2, 7, 3))
    free.set_weights([np.array(w) for w in layer.cell.weights])
    x = sequences(rng, steps=7)
    parts = [layer(x[:, :3]), layer(x[:, 3:])]
    expected = np.array(free(x))
    np.testing.assert_allclose(
        np.concatenate(parts, axis=1), expected, atol=1e-6
    )
    layer.reset_state()
    np.testing.assert_allclose(layer(x), expected, atol=1e-6)


def test_reset_restores_the_learned_start_not_zeros(rng):
    layer = NTM(7, **SMALL, stateful=True)
    layer.build((2, 4, 3))
    for _ in range(2):
        layer(sequences(rng, steps=4))
        layer.reset_state()
        assert_all_close(layer.states, layer.get_initial_state(2))
        weighting, memory = (np.array(s) for s in layer.states[-2:])
        np.testing.assert_allclose(weighting.sum(-1), 2.0, rtol=1e-5)
        np.testing.assert_array_equal(memory, np.float32(1e-6))
        # As training would do.
        for weight in layer.cell.trainable_weights:
            weight.assign_add(rng.normal(size=weight.shape))


def test_reset_before_the_first_call_does_nothing():
    NTM(7, **SMALL, stateful=True).reset_state()


@pytest.mark.parametrize("options", [{}, {"zero_output_for_mask": True}])
def test_padding_under_a_mask_changes_nothing(options, rng):
    layer = NTM(7, **SMALL, **options, return_sequences=True, return_state=True)
    randomized(layer, rng)
    x = sequences(rng, steps=6)
    expected, *expected_states = layer(x[:, :4])
    mask = np.arange(6) < np.array([[4], [4]])
    outputs, *states = layer(x, mask=mask)
    assert_all_close(states, expected_states)
    np.testing.assert_allclose(outputs[:, :4], expected, atol=1e-6)
    padded = np.zeros_like(expected) if options else expected[:, -1:]
    np.testing.assert_allclose(
        outputs[:, 4:], np.broadcast_to(padded[:, -1:], (2, 2, 7)), atol=1e-6
    )


def test_each_sequence_has_its_own_mask(rng):
    layer = NTM(7, **SMALL, return_state=True)
    randomized(layer, rng)
    x = sequences(rng, steps=6)
    mask = np.array([[0, 1, 1, 0, 1, 0], [1, 1, 1, 1, 1, 1]], bool)
    result = layer(x, mask=mask)
    for example in range(2):
        alone = layer(x[example : example + 1, mask[example]])
        assert_all_close(
            [part[example] for part in result], [a[0] for a in alone]
        )


def test_machine_runs_backwards_over_the_flipped_sequence(rng):
    layer = NTM(7, **SMALL, go_backwards=True, return_sequences=True)
    randomized(layer, rng)
    forwards = NTM(7, **SMALL, return_sequences=True)
    forwards.build((None, None, 3))
    forwards.set_weights(layer.get_weights())
    x = sequences(rng)
    np.testing.assert_allclose(layer(x), forwards(x[:, ::-1]), atol=1e-6)


def test_config_tells_everything(rng):
    arguments = {
        "units": 7,
        "controller": "dense",
        **SMALL,
        **HEADS,
        "memory_initializer": "random",
        "weighting_initializer": "random",
        "read_after_write": True,
        "bound_add": False,
        "parameter_clip": 5.0,
        "return_sequences": True,
        "return_state": True,
        "return_trace": True,
        "stateful": True,
        "go_backwards": True,
        "unroll": True,
        "zero_output_for_mask": True,
        "name": "machine",
        "trainable": False,
    }
    config = NTM(**arguments).get_config()
    config = json.loads(json.dumps(config))
    assert {name: config[name] for name in arguments} == arguments
    assert NTM.from_config(config).get_config() == config


def test_unrolled_machine_is_the_same(rng):
    layer = randomized(NTM(7, **SMALL), rng, (None, 5, 3))
    unrolled = NTM(7, **SMALL, unroll=True)
    unrolled.build((None, 5, 3))
    unrolled.set_weights(layer.get_weights())
    x = sequences(rng)
    np.testing.assert_allclose(unrolled(x), layer(x), atol=1e-6)
