import numpy as np
import pytest

from keras_dl4.datasets.shape_scenes import MirroredPairs
from keras_dl4.datasets.shape_scenes import ShapeScenes
from keras_dl4.datasets.shape_scenes import mirror_scenes


@pytest.mark.parametrize("index", [0, 1])
def test_scenes_are_followed_by_their_mirror_images(index):
    options = {"num_examples": 90, "batch_size": 30}
    pairs, plain = MirroredPairs(ShapeScenes(**options)), ShapeScenes(**options)
    pairs.on_epoch_end()
    plain.on_epoch_end()
    inputs, ids = pairs[index]
    first, first_ids = plain[index]
    direction = ("horizontal", "vertical")[index]
    images, tokens = mirror_scenes(first["image"], first["tokens"], direction)
    for name, other in (("image", images), ("tokens", tokens)):
        np.testing.assert_array_equal(inputs[name][:30], first[name])
        np.testing.assert_array_equal(inputs[name][30:], other)
    changed = np.any(tokens != first["tokens"], axis=1)
    assert 0 < changed.sum() < 30
    np.testing.assert_array_equal(ids[:30] // 2, first_ids)
    np.testing.assert_array_equal(ids[30:] - ids[:30], changed)
    assert len(set(ids.tolist())) == 30 + changed.sum()
    assert ids.dtype == np.int32 and len(pairs) == 3


def test_epoch_is_that_of_the_scenes():
    scenes = ShapeScenes(num_examples=4)
    pairs = MirroredPairs(scenes)
    pairs.epoch = 5
    assert scenes.epoch == 5
    pairs.on_epoch_end()
    assert pairs.epoch == scenes.epoch == 6
