"""The parts of the geometry that no distortion drives to its limits."""

import numpy as np
import pytest

from keras_dl4.datasets.distorted_digits import geometry

SQUARE = np.array([[-1.0, -1], [1, -1], [1, 1], [-1, 1]])


@pytest.mark.parametrize("far", [1.2, 3.0, 1e6, 1e30])
@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_outside_of_the_image_there_are_zeros(far, sign):
    images = np.ones((2, 5, 7), "float32")
    for x, y in ((sign * far, 0.0), (0.0, sign * far)):
        value = geometry.sample(
            images, np.array([1]), np.float32([x]), np.float32([y])
        )
        # The last pixel fades out over half a pixel: 1 / 7 and 1 / 5.
        assert value == pytest.approx(0.0, abs=1e-6)


def test_image_is_sampled_by_its_index(rng):
    images = rng.uniform(size=(3, 4, 6)).astype("float32")
    x, y = np.meshgrid(geometry.pixel_centers(6), geometry.pixel_centers(4))
    for index in range(3):
        values = geometry.sample(images, np.array(index), x, y)
        np.testing.assert_allclose(values, images[index], atol=1e-6)


def test_homography_takes_the_square_to_the_corners(rng):
    corners = SQUARE + rng.uniform(-0.4, 0.4, (10, 4, 2))
    ones = np.ones((4, 1))
    for matrix, expected in zip(
        geometry.homographies(corners), corners, strict=True
    ):
        points = np.concatenate([SQUARE, ones], axis=1) @ matrix.T
        np.testing.assert_allclose(points[:, :2] / points[:, 2:], expected)


@pytest.mark.parametrize(
    "moved, expected",
    [
        ((-1.0, -1.0), True),
        ((0.5, -0.9), True),
        ((0.3, 0.3), False),  # a dart
        ((2.0, 0.0), False),  # two sides cross
        ((1.0, 1.0), False),  # two corners in one place
    ],
)
def test_convex_quadrilaterals_are_told(moved, expected):
    corners = SQUARE.copy()
    corners[0] = moved
    assert geometry.is_convex(corners[None]) == [expected]


@pytest.mark.parametrize("rows, columns", [(2, 2), (4, 4), (3, 7)])
def test_spline_reproduces_affine_maps(rows, columns):
    matrix = geometry.thin_plate_spline_matrix(rows, columns, (9, 12))
    controls = geometry.control_grid(rows, columns)
    x, y = np.meshgrid(geometry.pixel_centers(12), geometry.pixel_centers(9))
    pixels = np.stack([x.ravel(), y.ravel()], axis=-1)
    linear = np.array([[0.8, -0.3], [0.1, 1.4]])
    np.testing.assert_allclose(
        matrix @ (controls @ linear + 0.2), pixels @ linear + 0.2, atol=1e-5
    )
