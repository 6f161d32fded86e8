import numpy as np
import pytest

from keras_dl4.datasets import binarize


def test_brightness_is_the_probability(rng):
    images = np.repeat(rng.random((1, 6, 5)), 4000, axis=0)
    binary = binarize(images)
    assert binary.shape == images.shape
    assert binary.dtype == np.float32
    assert set(np.unique(binary)) == {0.0, 1.0}
    # Five standard deviations of a mean of 4,000.
    deviation = np.sqrt(images[0] * (1 - images[0]) / 4000)
    assert (np.abs(binary.mean(0) - images[0]) < 5 * deviation).all()


def test_black_and_white_stay():
    images = np.array([0.0, 1.0] * 1000)
    np.testing.assert_array_equal(binarize(images), images)


def test_static_draw_is_one_and_dynamic_one_for_each_epoch(rng):
    images = rng.random((5, 9))
    once = binarize(images, "static", seed=1)
    np.testing.assert_array_equal(once, binarize(images, "static", 1, epoch=7))
    first, again, later = (
        binarize(images, "dynamic", 1, epoch) for epoch in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != later).any()
    assert (once != binarize(images, "static", seed=2)).any()


def test_none_keeps_gray_images(rng):
    images = rng.random((2, 3, 3)).astype("float32")
    np.testing.assert_array_equal(binarize(images, "none"), images)


def test_bad_arguments_raise():
    with pytest.raises(ValueError, match="mode='larochelle'"):
        binarize(np.zeros(3), "larochelle")
    with pytest.raises(ValueError, match="`seed` must be an integer"):
        binarize(np.zeros(3), seed=-1)
    with pytest.raises(ValueError, match="`epoch` must be an integer"):
        binarize(np.zeros(3), "dynamic", epoch=0.5)
    for bad in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match="Divide bytes by 255"):
            binarize(np.array([0.5, bad]))
