"""Elastic deformation against SciPy's spline and the paper's numbers."""

import numpy as np
import pytest
from keras import ops

import keras_dl4
from keras_dl4.datasets import ElasticDigits
from tests.datasets.distorted_digits.warp_reference import warp_reference


def regular(rows=4, columns=4):
    return np.array(
        [
            (x, y)
            for y in np.linspace(-1, 1, rows)
            for x in np.linspace(-1, 1, columns)
        ]
    )


def test_image_is_that_of_the_spline(images, labels):
    interpolate = pytest.importorskip("scipy.interpolate")
    examples = ElasticDigits(images, labels, seed=2).draw([3])
    spline = interpolate.RBFInterpolator(
        regular(), examples["points"][0], kernel="thin_plate_spline"
    )
    digit = images[examples["source"][0], ..., 0]
    expected = warp_reference(
        digit, (28, 28), lambda x, y: 14 * spline([[x / 14, y / 14]])[0]
    )
    np.testing.assert_allclose(
        examples["image"][0, ..., 0], expected, atol=1e-4
    )


def test_points_are_displaced_by_one_and_a_half_pixels(images, labels):
    digits = ElasticDigits(
        images, labels, num_examples=4000, seed=5, scale_range=(1, 1)
    )
    moves = (digits.draw()["points"] - regular()) * 14.0
    np.testing.assert_allclose(moves.std(axis=0), 1.5, atol=0.09)
    np.testing.assert_allclose(moves.mean(axis=0), 0.0, atol=0.12)


def test_scales_are_uniform(images, labels):
    digits = ElasticDigits(images, labels, num_examples=2000, point_stddev=0)
    scales = 1.0 / digits.draw()["points"][:, -1, 0]
    counts = np.histogram(scales, bins=10, range=(0.75, 1.0))[0]
    assert counts.sum() == 2000
    assert ((counts - 200.0) ** 2 / 200.0).sum() < 27.9


def test_digit_without_displacement_stays(images, labels):
    digits = ElasticDigits(
        images, labels, scale_range=(1, 1), point_stddev=0, shuffle=False
    )
    np.testing.assert_allclose(digits.arrays()[0], images, atol=1e-5)


def test_points_reproduce_the_image_with_our_ops(images, labels):
    examples = ElasticDigits(images, labels, control_points=(3, 5)).draw()
    assert examples["points"].shape == (20, 15, 2)
    grid = keras_dl4.ops.thin_plate_spline_grid(
        examples["points"], (28, 28), control_points=(3, 5)
    )
    digits = images[examples["source"]]
    image = ops.convert_to_numpy(keras_dl4.ops.grid_sample(digits, grid))
    np.testing.assert_allclose(image, examples["image"], atol=1e-4)


def test_displacement_is_in_pixels_of_each_side():
    images = np.zeros((2, 20, 40), "float32")
    digits = ElasticDigits(
        images, [0, 1], num_examples=4000, scale_range=(1, 1)
    )
    moves = digits.draw(range(1000))["points"] - regular()
    np.testing.assert_allclose(moves[..., 0].std(), 1.5 / 20, rtol=0.03)
    np.testing.assert_allclose(moves[..., 1].std(), 1.5 / 10, rtol=0.03)


@pytest.mark.parametrize("control_points", [(1, 4), (4, 2.0), 4, (4,), None])
def test_bad_control_points_error_names_them(images, labels, control_points):
    with pytest.raises(ValueError, match="`control_points"):
        ElasticDigits(images, labels, control_points=control_points)
