"""Beam search, against greedy search and the list of all sequences."""

import itertools
import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.ops import beam_search

ROOT = pathlib.Path(__file__).parents[2]
NUM_WORDS, END, START = 4, 3, 0
EPSILON = 1e-30


def bigrams(seed=0, batch_size=3, sharpness=2.0):
    """Log-probabilities of words after words, for each example."""
    rng = np.random.default_rng(seed)
    logits = sharpness * rng.normal(size=(batch_size, NUM_WORDS, NUM_WORDS))
    sums = np.log(np.exp(logits).sum(-1, keepdims=True))
    return (logits - sums).astype("float32")


def by_bigrams(words, position, tables):
    rows = ops.take_along_axis(tables, words[:, None, None], axis=1)
    return rows[:, 0], tables


def search(tables, beam_width, max_length=4, end_id=END, **options):
    found = beam_search(
        by_bigrams,
        np.full(len(tables), START),
        tables,
        beam_width,
        max_length,
        end_id,
        **options,
    )
    return [ops.convert_to_numpy(x) for x in found]


def all_sequences(table, max_length, length_penalty, min_length=0):
    """`(score, words)` of all that end or are full, best first."""
    found = []
    for length in range(1, max_length + 1):
        for words in itertools.product(range(NUM_WORDS), repeat=length):
            ends = [word == END for word in words]
            if any(ends[:-1]) or not (ends[-1] or length == max_length):
                continue
            if ends[-1] and length - 1 < min_length:
                continue
            pairs = zip((START, *words[:-1]), words, strict=True)
            score = sum(float(table[a, b]) for a, b in pairs)
            found.append((score / length**length_penalty, words))
    return sorted(found, reverse=True)


def test_width_one_is_greedy():
    tables = bigrams(batch_size=20)
    sequences, scores, lengths = search(tables, 1, max_length=6)
    for number, table in enumerate(tables):
        words, score, last = [], 0.0, START
        while len(words) < 6 and last != END:
            score += table[last].max()
            last = int(table[last].argmax())
            words.append(last)
        expected = words + [END] * (6 - len(words))
        assert sequences[number, 0].tolist() == expected
        assert lengths[number, 0] == len(words) - (last == END)
        np.testing.assert_allclose(scores[number, 0], score, rtol=1e-5)
    assert len(set(lengths[:, 0])) > 1


@pytest.mark.parametrize("min_length", [0, 2])
@pytest.mark.parametrize("length_penalty", [0.0, 0.7, 1.0])
def test_wide_enough_is_exhaustive(length_penalty, min_length):
    tables = bigrams()
    sequences, scores, lengths = search(
        tables, 150, length_penalty=length_penalty, min_length=min_length
    )
    for number, table in enumerate(tables):
        expected = all_sequences(table, 4, length_penalty, min_length)
        assert len(expected) > 100
        number_of = len(expected)
        np.testing.assert_allclose(
            scores[number, :number_of], [s for s, _ in expected], rtol=1e-5
        )
        # Sequences of the same pairs of words have equal scores.
        right = {words: score for score, words in expected}
        for place in range(number_of):
            words = tuple(sequences[number, place])
            ended = END in words
            length = words.index(END) if ended else 4
            assert lengths[number, place] == length
            assert set(words[length:]) <= {END}
            score = right.pop(words[: length + ended])
            np.testing.assert_allclose(scores[number, place], score, rtol=1e-5)
        assert np.all(np.isneginf(scores[number, number_of:]))


def test_lengths_are_penalized_only_where_asked():
    tables = bigrams(batch_size=50)
    means = [
        search(tables, 150, length_penalty=penalty)[2][:, 0].mean()
        for penalty in (0.0, 1.0)
    ]
    assert means[0] < means[1]


def test_wider_is_never_worse_than_greedy():
    tables = bigrams(seed=1, batch_size=100, sharpness=1.0)
    greedy = search(tables, 1)[1][:, 0]
    wide = search(tables, 150)[1][:, 0]
    assert np.all(wide >= greedy - 1e-6) and np.any(wide > greedy + 0.1)


def test_what_has_ended_survives():
    """The end at once is better than what follows the better first word."""
    chances = np.full((1, NUM_WORDS, NUM_WORDS), EPSILON)
    chances[0, START, 1:] = 0.55, 0.01, 0.44
    chances[0, 1, :] = 0.25
    chances[0, 2, :] = 0.25
    sequences, scores, lengths = search(np.log(chances).astype("f4"), 2, 6)
    assert sequences[0, 0].tolist() == [END] * 6 and lengths[0, 0] == 0
    np.testing.assert_allclose(np.exp(scores[0, 0]), 0.44, rtol=1e-5)


