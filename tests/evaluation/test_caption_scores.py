import gzip
import json
import math
import os

import pytest

from keras_dl4.evaluation import bleu
from keras_dl4.evaluation import cider_d
from keras_dl4.evaluation import rouge_l

# Scored by pycocoevalcap 1.2, as the COCO challenge is.
LETTERS = (
    "d g d a c e d d g|g e c a g e/a f g/f g g f f a",
    "c d c e b e b c b|d g g c b f c/g a b e b b g b/e d a a c e d a c",
    "a e g c e f g e b|c f a e c g e/g e e e/d a e g d",
    "a f a g f|e b c b b/b a e f c d a a f/b b a g a f g e f",
    "d e a c d|g f e c e g/g b f e/d e c d d f f f g",
    "e f b e d|a c e a d/f c g b b a f/a f b c g",
)


def test_scores_are_those_of_the_challenge():
    candidates, references = zip(
        *(row.split("|") for row in LETTERS), strict=True
    )
    references = [row.split("/") for row in references]
    found = bleu(candidates, references)
    for name, expected in (
        ("bleu_1", 78.57142857),
        ("bleu_2", 51.17663157),
        ("bleu_3", 25.94283172),
        ("bleu_4", 0.0),
    ):
        assert found[name] == pytest.approx(expected, abs=1e-6)
    expected = 52.11953803446216
    assert rouge_l(candidates, references) == pytest.approx(expected)
    assert cider_d(candidates, references) == pytest.approx(1.131472298718544)


def test_scores_of_people_are_those_of_the_challenge():
    """The first caption of 60 COCO images beside the other four."""
    folder = os.path.join(os.environ.get("KERAS_DL4_DATA", ""), "multimodal")
    path = os.path.join(folder, "coco_val2017_captions.json.gz")
    if not os.path.isfile(path):
        pytest.skip("not run: no data")
    with gzip.open(path) as file:
        images = json.load(file)["images"][:60]
    captions = [
        [s["tokens"] for s in image["sentences"][:5]] for image in images
    ]
    candidates = [several[0] for several in captions]
    references = [several[1:] for several in captions]
    found = bleu(candidates, references)["bleu_4"]
    assert found == pytest.approx(21.28179854, abs=1e-6)
    assert rouge_l(candidates, references) == pytest.approx(46.81863124676774)
    assert cider_d(candidates, references) == pytest.approx(1.0613571953123782)


def test_bleu_by_hand():
    """The example of the paper: a word counts as often as in a reference."""
    references = ["the cat is on the mat", "there is a cat on the mat"]
    found = bleu(["the the the the the the the"], [references])
    assert found["bleu_1"] == pytest.approx(100 * 2 / 7)
    assert found["bleu_2"] == 0.0
    found = bleu(["the cat is on"], [references])
    penalty = math.exp(1 - 6 / 4)
    for order in range(1, 5):
        assert found[f"bleu_{order}"] == pytest.approx(100 * penalty)


def test_bleu_is_of_the_whole_set_with_the_closest_length():
    """Precisions 3 of 5 and 1 of 3; lengths 2 and 3 beside 1 and 3."""
    candidates, references = ["a b", "c d e"], [["a", "b a x"], ["c x e"]]
    found = bleu(candidates, references)
    assert found["bleu_1"] == pytest.approx(100 * 4 / 5)
    assert found["bleu_2"] == 0.0
    longer = bleu(["a b"], [["a b x", "a b x y"]])
    assert longer["bleu_2"] == pytest.approx(100 * math.exp(1 - 3 / 2))


def test_rouge_by_hand():
    """Common subsequences of 2 words: precision 2 / 3, recall 2 / 4."""
    found = rouge_l(["a x c"], [["a b c d", "q"]])
    p, r, w = 2 / 3, 2 / 4, 1.2**2
    assert found == pytest.approx(100 * (1 + w) * p * r / (r + w * p))
    assert rouge_l(["c b a", "x"], [["a b c"], ["y"]]) == pytest.approx(50 / 3)


def test_cider_by_hand():
    """The first agrees in orders 1 and 2 of 4; the second in half of one."""
    found = cider_d(["a b", "c x"], [["a b"], ["c d"]])
    assert found == pytest.approx((10 * 2 / 4 + 10 * 0.5 / 4) / 2)
    shorter = cider_d(["a", "c"], [["a b b b"], ["c"]])
    weight = math.exp(-(3**2) / (2 * 6**2)) / math.sqrt(1 + 3**2)
    assert shorter == pytest.approx((10 * weight / 4 + 10 / 4) / 2)


def test_what_every_image_has_counts_nothing():
    assert cider_d(["the a", "the b"], [["the"], ["the"]]) == 0.0


def test_captions_of_people_score_full_marks():
    references = [["a b c d e"], ["f g h i j"]]
    captions = [row[0] for row in references]
    assert set(bleu(captions, references).values()) == {100.0}
    assert rouge_l(captions, references) == pytest.approx(100.0)
    assert cider_d(captions, references) == pytest.approx(10.0)


def test_empty_caption_scores_nothing():
    references = [["a b"], ["c d"]]
    assert set(bleu(["", ""], references).values()) == {0.0}
    assert rouge_l(["", ""], references) == 0.0
    assert cider_d(["", ""], references) == 0.0


def test_bad_arguments_raise():
    for score in (bleu, rouge_l, cider_d):
        with pytest.raises(ValueError, match="2 captions and 1 lists"):
            score(["a", "b"], [["a"]])
        with pytest.raises(ValueError, match="0 captions"):
            score([], [])
        with pytest.raises(ValueError, match="one reference.* for image 1"):
            score(["a", "b"], [["a"], []])
        with pytest.raises(ValueError, match="'a' for image 0"):
            score(["a", "b"], ["a", "b"])
    with pytest.raises(ValueError, match="at least two images"):
        cider_d(["a"], [["a"]])
