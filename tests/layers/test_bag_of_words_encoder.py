import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.layers import BagOfWordsEncoder

IDS = np.array([[5, 7, 3, 0], [4, 0, 0, 0], [0, 0, 0, 0]])


@pytest.mark.parametrize("mode", ["sum", "mean"])
def test_sentence_is_the_sum_or_mean_of_its_words(mode):
    words = keras.layers.Embedding(9, 4, mask_zero=True)
    encoded = ops.convert_to_numpy(BagOfWordsEncoder(mode)(words(IDS)))
    table = ops.convert_to_numpy(words.embeddings)
    for row, vector in zip(IDS, encoded, strict=True):
        expected = np.zeros(4)
        for word in row[row > 0]:
            expected += table[word]
        if mode == "mean":
            expected /= max(1, sum(row > 0))
        np.testing.assert_allclose(vector, expected, atol=1e-6)


@pytest.mark.parametrize(("mode", "expected"), [("sum", 3.0), ("mean", 1.0)])
def test_without_a_mask_all_words_count(mode, expected):
    encoded = BagOfWordsEncoder(mode)(np.ones((2, 3, 4), "float32"))
    np.testing.assert_array_equal(encoded, np.full((2, 4), expected))


def test_order_does_not_count(rng):
    words = rng.normal(size=(2, 5, 3)).astype("float32")
    first, second = (BagOfWordsEncoder()(w) for w in (words, words[:, ::-1]))
    np.testing.assert_allclose(first, second, atol=1e-6)


def test_masked_words_may_be_infinite():
    words = np.array([[[1.0, 2.0], [np.inf, np.nan]]], "float32")
    encoded = BagOfWordsEncoder("mean")(words, mask=np.array([[True, False]]))
    np.testing.assert_array_equal(encoded, [[1.0, 2.0]])


def test_bad_arguments_raise():
    with pytest.raises(ValueError, match="`mode` must be .*'max'"):
        BagOfWordsEncoder("max")
    with pytest.raises(ValueError, match="Look word ids up in a"):
        BagOfWordsEncoder()(keras.Input((3,)))
