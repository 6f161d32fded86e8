"""Perspective against its corners, the equation and the paper's numbers."""

import numpy as np
import pytest
from keras import ops

import keras_dl4
from keras_dl4.datasets import ProjectedDigits
from tests.datasets.distorted_digits.warp_reference import warp_reference

SQUARE = np.array([[-1.0, -1], [1, -1], [1, 1], [-1, 1]])


def projected(matrix, point):
    x, y, w = matrix.astype("float64") @ [*point, 1.0]
    return np.array([x / w, y / w])


def test_transform_takes_the_corners_back(images, labels):
    """To those of the image, in the scaled digit: further out in the digit."""
    examples = ProjectedDigits(images, labels, num_examples=50).draw()
    for transform, corners in zip(
        examples["transform"], examples["corners"], strict=True
    ):
        sources = [projected(transform, corner) for corner in corners]
        scales = 1.0 / (np.array(sources) * SQUARE)
        np.testing.assert_allclose(scales, scales[0, 0], rtol=1e-3)
        assert 0.749 < scales[0, 0] < 1.001


def test_image_is_that_of_the_equation(images, labels):
    examples = ProjectedDigits(images, labels, seed=2).draw([3])
    matrix = examples["transform"][0]
    digit = images[examples["source"][0], ..., 0]
    expected = warp_reference(
        digit, (28, 28), lambda x, y: 14 * projected(matrix, (x / 14, y / 14))
    )
    np.testing.assert_allclose(
        examples["image"][0, ..., 0], expected, atol=1e-4
    )


def test_corners_are_displaced_by_five_pixels(images, labels):
    digits = ProjectedDigits(images, labels, num_examples=4000, seed=5)
    moves = (digits.draw()["corners"] - SQUARE) * 14.0
    stddev = moves.std(axis=0)
    # 4.5 standard errors and the few that are drawn again.
    np.testing.assert_allclose(stddev, 5.0, atol=0.28)
    np.testing.assert_allclose(moves.mean(axis=0), 0.0, atol=0.36)
    correlations = np.corrcoef(moves.reshape(4000, 8).T) - np.eye(8)
    assert np.abs(correlations).max() < 0.08


def test_scales_are_uniform(images, labels):
    digits = ProjectedDigits(
        images, labels, corner_stddev=0.0, num_examples=2000
    )
    transform = digits.draw()["transform"]
    scales = transform[:, 2, 2] / transform[:, 0, 0]
    counts = np.histogram(scales, bins=10, range=(0.75, 1.0))[0]
    assert counts.sum() == 2000
    assert ((counts - 200.0) ** 2 / 200.0).sum() < 27.9


def test_no_quadrilateral_is_folded(images, labels):
    digits = ProjectedDigits(
        images, labels, num_examples=3000, corner_stddev=7.0
    )
    corners = digits.draw()["corners"].astype("float64")
    for step in range(4):
        before, corner, after = np.roll(corners, step, 1)[:, :3].swapaxes(0, 1)
        first, second = (corner - before).T, (after - corner).T
        turn = first[0] * second[1] - first[1] * second[0]
        assert (turn > 0.0).all()


def test_digit_without_displacement_is_only_scaled(images, labels):
    digits = ProjectedDigits(
        images,
        labels,
        scale_range=(1, 1),
        corner_stddev=0,
        shuffle=False,
    )
    np.testing.assert_allclose(digits.arrays()[0], images, atol=1e-5)


def test_transform_reproduces_the_image_with_our_ops(images, labels):
    examples = ProjectedDigits(images, labels, corner_stddev=2.0).draw()
    grid = keras_dl4.ops.projective_grid(examples["transform"], (28, 28))
    digits = images[examples["source"]]
    image = ops.convert_to_numpy(keras_dl4.ops.grid_sample(digits, grid))
    np.testing.assert_allclose(image, examples["image"], atol=1e-4)


def test_nothing_is_seen_beyond_the_horizon(labels):
    """Two corners close together, far from the others: a road in the hills."""
    images = np.ones((20, 28, 28), "float32")
    corners = np.array([[[-0.02, -0.5], [0.02, -0.5], [1, 1], [-1, 1]]])
    example = ProjectedDigits(images, labels).render(
        {"source": np.array([0]), "scale": np.ones(1), "corners": corners}
    )
    assert not example["image"][0, :7].any()
    np.testing.assert_allclose(example["image"][0, 7:18, 14], 1.0, atol=1e-4)


def test_large_displacement_is_refused(images, labels):
    with pytest.raises(ValueError, match="`corner_stddev` must be .*to 7.0"):
        ProjectedDigits(images, labels, corner_stddev=7.1)
