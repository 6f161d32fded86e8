import time

import numpy as np
import pytest

from keras_dl4.datasets import ShapeScenes
from keras_dl4.datasets.shape_scenes import caption_truth
from keras_dl4.datasets.shape_scenes import evaluate_caption


@pytest.mark.parametrize("split", ["train", "test_rel", "test_count"])
def test_truth_is_that_of_each_caption_and_scene(split):
    """Each judged alone, by other means."""
    data = ShapeScenes("full", split, num_examples=25)
    scenes = [data.scene(i) for i in range(25)]
    texts = [c.text for i in range(25) for c in data.captions(i)]
    texts += [
        "a circle and a circle",
        "a red shape and a shape",
        "two shapes and a shape",
        "one circle",
        "a shape left of a shape",
        "a shape the same color as a shape",
        "a red shape the same color as a blue shape",
        "a red blue circle",
        "a furry circle",
    ]
    found = caption_truth(texts, scenes)
    expected = [
        [evaluate_caption(text, scene)["true"] for text in texts]
        for scene in scenes
    ]
    np.testing.assert_array_equal(found, expected)
    own = found[np.arange(125) // 5, np.arange(125)]
    assert own.all()
    assert not found[:, -3:].any()


def test_a_thousand_scenes_take_seconds():
    data = ShapeScenes("basic", "test")
    scenes = [data.scene(i) for i in range(1000)]
    texts = [data.captions(i)[0].text for i in range(1000)]
    start = time.process_time()
    found = caption_truth(texts, scenes)
    assert time.process_time() - start < 5.0
    assert found.shape == (1000, 1000)


def test_without_captions_or_scenes():
    data = ShapeScenes(num_examples=2)
    assert caption_truth([], [data.scene(0)]).shape == (1, 0)
    with pytest.raises(ValueError, match="at least one scene"):
        caption_truth(["a circle"], [])
