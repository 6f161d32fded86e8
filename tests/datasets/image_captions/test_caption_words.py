import numpy as np
import pytest

from keras_dl4.datasets.image_captions import encode_captions
from keras_dl4.datasets.image_captions import make_vocabulary

CAPTIONS = [("a", "red", "dog"), ("the", "dog"), ("a", "dog", "[UNK]")]


def test_vocabulary_has_frequent_words_first():
    everything = ["", "[UNK]", "dog", "a", "red", "the"]
    assert make_vocabulary(CAPTIONS) == everything
    assert make_vocabulary(CAPTIONS, 2) == everything[:4]
    assert make_vocabulary([]) == everything[:2]
    with pytest.raises(ValueError, match="at least 1"):
        make_vocabulary(CAPTIONS, 0)


@pytest.mark.parametrize("length", [None, 2, 5])
def test_words_become_ids(length):
    vocabulary = make_vocabulary(CAPTIONS, 2)
    ids = encode_captions(CAPTIONS, vocabulary, length)
    assert ids.dtype == "int32"
    assert ids.shape == (3, length or 3)
    for row, words in zip(ids, CAPTIONS, strict=True):
        padded = (*words, *[""] * 5)[: len(row)]
        known = [w if w in vocabulary else "[UNK]" for w in padded]
        assert [vocabulary[i] for i in row] == known
    assert encode_captions([], vocabulary, length).shape == (0, length or 0)


def test_tags_have_no_unknown_one():
    tags = encode_captions([("DT", "NN")], ["", "NN", "DT"])
    np.testing.assert_array_equal(tags, [[2, 1]])
    with pytest.raises(ValueError, match="must have all words.*'JJ'"):
        encode_captions([("DT", "JJ")], ["", "NN", "DT"])


@pytest.mark.parametrize("vocabulary", [["a", ""], ["", "a", "a"], []])
def test_bad_vocabularies_are_refused(vocabulary):
    with pytest.raises(ValueError, match="must start with ''"):
        encode_captions(CAPTIONS, vocabulary)
