import pytest

from keras_dl4.datasets import ShapeScenes
from keras_dl4.datasets.shape_scenes import evaluate_caption


@pytest.mark.parametrize("config", ["basic", "full"])
def test_only_the_first_caption_is_true(config):
    scenes = ShapeScenes(config, "minimal_pairs", num_examples=200)
    for index in range(200):
        scene, pair = scenes.scene(index), scenes.minimal_pair(index)
        assert len(pair) == 6
        for name, text in pair.items():
            verdict = evaluate_caption(text, scene)
            assert verdict["true"] == (name == "caption"), (name, text, scene)
            assert "ungrammatical" not in verdict["failures"]


def test_swapped_caption_has_the_same_words_and_others_one_other():
    scenes = ShapeScenes("full", "minimal_pairs", num_examples=50)
    for index in range(50):
        pair = scenes.minimal_pair(index)
        words = pair.pop("caption").split()
        swapped = pair.pop("swapped").split()
        assert swapped != words
        assert sorted(swapped) == sorted(words)
        for text in pair.values():
            changed = zip(words, text.split(), strict=True)
            assert sum(a != b for a, b in changed) == 1


def test_pairs_are_of_their_own_split():
    with pytest.raises(ValueError, match="split='train'.*'minimal_pairs'"):
        ShapeScenes().minimal_pair(0)
    with pytest.raises(ValueError, match="index=1000"):
        ShapeScenes(split="minimal_pairs").minimal_pair(1000)
