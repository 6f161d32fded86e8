import keras
import numpy as np
import pytest

from keras_dl4.ops import dense_image_warp
from keras_dl4.ops import sparse_image_warp

RNG = np.random.default_rng


def sample(image, row, column):
    """Bilinear sample of `(height, width)` with the nearest pixel outside."""
    height, width = image.shape
    row = np.clip(row, 0, height - 1)
    column = np.clip(column, 0, width - 1)
    top = min(int(row), height - 2)
    left = min(int(column), width - 2)
    down, right = row - top, column - left
    return (
        image[top, left] * (1 - down) * (1 - right)
        + image[top + 1, left] * down * (1 - right)
        + image[top, left + 1] * (1 - down) * right
        + image[top + 1, left + 1] * down * right
    )


def test_dense_warp_samples_against_the_flow():
    rng = RNG(0)
    image = rng.normal(size=(2, 5, 7, 1)).astype("float32")
    flow = rng.uniform(-3, 3, size=(2, 5, 7, 2)).astype("float32")
    warped = dense_image_warp(image, flow)
    for b, i, j in np.ndindex(2, 5, 7):
        expected = sample(
            image[b, ..., 0], i - flow[b, i, j, 0], j - flow[b, i, j, 1]
        )
        np.testing.assert_allclose(warped[b, i, j, 0], expected, atol=1e-5)


def test_dense_warp_keeps_the_dtype():
    image = np.ones((1, 3, 3, 1), "float16")
    assert dense_image_warp(image, np.zeros((1, 3, 3, 2))).dtype == "float16"


def test_sparse_warp_moves_control_points_to_their_destination():
    image = np.zeros((1, 15, 15, 1), "float32")
    image[0, 4, 5] = 1.0
    source = np.array([[[4, 5], [12, 2], [3, 12]]], "float32")
    dest = np.array([[[7, 6], [12, 2], [3, 12]]], "float32")
    warped, flow = sparse_image_warp(image, source, dest)
    np.testing.assert_allclose(flow[0, 7, 6], [3, 1], atol=1e-3)
    np.testing.assert_allclose(warped[0, 7, 6], 1.0, atol=1e-2)


@pytest.mark.parametrize("num_boundary_points", [1, 4])
def test_boundary_points_hold_the_border(num_boundary_points):
    image = np.zeros((1, 9, 9, 1), "float32")
    points = np.array([[[4.0, 4.0], [5.0, 3.0], [3.0, 3.5]]], "float32")
    _, flow = sparse_image_warp(
        image, points, points + 1.0, num_boundary_points=num_boundary_points
    )
    steps = np.linspace(0, 8, num_boundary_points + 1).round().astype(int)
    np.testing.assert_allclose(np.asarray(flow)[0, 0, steps], 0, atol=1e-3)
    np.testing.assert_allclose(np.asarray(flow)[0, steps, 8], 0, atol=1e-3)


def test_wrong_shapes_are_named():
    with pytest.raises(ValueError, match="expects an image"):
        dense_image_warp(np.zeros((3, 3, 1)), np.zeros((1, 3, 3, 2)))
    with pytest.raises(ValueError, match="expects an image"):
        dense_image_warp(np.zeros((1, 3, 3, 1)), np.zeros((1, 3, 3, 3)))
    with pytest.raises(ValueError, match="sparse_image_warp"):
        sparse_image_warp(np.zeros((3, 3, 1)), *np.zeros((2, 1, 3, 2)))


def test_sparse_warp_names_an_unknown_size():
    image = keras.KerasTensor((None, None, 8, 1))
    points = keras.KerasTensor((None, 3, 2))
    with pytest.raises(ValueError, match="known height and width"):
        sparse_image_warp(image, points, points)


def test_no_flow_reproduces_the_image():
    image = RNG(3).uniform(size=(1, 33, 50, 2)).astype("float32")
    warped = dense_image_warp(image, np.zeros((1, 33, 50, 2), "float32"))
    np.testing.assert_allclose(warped, image, rtol=0, atol=2e-7 * 50)


def test_arguments_that_do_not_fit_are_named():
    image = np.zeros((1, 4, 4, 1), "float32")
    with pytest.raises(ValueError, match="of the same size"):
        dense_image_warp(image, np.zeros((1, 4, 5, 2), "float32"))
    points = np.zeros((1, 3, 2), "float32")
    with pytest.raises(ValueError, match="as many destinations as sources"):
        sparse_image_warp(image, points, points[:, :2])
    for number in (-1, 1.5):
        with pytest.raises(ValueError, match="`num_boundary_points` must be"):
            sparse_image_warp(image, points, points, num_boundary_points=number)
