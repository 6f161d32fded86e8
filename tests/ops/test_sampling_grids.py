import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.ops import affine_grid
from keras_dl4.ops import grid_sample
from keras_dl4.ops import projective_grid
from keras_dl4.ops import regular_grid

SIZES = [(1, 1), (1, 6), (7, 4), (8, 8), (2, 3, 5), (4, 1, 6)]


def places_of(size, align_corners):
    """Coordinates `(*size, rank)` pixel by pixel, from the definition."""
    places = np.zeros((*size, len(size)))
    for pixel in np.ndindex(*size):
        for axis, (index, count) in enumerate(zip(pixel, size, strict=True)):
            if not align_corners:
                value = -1 + (index + 0.5) * 2 / count
            else:
                value = 0.0 if count == 1 else -1 + index * 2 / (count - 1)
            places[pixel][len(size) - 1 - axis] = value
    return places


@pytest.mark.parametrize("align_corners", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_regular_grid_is_the_pixel_centers(size, align_corners):
    grid = regular_grid(size, align_corners)
    assert grid.shape == (1, *size, len(size))
    np.testing.assert_allclose(
        grid[0], places_of(size, align_corners), atol=1e-6
    )


@pytest.mark.parametrize("align_corners", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_affine_grid_is_the_matrix_times_each_place(size, align_corners):
    rank = len(size)
    theta = np.random.default_rng(0).normal(size=(3, rank, rank + 1))
    places = places_of(size, align_corners)
    expected = np.einsum(
        "bij,...j->b...i",
        theta,
        np.concatenate([places, np.ones((*size, 1))], axis=-1),
    )
    grid = affine_grid(theta.astype("float32"), size, align_corners)
    np.testing.assert_allclose(grid, expected, atol=2e-6)


@pytest.mark.parametrize("size", SIZES)
def test_projective_grid_divides_by_the_last_coordinate(size):
    rank = len(size)
    rng = np.random.default_rng(1)
    theta = np.eye(rank + 1) + 0.1 * rng.normal(size=(3, rank + 1, rank + 1))
    places = places_of(size, False)
    homogeneous = np.einsum(
        "bij,...j->b...i",
        theta,
        np.concatenate([places, np.ones((*size, 1))], axis=-1),
    )
    expected = homogeneous[..., :-1] / homogeneous[..., -1:]
    grid = projective_grid(theta.astype("float32"), size)
    np.testing.assert_allclose(grid, expected, atol=5e-6)


@pytest.mark.parametrize("align_corners", [False, True])
@pytest.mark.parametrize("size", [(5, 8), (33, 32), (224, 224), (3, 4, 5)])
def test_the_identity_is_the_regular_grid_bit_for_bit(size, align_corners):
    rank = len(size)
    expected = ops.convert_to_numpy(regular_grid(size, align_corners))
    identity = np.eye(rank + 1, dtype="float32")[None]
    for grid in (
        affine_grid(identity[:, :rank], size, align_corners),
        projective_grid(identity, size, align_corners),
    ):
        np.testing.assert_array_equal(grid, expected)


def test_the_horizon_of_a_projection_stays_finite_on_its_side():
    theta = np.eye(3, dtype="float32")
    theta[2] = [1.0, 0.0, 0.0]  # divides by x, which crosses zero
    grid = ops.convert_to_numpy(
        projective_grid(theta[None], (1, 3), align_corners=True)
    )
    assert np.all(np.isfinite(grid))
    np.testing.assert_allclose(grid[0, 0, [0, 2], 0], [1.0, 1.0])


@pytest.mark.parametrize("align_corners", [False, True])
def test_quarter_turns_and_whole_shifts_are_exact(align_corners):
    image = np.random.default_rng(2).normal(size=(1, 9, 9, 2))
    image = image.astype("float32")
    quarter = np.array([[[0, -1, 0], [1, 0, 0]]], "float32")
    grid = affine_grid(quarter, (9, 9), align_corners)
    turned = grid_sample(image, grid, align_corners=align_corners)
    np.testing.assert_allclose(turned, np.rot90(image, 1, (1, 2)), atol=2e-6)

    step = 2 / 8 if align_corners else 2 / 9
    shift = np.array([[[1, 0, 2 * step], [0, 1, -step]]], "float32")
    grid = affine_grid(shift, (9, 9), align_corners)
    moved = grid_sample(image, grid, align_corners=align_corners)
    expected = np.zeros_like(image)
    expected[:, 1:, :-2] = image[:, :-1, 2:]
    np.testing.assert_allclose(moved, expected, atol=2e-6)


def test_the_size_may_be_dynamic():
    if keras.backend.backend() != "tensorflow":
        pytest.skip("sizes are static on this backend")
    import tensorflow as tf

    @tf.function(
        input_signature=[tf.TensorSpec((None, None, None, 1))],
        jit_compile=True,
    )
    def grid_of(images):
        theta = tf.eye(2, 3)[None] * 0.5
        return affine_grid(theta, ops.shape(images)[1:3])

    grid = grid_of(tf.zeros((2, 5, 7, 1)))
    np.testing.assert_allclose(
        grid[0], 0.5 * places_of((5, 7), False), atol=1e-6
    )


@pytest.mark.parametrize(
    ("function", "shape", "size"),
    [
        (affine_grid, (1, 3, 3), (4, 4)),
        (affine_grid, (2, 3), (4, 4)),
        (affine_grid, (1, 2, 3), (4, 4, 4)),
        (projective_grid, (1, 8), (4, 4)),
        (projective_grid, (1, 3, 3), (4,)),
    ],
)
def test_wrong_shapes_are_named(function, shape, size):
    with pytest.raises(ValueError, match="Received: theta of shape"):
        function(np.zeros(shape, "float32"), size)
