import collections

import numpy as np
import pytest

from keras_dl4.datasets.image_captions import CaptionPairs

IMAGES = np.arange(7 * 4, dtype="uint8").reshape(7, 2, 2, 1)
# Captions of image i say 10 * i + 1 and so on; it has 1 + i % 3 of them.
CAPTIONS = [[[10 * i + k + 1, 0] for k in range(1 + i % 3)] for i in range(7)]


def epoch_of(pairs):
    batches = [pairs[index] for index in range(len(pairs))]
    return (
        np.concatenate([inputs["image"] for inputs, _ in batches]),
        np.concatenate([inputs["tokens"] for inputs, _ in batches]),
        np.concatenate([ids for _, ids in batches]),
    )


def test_each_image_comes_once_with_a_caption_of_its_own():
    pairs = CaptionPairs(IMAGES, CAPTIONS, batch_size=3, drop_remainder=False)
    assert len(pairs) == 3
    orders, said = set(), collections.defaultdict(set)
    for _ in range(60):
        images, tokens, ids = epoch_of(pairs)
        assert sorted(ids) == list(range(7))
        np.testing.assert_array_equal(tokens[:, 0] // 10, ids)
        np.testing.assert_allclose(images, IMAGES[ids] / 255.0, rtol=1e-6)
        orders.add(tuple(ids))
        for row, token in zip(ids, tokens[:, 0], strict=True):
            said[row].add(int(token))
        pairs.on_epoch_end()
    assert len(orders) > 50
    for row, captions in enumerate(CAPTIONS):
        assert said[row] == {caption[0] for caption in captions}
    assert (images.dtype, tokens.dtype, ids.dtype) == (
        np.float32,
        np.int32,
        np.int32,
    )


def test_epoch_can_be_repeated_by_its_number():
    first, second = (
        CaptionPairs(IMAGES, CAPTIONS, batch_size=3, seed=5) for _ in range(2)
    )
    first.on_epoch_end()
    second.epoch = 1
    for one, two in zip(epoch_of(first), epoch_of(second), strict=True):
        np.testing.assert_array_equal(one, two)
    third = CaptionPairs(IMAGES, CAPTIONS, batch_size=3, seed=6)
    assert tuple(epoch_of(third)[2]) != tuple(epoch_of(first)[2])
    assert len(third) == 2 and len(epoch_of(third)[2]) == 6


def test_features_and_ids_stay_as_they_are(rng):
    features = rng.normal(size=(7, 3))
    ids = np.array([4, 4, 5, 6, 7, 8, 4])
    pairs = CaptionPairs(features, CAPTIONS, ids, batch_size=7)
    images, tokens, found = epoch_of(pairs)
    rows = tokens[:, 0] // 10
    np.testing.assert_array_equal(images, features[rows])
    np.testing.assert_array_equal(found, ids[rows])


def test_bad_arguments_raise():
    for arguments in (
        (IMAGES[:6], CAPTIONS),
        (IMAGES, [*CAPTIONS[:6], np.zeros((0, 2))]),
        (IMAGES, CAPTIONS, np.arange(6)),
    ):
        with pytest.raises(ValueError, match="at least one caption for each"):
            CaptionPairs(*arguments, batch_size=2)
    with pytest.raises(ValueError, match="batch_size=8 for 7 images"):
        CaptionPairs(IMAGES, CAPTIONS, batch_size=8)
