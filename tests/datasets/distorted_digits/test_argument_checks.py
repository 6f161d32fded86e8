"""What is refused as digits: errors that say the fix."""

import numpy as np
import pytest

from keras_dl4.datasets import RotatedDigits


@pytest.mark.parametrize(
    "shape", [(20, 28), (20, 28, 28, 3), (20, 28, 28, 1, 1), (0, 28, 28)]
)
def test_images_of_another_shape_are_refused(labels, shape):
    with pytest.raises(ValueError, match="`images` must be of shape .*channel"):
        RotatedDigits(np.zeros(shape, "float32"), labels)


def test_integer_images_are_refused(images, labels):
    with pytest.raises(ValueError, match=r"`images.astype\('float32'\) / 255`"):
        RotatedDigits((images * 255).astype("uint8"), labels)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_images_that_are_not_finite_are_refused(images, labels, value):
    images[3, 4, 5] = value
    with pytest.raises(ValueError, match="`images` must be finite"):
        RotatedDigits(images, labels)


@pytest.mark.parametrize(
    "labels",
    [np.arange(19), np.eye(20), np.arange(20.0), np.arange(20)[:, None]],
)
def test_labels_of_another_shape_or_type_are_refused(images, labels):
    with pytest.raises(ValueError, match="`labels` must be integers of shape"):
        RotatedDigits(images, labels)


@pytest.mark.parametrize("factor", [255.0, -1.0])
def test_images_of_another_range_are_refused(images, labels, factor):
    with pytest.raises(ValueError, match="from 0 to 1.*Received: pixels from"):
        RotatedDigits(factor * images, labels)


def test_labels_that_no_int32_holds_are_refused(images, labels):
    with pytest.raises(ValueError, match="must fit into 32 bits.*4294967305"):
        RotatedDigits(images, labels.astype("int64") + 2**32)
    with pytest.raises(ValueError, match="must fit into 32 bits"):
        RotatedDigits(images, labels.astype("uint64") + np.uint64(2**63))


def test_epochs_without_any_batch_are_refused(images, labels):
    RotatedDigits(images, labels, batch_size=20, drop_remainder=True)
    with pytest.raises(ValueError, match="`batch_size=20` or less"):
        RotatedDigits(images, labels, batch_size=21, drop_remainder=True)
