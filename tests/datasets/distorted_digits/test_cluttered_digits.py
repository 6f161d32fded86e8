"""Clutter rebuilt pixel by pixel from what is known about it."""

import numpy as np
import pytest
from keras import ops

import keras_dl4
from keras_dl4.datasets import ClutteredDigits


def rebuilt(example, images, canvas_size=60, patch_size=6):
    """The image of an example, from the digit, its box and the patches."""
    canvas = np.zeros((canvas_size, canvas_size))
    left, top, right, bottom = example["box"].astype(int)
    canvas[top:bottom, left:right] = images[example["source"], ..., 0]
    for other, row, column, to_row, to_column in example["patches"]:
        patch = images[
            other, row : row + patch_size, column : column + patch_size, 0
        ]
        place = canvas[
            to_row : to_row + patch_size, to_column : to_column + patch_size
        ]
        place[:] = np.where(patch > place, patch, place)
    return canvas


def rows_of(examples):
    for row in range(len(examples["image"])):
        yield {name: value[row] for name, value in examples.items()}


def test_image_is_the_digit_and_six_patches_of_others(images, labels):
    digits = ClutteredDigits(images, labels, num_examples=100)
    for example in rows_of(digits.draw()):
        assert example["patches"].shape == (6, 5)
        assert example["source"] not in example["patches"][:, 0]
        np.testing.assert_array_equal(
            example["image"][..., 0], rebuilt(example, images)
        )


def test_every_place_occurs_and_none_outside(images, labels):
    digits = ClutteredDigits(images, labels, num_examples=5000, seed=3)
    examples = digits.draw()
    others, rows, columns, to_rows, to_columns = np.moveaxis(
        examples["patches"], -1, 0
    )
    assert set(others.ravel()) == set(range(20))
    for places, last in (
        (rows, 22),
        (columns, 22),
        (to_rows, 54),
        (to_columns, 54),
        (examples["box"][:, 0], 32),
        (examples["box"][:, 1], 32),
    ):
        counts = np.bincount(places.astype(int).ravel())
        assert len(counts) == last + 1
        expected = places.size / len(counts)
        chi_square = ((counts - expected) ** 2 / expected).sum()
        # Five standard deviations above the mean of the distribution.
        assert chi_square < last + 5 * (2 * last) ** 0.5
    box = examples["box"]
    np.testing.assert_array_equal(box[:, 2:] - box[:, :2], 28.0)


def test_ink_box_is_the_smallest_that_covers_the_digit(images, labels):
    images[:, :9] = 0.0
    images[:, :, 19:] = 0.0
    digits = ClutteredDigits(images, labels, num_patches=0)
    for example in rows_of(digits.draw()):
        rows, columns = np.nonzero(example["image"][..., 0])
        expected = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
        np.testing.assert_array_equal(example["ink_box"], expected)


def test_box_covers_all_pixels_of_the_digit(images, labels):
    digits = ClutteredDigits(images, labels, num_patches=0)
    for example in rows_of(digits.draw()):
        left, top, right, bottom = example["box"].astype(int)
        image = example["image"][..., 0].copy()
        assert image.any()
        image[top:bottom, left:right] = 0.0
        assert not image.any()


def test_box_of_an_empty_digit_is_its_frame(labels):
    images = np.zeros((20, 28, 28), "float32")
    examples = ClutteredDigits(images, labels).draw()
    np.testing.assert_array_equal(examples["ink_box"], examples["box"])


def test_transform_reproduces_the_digit_with_our_ops(images, labels):
    digits = ClutteredDigits(images, labels, num_patches=0)
    examples = digits.draw()
    grid = keras_dl4.ops.affine_grid(examples["transform"], (60, 60))
    sources = images[examples["source"]]
    image = ops.convert_to_numpy(keras_dl4.ops.grid_sample(sources, grid))
    np.testing.assert_allclose(image, examples["image"], atol=2e-5)


def test_inverse_transform_finds_the_digit(images, labels):
    """What a spatial transformer is to learn: scale and place of the box."""
    examples = ClutteredDigits(images, labels, num_patches=0).draw()
    last_row = np.broadcast_to([[[0.0, 0.0, 1.0]]], (20, 1, 3))
    matrices = np.concatenate([examples["transform"], last_row], axis=1)
    inverse = np.linalg.inv(matrices)[:, :2]
    grid = keras_dl4.ops.affine_grid(inverse, (28, 28))
    found = keras_dl4.ops.grid_sample(examples["image"], grid)
    np.testing.assert_allclose(
        ops.convert_to_numpy(found), images[examples["source"]], atol=2e-5
    )
    box = 2.0 * examples["box"] / 60 - 1.0
    middle = (box[:, :2] + box[:, 2:]) / 2
    np.testing.assert_allclose(inverse[:, :, 2], middle, atol=1e-6)


def test_sizes_can_be_chosen(rng):
    images = rng.uniform(size=(3, 9, 7, 1)).astype("float32")
    digits = ClutteredDigits(
        images,
        [0, 1, 2],
        canvas_size=16,
        num_patches=3,
        patch_size=2,
        num_examples=30,
    )
    for example in rows_of(digits.draw()):
        np.testing.assert_array_equal(
            example["image"][..., 0], rebuilt(example, images, 16, 2)
        )


@pytest.mark.parametrize(
    "options, message",
    [
        ({"canvas_size": 27}, "Use `canvas_size=28` or more"),
        ({"num_patches": -1}, "`num_patches` must be an integer >= 0"),
        ({"patch_size": 29}, "`patch_size` must be .* <= 28"),
    ],
)
def test_bad_argument_error_says_the_fix(images, labels, options, message):
    with pytest.raises(ValueError, match=message):
        ClutteredDigits(images, labels, **options)


def test_clutter_needs_another_digit(images):
    with pytest.raises(ValueError, match="Pass more images, or `num_patches=0"):
        ClutteredDigits(images[:1], [3])
    ClutteredDigits(images[:1], [3], num_patches=0).draw()
