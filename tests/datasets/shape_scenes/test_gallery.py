import numpy as np
import pytest

from keras_dl4.datasets import ShapeScenes
from keras_dl4.datasets.shape_scenes import analogy_questions


@pytest.fixture(scope="module")
def pictures():
    gallery = ShapeScenes(split="gallery")
    return [gallery.scene(i) for i in range(gallery.num_examples)]


def test_every_question_has_the_targets_that_a_search_finds(pictures):
    kinds = ("color", "shape", "size", "background")
    questions = analogy_questions(pictures, kinds)
    assert len(questions["source"]) == 504 * (6 + 5 + 1 + 1)
    rng = np.random.default_rng(0)
    for row in rng.choice(len(questions["source"]), 60, replace=False):
        kind, minus, plus = (
            questions[n][row] for n in ("kind", "minus", "plus")
        )
        look = look_of(pictures[questions["source"][row]])
        assert look[kind] == minus != plus
        look[kind] = plus
        looks = [look_of(picture) for picture in pictures]
        exact = [other == look for other in looks]
        np.testing.assert_array_equal(questions["exact_target"][row], exact)
        asked = {"shape", "color", kind}
        loose = [all(other[n] == look[n] for n in asked) for other in looks]
        np.testing.assert_array_equal(questions["target"][row], loose)


def look_of(scene):
    (thing,) = scene.objects
    return {
        "shape": thing.shape,
        "color": thing.color,
        "size": thing.size,
        "background": scene.background,
    }


def test_source_is_no_target_and_there_is_always_one(pictures):
    questions = analogy_questions(pictures)
    rows = np.arange(len(questions["source"]))
    assert not questions["target"][rows, questions["source"]].any()
    assert (questions["exact_target"].sum(axis=1) == 3).all()
    assert (questions["target"].sum(axis=1) == 12).all()


def test_bad_arguments_raise(pictures):
    with pytest.raises(ValueError, match="`kinds` must be one of.*'mood'"):
        analogy_questions(pictures, ("mood",))
    pair = ShapeScenes(split="minimal_pairs").scene(0)
    with pytest.raises(ValueError, match="single object.*one with several"):
        analogy_questions([*pictures, pair])
