"""Rotation against np.rot90, the equation, and the angles of the paper."""

import numpy as np
import pytest
from keras import ops

import keras_dl4
from keras_dl4.datasets import RotatedDigits
from tests.datasets.distorted_digits.warp_reference import warp_reference


def rotated(digits, degrees):
    """Digit 0 turned by one angle."""
    angle = np.deg2rad([float(degrees)])
    return digits.render({"source": np.array([0]), "angle": angle})


@pytest.mark.parametrize("quarters", [-1, 0, 1, 2])
def test_quarter_turns_are_exact(images, labels, quarters):
    image = rotated(RotatedDigits(images, labels), 90 * quarters)["image"]
    expected = np.rot90(images[0, ..., 0], quarters)
    np.testing.assert_allclose(image[0], expected, atol=2e-6)


@pytest.mark.parametrize("shape", [(28, 28), (9, 14)])
def test_rotation_is_counterclockwise_about_the_middle(rng, shape):
    """On pixels that are square, whatever the shape of the image."""
    images = rng.uniform(size=(1, *shape)).astype("float32")
    angle = np.deg2rad(33.0)

    def source_of(x, y):
        # Turned back, clockwise on the screen, where y points down.
        turned = np.exp(-1j * angle) * (x - 1j * y)
        return turned.real, -turned.imag

    image = rotated(RotatedDigits(images, [3]), 33.0)["image"]
    expected = warp_reference(images[0], shape, source_of)
    np.testing.assert_allclose(image[0], expected, atol=5e-6)


def test_angles_are_uniform_to_ninety_degrees(images, labels):
    digits = RotatedDigits(images, labels, num_examples=20000, seed=5)
    transform = digits.draw(range(2000))["transform"]
    angles = np.rad2deg(np.arctan2(transform[:, 1, 0], transform[:, 0, 0]))
    assert np.abs(angles).max() <= 90.001
    counts = np.histogram(angles, bins=10, range=(-90, 90))[0]
    chi_square = ((counts - 200.0) ** 2 / 200.0).sum()
    assert chi_square < 27.9  # 9 degrees of freedom, 0.1 %


def test_transform_reproduces_the_image_with_our_ops(images, labels):
    examples = RotatedDigits(images, labels).draw()
    grid = keras_dl4.ops.affine_grid(examples["transform"], (28, 28))
    digits = images[examples["source"]]
    image = ops.convert_to_numpy(keras_dl4.ops.grid_sample(digits, grid))
    np.testing.assert_allclose(image, examples["image"], atol=1e-5)


def test_no_angle_gives_the_digit(images, labels):
    digits = RotatedDigits(images, labels, max_angle=0, shuffle=False)
    np.testing.assert_allclose(digits.arrays()[0], images, atol=2e-6)


@pytest.mark.parametrize("max_angle", [-1.0, 181.0, float("nan"), None, True])
def test_bad_angle_error_names_it(images, labels, max_angle):
    with pytest.raises(ValueError, match="`max_angle` must be a number from"):
        RotatedDigits(images, labels, max_angle=max_angle)