def test_states_stay_with_their_hypotheses():
    """A state that has noted the words equals what is returned."""

    def noting(words, position, state):
        tables, noted = state
        is_here = ops.equal(ops.arange(5, dtype="int32"), position)
        noted = ops.where(is_here, words[:, None], noted)
        # Scores of the words depend on all that was noted.
        total = ops.cast(ops.sum(noted, axis=-1) % NUM_WORDS, "int32")
        rows, _ = by_bigrams(total, position, tables)
        return rows, (tables, noted)

    tables = bigrams(seed=2)
    found = beam_search(
        noting,
        np.zeros(3, "int32"),
        (tables, np.zeros((3, 5), "int32")),
        3,
        5,
        END,
    )
    sequences, scores, lengths = map(ops.convert_to_numpy, found)
    for number, beam in itertools.product(range(3), range(3)):
        words, score = sequences[number, beam], 0.0
        for place in range(min(lengths[number, beam] + 1, 5)):
            total = words[:place].sum() % NUM_WORDS
            score += tables[number, total, words[place]]
        np.testing.assert_allclose(scores[number, beam], score, rtol=1e-5)


def test_step_is_told_the_position():
    def counted(words, position, state):
        chosen = ops.equal(ops.arange(9, dtype="int32"), position + 2)
        log_probs = ops.where(chosen, 0.0, -5.0)
        return ops.broadcast_to(log_probs, (ops.shape(words)[0], 9)), ()

    sequences, _, _ = beam_search(counted, np.zeros(2), (), 2, 6, 7)
    expected = [2, 3, 4, 5, 6, 7]
    assert ops.convert_to_numpy(sequences)[1, 0].tolist() == expected


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="compiles by TensorFlow"
)
@pytest.mark.parametrize("jit_compile", [True, False])
@pytest.mark.parametrize("batch_size", [None, 3])
def test_compiled_equals_eager(jit_compile, batch_size):
    import tensorflow as tf

    shape = (batch_size, NUM_WORDS, NUM_WORDS)

    @tf.function(
        jit_compile=jit_compile, input_signature=[tf.TensorSpec(shape)]
    )
    def compiled(tables):
        start = ops.zeros_like(tables[:, 0, 0], dtype="int32")
        return beam_search(by_bigrams, start, tables, 3, 5, END, 0.7)

    tables = bigrams()
    expected = search(tables, 3, 5, length_penalty=0.7)
    for found, right in zip(compiled(tables), expected, strict=True):
        np.testing.assert_allclose(found, right, rtol=1e-6)


def test_equals_that_on_jax(tmp_path):
    sequences, scores, lengths = search(bigrams(), 3, 5, length_penalty=0.7)
    script = (
        "import jax, numpy as np\n"
        "from tests.ops.test_beam_search import *\n"
        "run = jax.jit(lambda t: beam_search(\n"
        "    by_bigrams, ops.zeros(3, 'int32'), t, 3, 5, END, 0.7))\n"
        f"np.savez({str(tmp_path / 'found.npz')!r}, *run(bigrams()))\n"
    )
    subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
        cwd=ROOT,
        check=True,
    )
    with np.load(tmp_path / "found.npz") as found:
        np.testing.assert_array_equal(found["arr_0"], sequences)
        np.testing.assert_allclose(found["arr_1"], scores, rtol=1e-5)
        np.testing.assert_array_equal(found["arr_2"], lengths)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"beam_width": 0}, "`beam_width` must be a positive int"),
        ({"max_length": 2.5}, "max_length=2.5"),
        ({"beam_width": 2, "length_penalty": -1.0}, "length_penalty=-1.0"),
        ({"length_penalty": "1"}, "`length_penalty` must be a number.*'1'"),
        ({"length_penalty": float("nan")}, "length_penalty=nan"),
        ({"beam_width": 2, "min_length": 4}, "from 0 to 3.*min_length=4"),
        ({"end_id": NUM_WORDS}, "`end_id` must be an int from 0 to 3.*=4"),
        ({"end_id": -1}, "end_id=-1"),
        ({"end_id": 3.0}, "end_id=3.0"),
    ],
)
def test_bad_numbers_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        search(bigrams(), **{"beam_width": 1, **options})
