import pytest

from keras_dl4.datasets import ShapeScenes
from keras_dl4.datasets.shape_scenes import TAGS
from keras_dl4.datasets.shape_scenes import VOCABULARY
from keras_dl4.datasets.shape_scenes import evaluate_caption

SETS = [
    ("basic", "train"),
    ("full", "train"),
    ("full", "test_rel"),
    ("full", "test_count"),
]


@pytest.fixture(scope="module", params=SETS, ids="-".join)
def captioned(request):
    scenes = ShapeScenes(*request.param, num_examples=400)
    return [(scenes.scene(i), scenes.captions(i)) for i in range(400)]


def test_every_caption_is_true(captioned):
    for scene, captions in captioned:
        for caption in captions:
            verdict = evaluate_caption(caption.text, scene)
            assert verdict["true"], (caption.text, scene)


def test_first_caption_describes_all_objects(captioned):
    for scene, (full, *_) in captioned:
        verdict = evaluate_caption(full.text, scene)
        assert verdict["complete"]
        assert {"shape", "color"} <= set(verdict["attributes"])


def test_relations_are_told_from_both_sides(captioned):
    for scene, captions in captioned:
        if len(scene.objects) != 2:
            continue
        there, back = (
            [s for s in caption.slots if s >= 0] for caption in captions[2:4]
        )
        assert (there[0], there[-1]) == (back[-1], back[0])


def test_slots_say_which_object_a_word_is_of(captioned):
    for scene, captions in captioned:
        for caption in captions:
            assert len(caption.slots) == len(caption.tokens)
            for token, slot in zip(caption.tokens, caption.slots, strict=True):
                for kind in ("shape", "color") if slot >= 0 else ():
                    value = getattr(scene.objects[slot], kind)
                    known = {
                        "shape": {"circle", "square", "heart", "ring"},
                        "color": {"red", "blue", "orange", "white"},
                    }
                    assert token == value or token not in known[kind]


def test_lengths_and_tags_are_as_specified(captioned):
    for scene, captions in captioned:
        longest = 14 if len(scene.objects) < 4 else 15
        for caption in captions:
            assert 4 <= len(caption.tokens) <= longest
            assert set(caption.tags) <= set(TAGS)


def test_there_are_many_forms_and_few_words():
    scenes = ShapeScenes("full", num_examples=400)
    captions = [c for i in range(400) for c in scenes.captions(i)]
    assert len({caption.tags for caption in captions}) >= 24
    words = {token for caption in captions for token in caption.tokens}
    assert words <= set(VOCABULARY)
    assert 60 <= len(words) <= 75
    assert len({caption.family for caption in captions}) == 5


def test_basic_captions_have_neither_places_nor_textures():
    scenes = ShapeScenes("basic", num_examples=400)
    tags = {t for i in range(400) for c in scenes.captions(i) for t in c.tags}
    words = {
        t for i in range(400) for c in scenes.captions(i) for t in c.tokens
    }
    assert "JJ-TEX" not in tags
    assert not words & {"at", "center", "cream", "star", "white"}
