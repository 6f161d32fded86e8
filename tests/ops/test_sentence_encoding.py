"""Sums of words by position, and ages of sentences with noise."""

import collections
import math

import numpy as np
import pytest
from keras import ops

from keras_dl4.ops import position_weights
from keras_dl4.ops.sentence_encoding import blank_draws
from keras_dl4.ops.sentence_encoding import max_blanks
from keras_dl4.ops.sentence_encoding import noisy_times
from keras_dl4.ops.sentence_encoding import sentence_mask
from keras_dl4.ops.sentence_encoding import sum_words
from keras_dl4.ops.sentence_encoding import with_nil_word
from tests.ops import memory_network_reference as reference

ENCODINGS = ["bow", "position", "position_matlab"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(("num_words", "dim"), [(1, 1), (1, 5), (6, 20)])
def test_position_weights_are_those_of_the_paper(num_words, dim, encoding):
    expected = [
        [
            reference.position_weight(j, k, num_words, dim, encoding)
            for k in range(1, dim + 1)
        ]
        for j in range(1, num_words + 1)
    ]
    weights = position_weights(num_words, dim, encoding)
    np.testing.assert_allclose(weights, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_each_sentence_may_have_its_own_length(encoding):
    lengths = np.array([[1, 4], [3, 0]])
    weights = ops.convert_to_numpy(position_weights(4, 5, encoding, lengths))
    assert weights.shape == (2, 2, 4, 5)
    assert np.isfinite(weights).all()
    for place in np.ndindex(2, 2):
        size = int(lengths[place])
        if size:
            np.testing.assert_allclose(
                weights[place][:size],
                position_weights(size, 5, encoding),
                rtol=1e-6,
                atol=1e-6,
            )


def test_formula_of_the_code_is_about_twice_that_of_the_paper():
    paper = ops.convert_to_numpy(position_weights(60, 80, "position"))
    code = ops.convert_to_numpy(position_weights(60, 80, "position_matlab"))
    np.testing.assert_allclose(code, 2.0 * paper, atol=4.0 / 60)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_one_table_holds_several_side_by_side(encoding, rng):
    tables = rng.normal(size=(2, 7, 5)).astype("float32")
    ids = rng.integers(0, 7, (3, 4)).astype("int32")
    weights = position_weights(4, 5, encoding)
    fused = with_nil_word(ops.convert_to_tensor(np.concatenate(tables, 1)))
    sums = ops.convert_to_numpy(sum_words(fused, ids, weights))
    for row, part in np.ndindex(3, 2):
        np.testing.assert_allclose(
            sums[row, 5 * part : 5 * part + 5],
            reference.encode(ids[row], tables[part], encoding),
            rtol=1e-5,
            atol=1e-5,
        )


def test_mask_is_false_for_empty_sentences():
    story = np.array([[[1, 0], [0, 2], [0, 0]]])
    mask = ops.convert_to_numpy(sentence_mask(story))
    assert mask.tolist() == [[True, True, False]]


def drawn_times(num_draws, length, memory_size, rate, rng):
    draws = rng.uniform(size=(num_draws, blank_draws(memory_size, rate)))
    lengths = np.full(num_draws, length, "int32")
    times = noisy_times(draws.astype("float32"), lengths, memory_size, rate)
    return ops.convert_to_numpy(times)


def reference_times(length, memory_size, rate, rng):
    """Inserts empty memories into a list one after the other."""
    gaps = [0] * (length + 1)
    for _ in range(rng.integers(0, math.ceil(length * rate) + 1)):
        gaps[rng.integers(0, length + 1)] += 1
    row = []
    for slot in range(length):
        row += [None] * gaps[slot] + [slot]
    return [min(row.index(i), memory_size - 1) for i in range(length)]


@pytest.mark.parametrize(
    ("length", "memory_size", "rate"), [(3, 5, 0.1), (5, 5, 0.4), (2, 8, 1.0)]
)
def test_noise_has_the_distribution_of_insertions(
    length, memory_size, rate, rng
):
    number = 40_000
    times = drawn_times(number, length, memory_size, rate, rng)
    drawn = collections.Counter(map(tuple, times[:, :length]))
    expected = collections.Counter(
        tuple(reference_times(length, memory_size, rate, rng))
        for _ in range(number)
    )
    assert set(drawn) <= set(expected) | {
        key for key in drawn if drawn[key] < 10
    }
    for key in expected:
        tolerance = 6.0 * math.sqrt(max(expected[key], 1)) + 10
        assert abs(drawn[key] - expected[key]) < tolerance, key


def test_no_noise_leaves_times_alone(rng):
    times = drawn_times(3, 4, 6, 0.0, rng)
    np.testing.assert_array_equal(times, np.tile(np.arange(6), (3, 1)))


def test_order_of_sentences_stays_up_to_the_memory_size(rng):
    times = drawn_times(500, 20, 20, 0.3, rng)
    assert (np.diff(times, axis=1) >= 0).all()
    assert times.max() == 19
    assert (np.diff(times, axis=1)[times[:, 1:] < 19] > 0).all()


@pytest.mark.parametrize("extreme", [0.0, 1.0])
def test_extreme_draws_stay_in_range(extreme):
    draws = np.full((2, blank_draws(5, 0.5)), extreme, "float32")
    times = ops.convert_to_numpy(noisy_times(draws, np.array([0, 5]), 5, 0.5))
    assert times.min() >= 0
    assert times.max() <= 4


@pytest.mark.parametrize(
    ("size", "rate", "expected"),
    [(50, 0.1, 5), (30, 0.1, 3), (31, 0.1, 4), (1, 0.1, 1), (7, 0.0, 0)],
)
def test_number_of_empty_memories_is_rounded_up(size, rate, expected):
    assert max_blanks(size, rate) == expected
