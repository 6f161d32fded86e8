"""The fused computation against loops written from the paper's equations."""

import dataclasses
import itertools

import numpy as np
import pytest
from keras import ops

from keras_dl4.ops.end_to_end_memory import EndToEndMemory
from tests.ops import memory_network_reference as reference

SHAPE = EndToEndMemory(
    vocabulary_size=9, embedding_dim=5, num_hops=3, memory_size=6
)


def stories(rng):
    """Of no, one, some and as many sentences as fit, of several lengths."""
    story = rng.integers(1, 9, (4, 6, 4)).astype("int32")
    for row, size in enumerate((0, 1, 4, 6)):
        story[row, size:] = 0
    story[2, 1, 2:] = story[3, :, 3:] = 0
    question = rng.integers(1, 9, (4, 3)).astype("int32")
    question[1, 2:] = 0
    return story, question


def random_weights(shape, rng):
    return {
        name: rng.normal(size=size).astype("float32")
        for name, size in shape.weight_shapes.items()
    }


def assert_is_reference(shape, rng, times=None, linear=None):
    story, question = stories(rng)
    weights = random_weights(shape, rng)
    logits, weightings = shape(weights, story, question, times, linear)
    assert logits.shape == (4, shape.num_restarts, 9)
    assert weightings.shape == (4, shape.num_hops, 6, shape.num_restarts)
    for row, restart in itertools.product(range(4), range(shape.num_restarts)):
        expected = reference.answer(
            story[row],
            question[row],
            reference.tables_of(weights, shape, restart),
            encoding=shape.sentence_encoding,
            temporal=shape.temporal_encoding,
            times=None if times is None else times[row],
            nonlinearity=shape.nonlinearity,
            mask_empty=shape.mask_empty,
            per_sentence=shape.per_sentence_length,
            linear=bool(linear),
        )
        # Neither padding nor the unknown word is an answer.
        assert np.all(logits[row, restart, :2] == -1e9)
        expected = expected[0][2:], expected[1]
        actual = logits[row, restart, 2:], weightings[row, :, :, restart]
        for one, other in zip(actual, expected, strict=True):
            # Relative to the largest: without softmax they are in thousands.
            scale = max(1.0, np.abs(other).max())
            np.testing.assert_allclose(
                ops.convert_to_numpy(one) / scale, other / scale, atol=1e-5
            )


@pytest.mark.parametrize("temporal", ["vector", "word", None])
@pytest.mark.parametrize("encoding", ["bow", "position", "position_matlab"])
@pytest.mark.parametrize("tying", ["adjacent", "layerwise"])
def test_forward_is_that_of_the_paper(tying, encoding, temporal, rng):
    shape = dataclasses.replace(
        SHAPE,
        weight_tying=tying,
        sentence_encoding=encoding,
        temporal_encoding=temporal,
    )
    assert_is_reference(shape, rng)


@pytest.mark.parametrize("tying", ["adjacent", "layerwise"])
@pytest.mark.parametrize(
    "options",
    [
        {"nonlinearity": "relu"},
        {"mask_empty": True},
        {"per_sentence_length": True},
        {"per_sentence_length": True, "temporal_encoding": "word"},
        {"num_hops": 1},
        {"num_restarts": 3},
        {"num_restarts": 2, "mask_empty": True, "temporal_encoding": "word"},
    ],
    ids=str,
)
def test_forward_with_option_is_that_of_the_paper(options, tying, rng):
    shape = dataclasses.replace(SHAPE, weight_tying=tying, **options)
    assert_is_reference(shape, rng)


@pytest.mark.parametrize("mask_empty", [False, True])
@pytest.mark.parametrize("linear", [False, True])
def test_linear_start_leaves_the_softmax_out(linear, mask_empty, rng):
    shape = dataclasses.replace(SHAPE, mask_empty=mask_empty)
    assert_is_reference(shape, rng, linear=np.array(linear))


@pytest.mark.parametrize("temporal", ["vector", "word"])
def test_times_are_looked_up(temporal, rng):
    shape = dataclasses.replace(SHAPE, temporal_encoding=temporal)
    assert_is_reference(shape, rng, times=rng.integers(0, 6, (4, 6)))


def test_shorter_story_is_one_padded_with_empty_memories(rng):
    shape = dataclasses.replace(SHAPE, mask_empty=True)
    story, question = stories(rng)
    story[:, 3:] = 0
    weights = random_weights(shape, rng)
    logits, weightings = shape(weights, story, question)
    short, short_weightings = shape(weights, story[:, :3], question)
    np.testing.assert_allclose(short, logits, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(
        short_weightings, weightings[:, :, :3], rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("mask_empty", [False, True])
def test_empty_story_reads_nothing(mask_empty, rng):
    """Empty memories are zero vectors, whether they are attended or not."""
    shape = dataclasses.replace(SHAPE, mask_empty=mask_empty)
    story, question = stories(rng)
    weights = random_weights(shape, rng)
    logits, weightings = shape(weights, story[:1], question[:1])
    state = shape._question(
        weights["words"] * (np.arange(9) > 0)[:, None], question[:1]
    )
    last = weights["words"][:, -5:] * (np.arange(9) > 0)[:, None]
    expected = (state[0] @ last.T)[:, 2:]
    np.testing.assert_allclose(logits[0, :, 2:], expected, atol=1e-5)
    expected = 0.0 if mask_empty else 1.0 / 6.0
    np.testing.assert_allclose(weightings, expected, rtol=1e-6)


def test_nil_word_has_no_part(rng, gradient_of):
    weights = random_weights(SHAPE, rng)
    story, question = stories(rng)

    def loss(words):
        logits, _ = SHAPE({**weights, "words": words}, story, question)
        return ops.sum(ops.square(logits))

    gradient = gradient_of(loss, at=weights["words"])
    assert not gradient[0].any()
    assert gradient[1:].any(axis=1).all()
