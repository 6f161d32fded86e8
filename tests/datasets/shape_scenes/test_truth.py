import pytest

from keras_dl4.datasets.shape_scenes import Scene
from keras_dl4.datasets.shape_scenes import SceneObject
from keras_dl4.datasets.shape_scenes import evaluate_caption

CIRCLE = SceneObject("circle", "red", "small", "striped", x=12, y=12)
SQUARE = SceneObject("square", "orange", "large", x=50, y=12)
OTHER = SceneObject("circle", "orange", "large", x=50, y=50)
SCENE = Scene((CIRCLE, SQUARE, OTHER), "gray")


@pytest.mark.parametrize(
    "text",
    [
        "a circle",
        "an orange square",
        "there is a small striped red circle",
        "a plain orange shape on a grey background",
        "a red circle and an orange circle",
        "a little red circle and an orange circle and a big square",
        "a red circle left of an orange square",
        "the red circle is to the left of the square",
        "there is a square above a circle against a gray background",
        "a square the same color as a circle",
        "there are two circles",
        "one square",
        "two orange shapes on a gray background",
        "there are three shapes",
        "two circles and one square",
        "the background is gray",
        "the red circle is small",
        "the red circle is at the top-left",
        "a shape at the bottom-right",
        "striped red small circle".replace("striped", "a striped"),
    ],
)
def test_true_caption_is_true(text):
    verdict = evaluate_caption(text, SCENE)
    assert verdict["true"], verdict
    assert verdict["failures"] == ()
    assert all(verdict["attributes"].values())


@pytest.mark.parametrize(
    ("text", "failures", "wrong"),
    [
        ("a blue circle", ("hallucination",), {"color"}),
        ("a small square", ("hallucination",), {"size"}),
        ("a star", ("hallucination",), {"shape"}),
        ("a red circle and a red star", ("hallucination",), None),
        ("two stars", ("hallucination",), {"shape", "count"}),
        ("a square and a square", ("counting",), {"shape"}),
        ("a red circle and a small circle", ("counting",), {"size"}),
        ("there are three circles", ("counting",), {"count"}),
        ("one circle", ("counting",), {"count"}),
        ("two shapes", ("counting",), {"count"}),
        ("a red orange circle", ("contradiction",), {"color"}),
        ("the red circle is orange", ("contradiction",), {"color"}),
        ("the small circle is large", ("contradiction",), {"size"}),
        ("two circles and three circles", ("contradiction",), {"count"}),
        (
            "a red circle the same color as an orange square",
            ("contradiction",),
            {"relation"},
        ),
        ("a red circle right of a square", (), {"relation"}),
        ("a red circle left of an orange circle", (), {"relation"}),
        ("a red circle the same color as a square", (), {"relation"}),
        ("a red circle on a black background", (), {"background"}),
        ("the background is navy", (), {"background"}),
    ],
)
def test_false_caption_says_what_is_wrong(text, failures, wrong):
    verdict = evaluate_caption(text, SCENE)
    assert not verdict["true"]
    assert not verdict["complete"]
    assert verdict["failures"] == failures
    found = {kind for kind, right in verdict["attributes"].items() if not right}
    assert wrong is None or found == wrong


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "circle",
        "a red",
        "an circle",
        "a orange circle",
        "a red red circle",
        "a circles",
        "two circle",
        "there is two circles",
        "there are a circle",
        "a furry circle",
        "a circle a square",
        "a circle and",
        "a circle left a square",
        "a circle is a square",
        "there is a circle is red",
        "the background is red",
        "on a black background",
        "a circle on a black",
        "a circle on an black background",
        "a circle on black background",
        "a circle at the red",
        "two circles left of a square",
        "a circle on a black background on a black background",
    ],
)
def test_no_sentence_of_the_grammar_is_ungrammatical(text):
    verdict = evaluate_caption(text, SCENE)
    assert verdict == {
        "true": False,
        "complete": False,
        "failures": ("ungrammatical",),
        "attributes": {},
    }


def test_complete_caption_names_every_thing():
    for text, expected in (
        ("a red circle and an orange circle and a square", True),
        ("two circles and one square", True),
        ("a red circle and an orange circle", False),
        ("a red circle and a blue circle and a square", False),
    ):
        assert evaluate_caption(text, SCENE)["complete"] is expected


def test_attributes_are_those_of_the_best_matching():
    verdict = evaluate_caption("a large red circle and a square", SCENE)
    assert verdict["attributes"]["shape"]
    assert sum(verdict["attributes"].values()) == 2


def test_words_may_come_as_a_sequence():
    assert evaluate_caption(("a", "circle"), SCENE)["true"]
