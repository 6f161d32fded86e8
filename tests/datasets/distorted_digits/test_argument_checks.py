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
