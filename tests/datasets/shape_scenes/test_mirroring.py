import dataclasses

import numpy as np
import pytest

from keras_dl4.datasets.shape_scenes import VOCABULARY
from keras_dl4.datasets.shape_scenes import Scene
from keras_dl4.datasets.shape_scenes import ShapeScenes
from keras_dl4.datasets.shape_scenes import evaluate_caption
from keras_dl4.datasets.shape_scenes import mirror_scenes
from keras_dl4.datasets.shape_scenes import render_scenes

TURNED = {"horizontal": "x", "vertical": "y"}


def turned_over(scene, axis):
    things = (
        dataclasses.replace(thing, **{axis: 64 - getattr(thing, axis)})
        for thing in scene.objects
    )
    return Scene(tuple(things), scene.background)


@pytest.mark.parametrize("direction", TURNED)
@pytest.mark.parametrize("config", ["basic", "full"])
def test_true_captions_stay_true(config, direction):
    scenes = ShapeScenes(config, num_examples=150)
    images, ids = mirror_scenes(scenes.images(), scenes.token_ids(), direction)
    assert ids.shape == scenes.token_ids().shape and ids.dtype == np.int32
    was_true = []
    for number in range(150):
        scene = turned_over(scenes.scene(number), TURNED[direction])
        for row, caption in zip(
            ids[number], scenes.captions(number), strict=True
        ):
            text = " ".join(VOCABULARY[word] for word in row if word)
            assert evaluate_caption(text, scene)["true"], text
            if text != caption.text:
                verdict = evaluate_caption(text, scenes.scene(number))
                was_true.append(verdict["true"])
    # Few say as little as "a shape above a shape".
    assert len(was_true) > 50 and np.mean(was_true) < 0.1


@pytest.mark.parametrize("direction", TURNED)
def test_pictures_are_those_of_the_mirrored_scene(direction):
    scenes = ShapeScenes(num_examples=60)
    round_ones = [
        number
        for number in range(60)
        if all(
            t.shape in ("circle", "ring") for t in scenes.scene(number).objects
        )
    ]
    assert round_ones
    pictured = [scenes.scene(number) for number in round_ones]
    before = render_scenes(pictured).astype(int)
    ids = np.zeros((len(pictured), 1), "int32")
    found, _ = mirror_scenes(before, ids, direction)
    turned = [turned_over(scene, TURNED[direction]) for scene in pictured]
    expected = render_scenes(turned).astype(int)
    # Noise and shades differ, what is where does not.
    wrong = np.abs(found - expected).max(-1) > 90
    assert wrong.mean() < 0.005
    assert (np.abs(before - expected).max(-1) > 90).mean() > 0.02


def test_unknown_direction_raises():
    with pytest.raises(ValueError, match="direction"):
        mirror_scenes(np.zeros((1, 4, 4, 3)), [[0]], "diagonal")
