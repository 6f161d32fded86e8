import collections
import os

import pytest

from keras_dl4.datasets.image_captions import DictionaryTagger
from keras_dl4.datasets.image_captions import load_coco_captions

CAPTIONS = [
    ["a", "dog", "running"],
    ["a", "run", "thing"],
    ["the", "run", "dogs"],
    ["they", "run", "a", "thing"],
    ["thing", "eating", "thing"],
]
TAGS = [
    ["DT", "NN", "VBG"],
    ["DT", "NN", "NN"],
    ["DT", "NN", "NNS"],
    ["PRP", "VB", "DT", "NN"],
    ["NN", "VBG", "NN"],
]


def test_known_words_have_their_most_frequent_tag():
    tagger = DictionaryTagger(CAPTIONS, TAGS)
    for word, expected in (("run", "NN"), ("they", "PRP"), ("the", "DT")):
        assert tagger.tag([word]) == (expected,)
    assert tagger.tags == ("DT", "NN", "NNS", "PRP", "VB", "VBG")
    assert tagger.tag([]) == ()


def test_longest_suffix_decides_by_different_words():
    """Four times "thing", but two words in "ing" are verbs."""
    tagger = DictionaryTagger(CAPTIONS, TAGS)
    assert tagger.tag(["sing", "nothing"]) == ("VBG", "NN")
    assert tagger.tag(["cats"]) == ("NNS",)


def test_without_a_letter_in_common_the_most_frequent_tag_is_taken():
    # NN: dog, run, thing.
    tagger = DictionaryTagger(CAPTIONS, TAGS)
    assert tagger.tag(["xxx", ""]) == ("NN", "NN")


def test_ties_go_by_the_alphabet():
    first = DictionaryTagger([["b", "b"]], [["Y", "X"]])
    assert first.tag(["b"]) == ("X",)


def test_bad_corpora_are_refused():
    with pytest.raises(ValueError, match="tags for each caption"):
        DictionaryTagger(CAPTIONS, TAGS[1:])
    with pytest.raises(ValueError, match="Each word must have a tag"):
        DictionaryTagger([["a", "dog"]], [["DT"]])
    with pytest.raises(ValueError, match="a word to learn from"):
        DictionaryTagger([[]], [[]])


def test_coco_captions_have_tags_that_can_be_learned():
    if not os.environ.get("KERAS_DL4_DATA"):
        pytest.skip("not run: no data")
    parts = collections.defaultdict(list)
    for image in load_coco_captions():
        parts[image.split] += zip(image.captions, image.tags, strict=True)
    tagger = DictionaryTagger(*zip(*parts["train"], strict=True))
    pairs = [
        (found == tag, word in tagger._of_words)
        for words, tags in parts["test"]
        for found, tag, word in zip(tagger.tag(words), tags, words, strict=True)
    ]
    right = sum(is_right for is_right, _ in pairs) / len(pairs)
    guessed = [is_right for is_right, is_known in pairs if not is_known]
    assert right > 0.98
    assert sum(guessed) / len(guessed) > 0.7
