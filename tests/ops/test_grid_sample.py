"""Sampling against a sum over all pixels, and what must never happen."""

import itertools

import keras
import numpy as np
import pytest

from keras_dl4.ops import grid_sample
from keras_dl4.ops import regular_grid
from tests.ops import sampling_oracle

PADDINGS = ["zeros", "border", "reflection", np.float32(0.75)]
ALIGNMENTS = [False, True]
METHODS = [
    (2, "bilinear"),
    (2, "nearest"),
    (2, "bicubic"),
    (3, "bilinear"),
    (3, "nearest"),
]
SIZES = {2: [(5, 4), (1, 6), (8, 1)], 3: [(3, 4, 5), (1, 3, 2)]}
needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="gradient tapes and XLA switches are TensorFlow's",
)


def draw(rng, size, target, batch=2, channels=3, reach=3.0):
    """Images and a grid that reaches far outside of them."""
    images = rng.normal(size=(batch, *size, channels)).astype("float32")
    grid = rng.uniform(-reach, reach, (batch, *target, len(size)))
    return images, away_from_kinks(grid, size).astype("float32")


def away_from_kinks(grid, size):
    """Moves points off the places where a derivative or the nearest jumps."""
    for align_corners in ALIGNMENTS:
        for axis, length in enumerate(size[::-1]):
            if align_corners and length == 1:
                continue
            column = grid[..., axis]
            for _ in range(9):
                twice = 2 * sampling_oracle.pixel_coordinates(
                    column[..., None], (length,), align_corners
                )
                close = np.abs(twice[..., 0] - np.round(twice[..., 0])) < 0.1
                column[close] += 0.13 / length
    return grid


def numpy_of(tensor):
    return keras.ops.convert_to_numpy(tensor)


@pytest.mark.parametrize("align_corners", ALIGNMENTS)
@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize(("rank", "interpolation"), METHODS)
def test_values_are_those_of_equation_3(
    rank, interpolation, padding, align_corners, rng
):
    settings = (interpolation, padding, align_corners)
    for size in SIZES[rank]:
        images, grid = draw(rng, size, target=(2,) * (rank - 1) + (9,))
        np.testing.assert_allclose(
            grid_sample(images, grid, *settings),
            sampling_oracle.sample(images, grid.astype("float64"), *settings),
            atol=1e-5,
        )


@pytest.mark.parametrize("align_corners", ALIGNMENTS)
@pytest.mark.parametrize(
    "size", [(1, 1), (2, 3), (28, 28), (33, 20), (224, 7), (5, 6, 7)]
)
def test_identity_gives_the_image_back(size, align_corners, rng):
    images = rng.uniform(size=(2, *size, 2)).astype("float32")
    grid = np.repeat(regular_grid(size, align_corners), 2, axis=0)
    interpolations = ("bilinear", "nearest", "bicubic")[: 5 - len(size)]
    for interpolation, padding in itertools.product(interpolations, PADDINGS):
        np.testing.assert_allclose(
            grid_sample(images, grid, interpolation, padding, align_corners),
            images,
            rtol=0.0,
            atol=max(2e-6, 2e-7 * max(size)),
        )


