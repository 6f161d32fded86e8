"""Solid digits against a voxel by voxel reference and their own views."""

import numpy as np
import pytest
from keras import ops

import keras_dl4
from keras_dl4.datasets import ExtrudedDigits


def extruded(images, depth):
    """`(n, depth, height, width, 1)`."""
    return np.repeat(images[:, None], depth, axis=1)


def rendered(digits, angles, shift):
    return digits.render(
        {
            "source": np.array([0]),
            "angles": np.deg2rad([angles]),
            "shift": np.array([shift], "float64"),
        }
    )["image"][0]


def test_digit_at_rest_is_the_body_in_the_middle(images, labels):
    digits = ExtrudedDigits(images, labels, volume_size=32, depth=10)
    expected = np.zeros((32, 32, 32))
    expected[11:21, 2:30, 2:30] = images[0, ..., 0]
    volume = rendered(digits, (0, 0, 0), (0, 0, 0))
    np.testing.assert_allclose(volume, expected, atol=1e-5)
    volume = rendered(digits, (0, 0, 0), (2, -1, 4))
    moved = np.roll(expected, (4, -1, 2), axis=(0, 1, 2))
    np.testing.assert_allclose(volume, moved, atol=1e-5)


@pytest.mark.parametrize(
    "angles, axes",
    [((90, 0, 0), (0, 1)), ((0, 90, 0), (2, 0)), ((0, 0, 90), (1, 2))],
)
def test_quarter_turns_are_exact(images, labels, angles, axes):
    digits = ExtrudedDigits(images, labels, volume_size=30, depth=10)
    rest = rendered(digits, (0, 0, 0), (0, 0, 0))
    turned = rendered(digits, angles, (0, 0, 0))
    np.testing.assert_allclose(turned, np.rot90(rest, 1, axes=axes), atol=2e-5)


def trilinear_reference(body, z, y, x):
    weights = [
        np.maximum(0.0, 1.0 - np.abs(place - np.arange(side)))
        for place, side in zip((z, y, x), body.shape, strict=True)
    ]
    return np.einsum("zyx,z,y,x->", body.astype("float64"), *weights)


def test_volume_is_that_of_the_equation(rng):
    images = rng.uniform(0.1, 1.0, (1, 6, 5, 1)).astype("float32")
    digits = ExtrudedDigits(images, [0], volume_size=8, depth=3, seed=4)
    example = digits.draw([0])
    body = extruded(images, 3)[0, ..., 0]
    expected = np.zeros((8, 8, 8))
    for index in np.ndindex(8, 8, 8):
        z, y, x = (2 * np.array(index) + 1) / 8 - 1
        x, y, z = example["transform"][0].astype("float64") @ [x, y, z, 1]
        place = [
            (coordinate + 1) * side / 2 - 0.5
            for coordinate, side in zip((z, y, x), body.shape, strict=True)
        ]
        expected[index] = trilinear_reference(body, *place)
    np.testing.assert_allclose(example["image"][0, ..., 0], expected, atol=1e-5)


def test_transform_reproduces_the_volume_with_our_ops(images, labels):
    digits = ExtrudedDigits(images, labels, volume_size=32, num_examples=4)
    examples = digits.draw()
    bodies = extruded(images[examples["source"]], 20)
    grid = keras_dl4.ops.affine_grid(examples["transform"], (32, 32, 32))
    volume = ops.convert_to_numpy(keras_dl4.ops.grid_sample(bodies, grid))
    np.testing.assert_allclose(volume, examples["image"], atol=2e-5)


def test_transforms_are_rotations_within_the_ranges(images, labels):
    digits = ExtrudedDigits(images, labels, num_examples=400, volume_size=32)
    transform = digits.draw(range(300))["transform"].astype("float64")
    body = np.array([28, 28, 20])
    linear = transform[:, :, :3] * body[:, None] / 32
    np.testing.assert_allclose(
        linear @ linear.swapaxes(1, 2),
        np.eye(3)[None].repeat(300, 0),
        atol=1e-5,
    )
    np.testing.assert_allclose(np.linalg.det(linear), 1.0, atol=1e-5)
    shift = -np.linalg.solve(linear, transform[:, :, 3:] * body[:, None] / 2)
    reach = np.abs(shift[..., 0]).max(axis=0)
    room = (32 - body) / 2
    assert (reach <= room + 1e-3).all() and (reach > 0.95 * room).all()


def test_small_volume_error_says_what_fits(images, labels):
    with pytest.raises(ValueError, match="Use `volume_size=28` or more"):
        ExtrudedDigits(images, labels, volume_size=27)
