import json

import numpy as np
import pytest

from keras_dl4.datasets import ShapeScenes
from keras_dl4.datasets.shape_scenes import TAGS
from keras_dl4.datasets.shape_scenes import VOCABULARY
from keras_dl4.datasets.shape_scenes import encode_captions


def test_batches_hold_pictures_and_captions_of_their_ids():
    scenes = ShapeScenes(num_examples=50, batch_size=20)
    assert len(scenes) == 3
    seen = []
    for index in range(3):
        inputs, ids = scenes[index]
        seen += ids.tolist()
        pixels = np.rint(inputs["image"] * 255).astype("uint8")
        np.testing.assert_array_equal(pixels, scenes.images(ids))
        for tokens, number in zip(inputs["tokens"], ids, strict=True):
            texts = [caption.text for caption in scenes.captions(int(number))]
            assert " ".join(VOCABULARY[t] for t in tokens).strip() in texts
        assert inputs["image"].dtype == np.float32
        assert inputs["tokens"].dtype == ids.dtype == np.int32
    assert sorted(seen) == list(range(50))


def test_epochs_take_other_captions_in_another_order():
    scenes = ShapeScenes(num_examples=50)
    first = scenes[0]
    np.testing.assert_array_equal(first[1], scenes[0][1])
    scenes.on_epoch_end()
    second = scenes[0]
    assert (first[1] != second[1]).any()
    a, b = (e[0]["tokens"][np.argsort(e[1])] for e in (first, second))
    assert (a != b).any()
    fixed = ShapeScenes(num_examples=50, fixed_epoch=True)
    fixed.on_epoch_end()
    assert fixed.epoch == 0
    np.testing.assert_array_equal(fixed[0][1], np.arange(50))


def test_a_scene_does_not_depend_on_how_many_there_are():
    few, many = (ShapeScenes("full", num_examples=n) for n in (40, 2000))
    np.testing.assert_array_equal(few.images([30]), many.images([30]))
    assert few.captions(30) == many.captions(30)
    other = ShapeScenes("full", num_examples=40, seed=1)
    assert (few.images([30]) != other.images([30])).any()


def test_tag_ids_are_the_tags_of_the_captions():
    scenes = ShapeScenes("full", num_examples=20)
    ids = scenes.tag_ids()
    assert ids.shape == scenes.token_ids().shape == (20, 5, 16)
    for index in range(20):
        captions = scenes.captions(index)
        for row, caption in zip(ids[index], captions, strict=True):
            names = tuple(TAGS[number - 1] for number in row if number)
            assert names == caption.tags
            assert not row[len(names) :].any()


def test_unknown_words_and_padding_have_ids_of_their_own():
    ids = encode_captions(["a furry circle", ["a"]], length=4)
    assert ids[0, 1] == 1
    assert ids[:, -1].tolist() == [0, 0]
    assert VOCABULARY[ids[0, 2]] == "circle"
    with pytest.raises(ValueError, match="at most 2 words.*3 words"):
        encode_captions(["a red circle"], length=2)


def test_scene_is_told_as_json():
    scenes = ShapeScenes("full", "test", num_examples=5)
    told, scene = json.loads(scenes.scene_json(3)), scenes.scene(3)
    assert told["background"] == scene.background
    assert [t["shape"] for t in told["objects"]] == [
        thing.shape for thing in scene.objects
    ]


def test_default_numbers_of_scenes():
    numbers = [
        ShapeScenes(config, split).num_examples
        for config, split in (
            ("basic", "train"),
            ("full", "test_rel"),
            ("basic", "gallery"),
            ("full", "gallery"),
        )
    ]
    assert numbers == [20_000, 1000, 504, 3 * 8 * 8 * 2 * 2 * 4]


@pytest.mark.parametrize(
    "bad",
    [
        {"config": "tiny"},
        {"split": "dev"},
        {"split": "test_rel"},
        {"num_examples": 0},
        {"image_size": 8},
        {"batch_size": 0},
        {"seed": -1},
    ],
)
def test_bad_arguments_raise(bad):
    (name,) = bad
    with pytest.raises(ValueError, match=f"`{name}` must be .*{name}="):
        ShapeScenes(**bad)


def test_no_such_scene_raises():
    scenes = ShapeScenes(num_examples=5)
    for ask in (scenes.scene, scenes.captions, scenes.scene_json):
        with pytest.raises(ValueError, match="index=5"):
            ask(5)
    with pytest.raises(ValueError, match="`indices` must be .* <= 4"):
        scenes.images([5])
    with pytest.raises(ValueError, match="index=1"):
        scenes[1]