@pytest.mark.parametrize("interpolation", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("padding", ["border", "reflection", 0.75])
def test_constant_stays_constant(interpolation, padding, rng):
    _, grid = draw(rng, (5, 4), (6, 6))
    images = np.full((2, 5, 4, 1), 0.75, "float32")
    sampled = grid_sample(images, grid, interpolation, padding)
    np.testing.assert_allclose(sampled, 0.75, atol=1e-6)


@pytest.mark.parametrize("rank", [2, 3])
def test_channels_may_come_first(rank, rng):
    images, grid = draw(rng, (5, 4, 3)[:rank], (2, 3, 6)[:rank])
    first = grid_sample(
        np.moveaxis(images, -1, 1), grid, data_format="channels_first"
    )
    last = grid_sample(images, grid, data_format="channels_last")
    np.testing.assert_array_equal(np.moveaxis(first, 1, -1), last)


@pytest.mark.parametrize(("rank", "interpolation"), METHODS)
@pytest.mark.parametrize("padding", PADDINGS)
def test_points_that_are_no_numbers_stay_alone(
    rank, interpolation, padding, rng
):
    images, grid = draw(rng, (5, 4, 3)[:rank], (1, 2, 6)[-rank:])
    expected = numpy_of(grid_sample(images, grid, interpolation, padding))
    broken = grid.copy()
    broken[0, ..., 2, 0] = np.nan
    broken[1, ..., 3, :] = np.nan
    sampled = numpy_of(grid_sample(images, broken, interpolation, padding))
    is_broken = np.isnan(broken).any(axis=-1)
    assert np.isnan(sampled[is_broken]).all()
    np.testing.assert_array_equal(sampled[~is_broken], expected[~is_broken])


@pytest.mark.parametrize("far", [1e6, 1e20, 3e38, np.inf])
@pytest.mark.parametrize("interpolation", ["bilinear", "nearest"])
def test_far_away_is_padding(interpolation, far, rng):
    images = rng.normal(size=(1, 5, 4, 2)).astype("float32")
    grid = np.array([[-far, -far], [far, 0.0], [0.0, far]], "float32")
    grid = grid[None, None]

    def sample(padding):
        return numpy_of(grid_sample(images, grid, interpolation, padding))[0, 0]

    np.testing.assert_array_equal(sample("zeros"), np.zeros((3, 2)))
    np.testing.assert_array_equal(sample(0.75), np.full((3, 2), 0.75))
    np.testing.assert_array_equal(sample("border")[0], images[0, 0, 0])
    assert np.isfinite(sample("border")).all()


def test_bicubic_far_away_is_padding(rng):
    images = rng.normal(size=(1, 5, 4, 2)).astype("float32")
    grid = np.full((1, 1, 1, 2), 1e6, "float32")
    for padding, expected in (("zeros", 0.0), ("border", images[0, -1, -1])):
        sampled = grid_sample(images, grid, "bicubic", padding)
        np.testing.assert_allclose(sampled[0, 0, 0], expected, atol=1e-5)


def test_coordinates_are_float32_whatever_the_image_is(rng):
    # A shift by a hundredth of a pixel, which no half precision can hold.
    size = (4, 512)
    images = rng.normal(size=(1, *size, 1))
    grid = regular_grid(size) + np.array([0.02 / 512, 0.0], "float32")
    exact = numpy_of(grid_sample(images.astype("float32"), grid))
    for dtype, tolerance in (("bfloat16", 2e-2), ("float16", 2e-3)):
        half = grid_sample(keras.ops.cast(images, dtype), grid)
        assert keras.backend.standardize_dtype(half.dtype) == dtype
        half = numpy_of(keras.ops.cast(half, "float32"))
        np.testing.assert_allclose(half, exact, atol=tolerance)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("interpolation", ["bilinear", "nearest"])
def test_identity_gives_half_precision_back_bit_for_bit(
    interpolation, dtype, rng
):
    images = keras.ops.cast(rng.uniform(1.0, 2.0, (1, 60, 60, 3)), dtype)
    sampled = grid_sample(images, regular_grid((60, 60)), interpolation)
    assert np.array_equal(
        numpy_of(keras.ops.cast(sampled, "float32")),
        numpy_of(keras.ops.cast(images, "float32")),
    )


@needs_tensorflow
@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize(("rank", "interpolation"), METHODS)
def test_batch_and_sizes_may_be_unknown(rank, interpolation, jit, rng):
    import tensorflow as tf

    unknown = [None] * (rank + 1)

    @tf.function(
        jit_compile=jit,
        input_signature=[
            tf.TensorSpec([*unknown, 2]),
            tf.TensorSpec([*unknown, rank]),
        ],
    )
    def run(images, grid):
        with tf.GradientTape() as tape:
            tape.watch(images)
            sampled = grid_sample(images, grid, interpolation)
        return sampled, tape.gradient(sampled, images)

    for batch, size in ((2, (5, 4, 3)), (3, (2, 1, 4))):
        images, grid = draw(rng, size[:rank], size[:rank], batch, channels=2)
        sampled, gradient = run(images, grid)
        expected = grid_sample(images, grid, interpolation)
        np.testing.assert_allclose(sampled, expected, atol=1e-6)
        assert gradient.shape == images.shape


@needs_tensorflow
@pytest.mark.parametrize("interpolation", ["nearest", "bicubic"])
@pytest.mark.parametrize("padding", ["zeros", "reflection"])
def test_gradients_are_those_of_equation_3(interpolation, padding, rng):
    images, grid = draw(rng, (5, 4), (2, 5), reach=1.5)
    assert_gradients_agree(images, grid, (interpolation, padding, False), rng)


def assert_gradients_agree(images, grid, settings, rng, jit=False):
    """Compares with finite differences of the sum over all pixels."""
    # Imported late: with it comes a tape.
    from tests.ops.gradient_oracle import finite_differences
    from tests.ops.gradient_oracle import library_gradients

    upstream = rng.normal(size=(*grid.shape[:-1], images.shape[-1]))
    arguments = [images.astype("float64"), grid.astype("float64")]
    expected = finite_differences(
        lambda *a: sampling_oracle.sample(*a, *settings), arguments, upstream
    )
    actual = library_gradients(
        lambda *a: grid_sample(*a, *settings), arguments, upstream, jit
    )
    for want, got in zip(expected, actual, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-4)


IMAGES = np.zeros((2, 4, 4, 3), "float32")
GRID = np.zeros((2, 4, 4, 2), "float32")
VOLUMES = np.zeros((2, 4, 4, 4, 3), "float32")
VOLUME_GRID = np.zeros((2, 4, 4, 4, 3), "float32")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((IMAGES, GRID, "linear"), "'bilinear', 'nearest', 'bicubic'"),
        ((VOLUMES, VOLUME_GRID, "bicubic"), "Use 'bilinear' or 'nearest'"),
        ((IMAGES, GRID, "bilinear", "replicate"), "Use 'border' for what"),
        ((IMAGES, GRID, "bilinear", True), "Received: True"),
        ((IMAGES, GRID, "bilinear", None), "Received: None"),
        ((IMAGES, GRID, "bilinear", np.zeros(2)), r"Received: array\(\[0"),
        ((IMAGES, GRID, "bilinear", 1e39), "finite float. Received: 1e\\+39"),
        ((IMAGES, 0.0), r"grid of shape \(\)"),
        ((IMAGES, GRID, "bilinear", np.nan), "finite float. Received: nan"),
        ((IMAGES[..., 0], GRID), r"shape \(2, 4, 4\), grid"),
        ((IMAGES, VOLUME_GRID), "volumes of rank 5"),
        ((VOLUMES, GRID), "volumes of rank 5"),
        ((IMAGES, GRID[:, 0]), "images of rank 4"),
        ((IMAGES, GRID[..., :1]), "put the coordinates last"),
        ((IMAGES, GRID[:1]), "2 images, 1 grids. Repeat"),
        ((IMAGES.astype("uint8"), GRID), "dtype uint8. Convert them"),
    ],
)
def test_wrong_arguments_say_the_fix(arguments, message):
    with pytest.raises(ValueError, match=message):
        grid_sample(*arguments)


def test_wrong_data_format_is_refused():
    with pytest.raises(ValueError, match="'channels_last' or"):
        grid_sample(IMAGES, GRID, data_format="NHWC")


@needs_tensorflow
def test_unknown_channels_are_refused():
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec([2, 4, 4, None])])
    def run(images):
        return grid_sample(images, GRID)

    with pytest.raises(ValueError, match="known number of channels"):
        run(IMAGES)
