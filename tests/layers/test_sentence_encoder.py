import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.layers import SentenceEncoder
from tests.ops import memory_network_reference as reference

STORY = np.array([[[5, 7, 3], [4, 2, 0], [0, 0, 0]], [[1, 0, 0]] * 3])


@pytest.mark.parametrize("per_sentence_length", [False, True])
@pytest.mark.parametrize("encoding", ["bow", "position", "position_matlab"])
def test_sentences_are_those_of_the_paper(encoding, per_sentence_length):
    words = keras.layers.Embedding(9, 4, mask_zero=True)
    encoder = SentenceEncoder(encoding, per_sentence_length)
    encoded = ops.convert_to_numpy(encoder(words(STORY)))
    assert encoded.shape == (2, 3, 4)
    table = ops.convert_to_numpy(words.embeddings)
    for place in np.ndindex(2, 3):
        ids = STORY[place]
        length = sum(ids > 0) if per_sentence_length else None
        expected = reference.encode(ids, table, encoding, length)
        np.testing.assert_allclose(encoded[place], expected, atol=1e-6)


def test_empty_sentences_are_masked():
    words = keras.layers.Embedding(9, 4, mask_zero=True)
    mask = SentenceEncoder()(words(STORY))._keras_mask
    assert ops.convert_to_numpy(mask).tolist() == [
        [True, True, False],
        [True] * 3,
    ]


def test_without_a_mask_all_words_count():
    vectors = np.ones((2, 3, 4), "float32")
    encoded = SentenceEncoder("bow", per_sentence_length=True)(vectors)
    np.testing.assert_array_equal(encoded, 3.0 * np.ones((2, 4)))
    assert getattr(encoded, "_keras_mask", None) is None


def test_position_tells_orders_apart(rng):
    vectors = rng.normal(size=(1, 3, 4)).astype("float32")
    for encoding, is_same in (("bow", True), ("position", False)):
        encoder = SentenceEncoder(encoding)
        orders = encoder(vectors), encoder(vectors[:, ::-1])
        assert np.allclose(*map(ops.convert_to_numpy, orders)) == is_same


def test_masked_words_may_be_infinite():
    vectors = np.full((1, 2, 3), np.inf, "float32")
    vectors[:, 0] = 1.0
    encoded = SentenceEncoder()(vectors, mask=np.array([[True, False]]))
    assert np.isfinite(ops.convert_to_numpy(encoded)).all()


def test_unknown_encoding_raises():
    with pytest.raises(ValueError, match="must be one of.*Choose 'position'"):
        SentenceEncoder("order")


@pytest.mark.parametrize("shape", [(3,), (None, 3)])
def test_ids_or_unknown_lengths_raise(shape):
    with pytest.raises(ValueError, match="Look word ids up in a"):
        SentenceEncoder()(keras.Input(shape))
