"""The written gradient of linear sampling, beside finite differences."""

import keras
import numpy as np
import pytest

from keras_dl4.ops import grid_sample
from keras_dl4.ops import regular_grid
from tests.ops.test_grid_sample import ALIGNMENTS
from tests.ops.test_grid_sample import PADDINGS
from tests.ops.test_grid_sample import assert_gradients_agree
from tests.ops.test_grid_sample import draw
from tests.ops.test_grid_sample import needs_tensorflow


@needs_tensorflow
@pytest.mark.parametrize("align_corners", ALIGNMENTS)
@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("size", [(5, 4), (1, 6), (3, 4, 2)])
def test_gradients_are_those_of_equation_3(size, padding, align_corners, rng):
    target = (2,) * (len(size) - 1) + (5,)
    images, grid = draw(rng, size, target, channels=2, reach=1.6)
    settings = ("bilinear", padding, align_corners)
    assert_gradients_agree(images, grid, settings, rng)


@needs_tensorflow
@pytest.mark.parametrize("size", [(5, 4), (3, 4, 2)])
@pytest.mark.parametrize("channels", [1, 3, 8])
def test_gradients_agree_under_xla(size, channels, rng):
    target = (2,) * (len(size) - 1) + (5,)
    images, grid = draw(rng, size, target, channels=channels, reach=1.6)
    settings = ("bilinear", "zeros", False)
    assert_gradients_agree(images, grid, settings, rng, jit=True)


@needs_tensorflow
@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("channels", [1, 3, 8])
def test_gradients_are_the_same_for_unknown_sizes(channels, jit, rng):
    import tensorflow as tf

    def step(images, grid, upstream):
        with tf.GradientTape() as tape:
            tape.watch([images, grid])
            warped = grid_sample(images, grid)
        return tape.gradient(warped, [images, grid], upstream)

    images, grid = draw(rng, (5, 4), (2, 5), channels=channels, reach=1.2)
    upstream = rng.normal(size=(2, 2, 5, channels)).astype("float32")
    arguments = [tf.constant(x) for x in (images, grid, upstream)]
    signature = [
        tf.TensorSpec((None, None, None, x.shape[-1])) for x in arguments
    ]
    found = tf.function(step, signature, jit_compile=jit)(*arguments)
    for one, other in zip(found, step(*arguments), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("align_corners", ALIGNMENTS)
def test_slope_at_a_pixel_is_that_to_the_next(align_corners, rng, gradient_of):
    # Sizes at which pixel centers are exact in float32.
    size = (9, 5) if align_corners else (8, 4)
    images = rng.normal(size=(1, *size, 1)).astype("float32")

    def total(grid):
        return keras.ops.sum(
            grid_sample(images, grid, align_corners=align_corners)
        )

    grid = np.array(regular_grid(size, align_corners))
    gradient = gradient_of(total, at=grid)[0]
    padded = np.pad(images[0, ..., 0], [(0, 1), (0, 1)])
    pixels = np.array(size[::-1]) - float(align_corners)
    slopes = [np.diff(padded, axis=1)[:-1], np.diff(padded, axis=0)[:, :-1]]
    expected = np.stack(slopes, axis=-1) * pixels / 2
    np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-5)


def test_border_and_mirror_have_no_slope_at_the_last_pixel(rng, gradient_of):
    images = rng.normal(size=(1, 5, 5, 1)).astype("float32")
    grid = np.array([[-1.0, 0.3], [1.0, 0.3], [-2.0, 0.3]], "float32")
    for padding, outside in (("border", 2), ("reflection", 1)):

        def total(grid, padding=padding):
            return keras.ops.sum(
                grid_sample(images, grid, "bilinear", padding, True)
            )

        gradient = gradient_of(total, at=grid[None, None])[0, 0]
        np.testing.assert_array_equal(gradient[: outside + 1, 0], 0.0)
        assert np.all(gradient[:, 1] != 0.0)


@pytest.mark.parametrize("padding", PADDINGS)
def test_broken_points_have_no_gradient_elsewhere(padding, rng, gradient_of):
    images, grid = draw(rng, (5, 4), (1, 6))
    grid[0, 0, 2] = [np.nan, 0.5]
    grid[1, 0, 3] = [1e30, -1e30]

    def total(grid):
        return keras.ops.sum(grid_sample(images, grid, padding=padding))

    gradient = gradient_of(total, at=grid)
    is_number = ~np.isnan(grid).any(axis=-1)
    assert np.isfinite(gradient[is_number]).all()


def test_gradient_for_half_precision_adds_in_float32(gradient_of):
    # 1024 points on one pixel: beyond 256 bfloat16 no longer counts.
    grid = np.zeros((1, 32, 32, 2), "float32")

    def total(images):
        images = keras.ops.cast(images, "bfloat16")
        return keras.ops.sum(
            keras.ops.cast(grid_sample(images, grid), "float32")
        )

    gradient = gradient_of(total, at=np.ones((1, 3, 3, 1), "float32"))
    assert gradient[0, 1, 1, 0] == 1024.0
    assert gradient.sum() == 1024.0


@needs_tensorflow
@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("channels", [2, 8])
def test_gradient_of_a_gradient_agrees_with_differences(channels, jit, rng):
    import tensorflow as tf

    images, grid = draw(rng, (5, 4), (2, 5), channels=channels, reach=0.9)
    images, grid = tf.constant(images), tf.constant(grid)

    @tf.function(jit_compile=jit)
    def squared_gradient(images, grid):
        with tf.GradientTape() as outer:
            outer.watch([images, grid])
            with tf.GradientTape() as tape:
                tape.watch([images, grid])
                total = tf.reduce_sum(grid_sample(images, grid) ** 2)
            found = tape.gradient(total, [images, grid])
            value = sum(tf.reduce_sum(x**2) for x in found)
        return value, outer.gradient(value, [images, grid])

    _, found = squared_gradient(images, grid)
    for i, gradient in enumerate(found):
        step = tf.constant(1e-3 * rng.normal(size=gradient.shape), "float32")
        values = []
        for sign in (1.0, -1.0):
            moved = [images, grid]
            moved[i] = moved[i] + sign * step
            values.append(squared_gradient(*moved)[0])
        expected = float(values[0] - values[1]) / 2
        actual = float(tf.reduce_sum(gradient * step))
        assert actual == pytest.approx(expected, rel=1e-2, abs=1e-2)


def test_one_pixel_outside_there_is_no_slope(rng, gradient_of):
    images = rng.normal(size=(1, 4, 4, 1)).astype("float32")
    # The pixels -2, -1 and 4 of a row of four; -1 leans on pixel 0.
    grid = np.array([[-1.75, 0.1], [-1.25, 0.1], [1.25, 0.1]], "float32")

    def total(grid):
        return keras.ops.sum(grid_sample(images, grid))

    gradient = gradient_of(total, at=grid[None, None])[0, 0]
    np.testing.assert_array_equal(gradient[:, 0] != 0.0, [False, True, False])
