"""Rotation, scale and place against the equation and the paper's ranges."""

import numpy as np
import pytest
from keras import ops

import keras_dl4
from keras_dl4.datasets import PlacedDigits
from tests.datasets.distorted_digits.warp_reference import warp_reference


def parameters_of(transform, canvas=42, size=28):
    """Angle in degrees, scale, and shift in pixels, from the transforms."""
    linear = transform[:, :, :2] * size / canvas  # per pixel
    scale = 1.0 / np.sqrt(np.linalg.det(linear))
    angle = np.rad2deg(np.arctan2(linear[:, 1, 0], linear[:, 0, 0]))
    offset = transform[:, :, 2:] * size / 2
    shift = -np.linalg.solve(linear, offset)[..., 0]
    return angle, scale, shift


def test_image_is_that_of_the_equation(images, labels):
    digits = PlacedDigits(images, labels, seed=2)
    examples = digits.draw([3])
    (angle,), (scale,), (shift,) = parameters_of(examples["transform"])

    def source_of(x, y):
        turned = np.exp(-1j * np.deg2rad(angle)) / scale
        turned = turned * (x - shift[0] - 1j * (y - shift[1]))
        return turned.real, -turned.imag

    digit = images[examples["source"][0], ..., 0]
    expected = warp_reference(digit, (42, 42), source_of)
    np.testing.assert_allclose(
        examples["image"][0, ..., 0], expected, atol=1e-5
    )


def test_shift_moves_the_digit_to_the_right_and_down(images, labels):
    digits = PlacedDigits(images, labels)
    example = digits.render(
        {
            "source": np.array([4]),
            "angle": np.zeros(1),
            "scale": np.ones(1),
            "shift": np.array([[3.0, -5.0]]),
        }
    )
    expected = np.zeros((42, 42))
    expected[7 - 5 : 35 - 5, 7 + 3 : 35 + 3] = images[4, ..., 0]
    np.testing.assert_allclose(example["image"][0], expected, atol=1e-5)


def test_ranges_are_those_of_the_paper(images, labels):
    digits = PlacedDigits(images, labels, num_examples=2000, seed=5)
    angle, scale, shift = parameters_of(digits.draw()["transform"])
    assert -45.001 < angle.min() < -44 and 44 < angle.max() < 45.001
    assert 0.6999 < scale.min() < 0.71 and 1.19 < scale.max() < 1.2001
    room = (42 - 28 * scale)[:, None] / 2
    assert (np.abs(shift) < room + 1e-3).all()
    place = shift / room
    for values in (angle / 45, (scale - 0.95) / 0.25, *place.T):
        counts = np.histogram(values, bins=10, range=(-1, 1))[0]
        chi_square = ((counts - 200.0) ** 2 / 200.0).sum()
        assert chi_square < 27.9  # 9 degrees of freedom, 0.1 %


def test_ink_stays_on_the_canvas(images, labels):
    """Digits have an empty margin, so that nothing of them is cut off."""
    digits = PlacedDigits(images, labels, num_examples=500)
    examples = digits.draw()
    _, scale, _ = parameters_of(examples["transform"])
    ink = examples["image"].sum(axis=(1, 2, 3)) / scale**2
    expected = images[examples["source"]].sum(axis=(1, 2, 3))
    assert np.median(np.abs(ink / expected - 1)) < 0.02


def test_transform_reproduces_the_image_with_our_ops(images, labels):
    examples = PlacedDigits(images, labels).draw()
    grid = keras_dl4.ops.affine_grid(examples["transform"], (42, 42))
    digits = images[examples["source"]]
    image = ops.convert_to_numpy(keras_dl4.ops.grid_sample(digits, grid))
    np.testing.assert_allclose(image, examples["image"], atol=2e-5)


def test_small_canvas_error_says_what_fits(images, labels):
    with pytest.raises(ValueError, match="Use `canvas_size=34` or more"):
        PlacedDigits(images, labels, canvas_size=33)
    PlacedDigits(images, labels, canvas_size=34)


@pytest.mark.parametrize(
    "scale_range", [(1.2, 0.7), (0.0, 1.0), 1.0, (1.0,), (1, 2, 3), ("a", "b")]
)
def test_bad_scale_range_error_names_it(images, labels, scale_range):
    with pytest.raises(ValueError, match=r"`scale_range\S* must be"):
        PlacedDigits(images, labels, scale_range=scale_range)
