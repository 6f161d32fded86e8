import numpy as np
import pytest
from keras import ops

from keras_dl4.evaluation import minimal_pair_accuracy


def test_share_of_images_nearer_to_the_true_text(rng):
    images, true, false = rng.normal(size=(3, 50, 4))
    wins = [
        np.dot(image, one) > np.dot(image, two)
        for image, one, two in zip(images, true, false, strict=True)
    ]
    expected = 100.0 * sum(wins) / 50
    assert 0.0 < expected < 100.0
    found = minimal_pair_accuracy(images, ops.convert_to_tensor(true), false)
    assert found == pytest.approx(expected)
    turned = minimal_pair_accuracy(images, false, true)
    assert turned == pytest.approx(100.0 - expected)


def test_sums_in_another_order_are_ties(rng):
    words = rng.normal(size=(200, 9, 16)).astype("float32")
    true, false = words.sum(1), words[:, ::-1].cumsum(1)[:, -1]
    assert np.any(true != false)
    images, true, false = (
        x / np.linalg.norm(x, axis=1, keepdims=True)
        for x in (rng.normal(size=(200, 16)), true, false)
    )
    assert minimal_pair_accuracy(images, true, false) == 50.0
    assert minimal_pair_accuracy(images, true, false, 0.0) != 50.0


def test_bad_vectors_raise(rng):
    x = rng.normal(size=(3, 2))
    for bad in ((x, x, x[:2]), (x[..., None], x[..., None], x[..., None])):
        with pytest.raises(ValueError, match=r"one shape \(num_images, size\)"):
            minimal_pair_accuracy(*bad)
    with pytest.raises(ValueError, match="`true_vectors` must be finite"):
        minimal_pair_accuracy(x, x * np.nan, x)
    with pytest.raises(ValueError, match="`tolerance` must be at least 0"):
        minimal_pair_accuracy(x, x, x, tolerance=-1.0)
