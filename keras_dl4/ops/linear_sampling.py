"""Bilinear and trilinear sampling with a gradient of its own.

`keras_dl4.ops.grid_sample` is the public face. The gradient is written out
because a step with the automatic one takes up to three times as long with XLA
on a CPU: 7.3 ms instead of 2.5 for 128 x 28 x 28 x 1, 29 instead of 13 for
16 x 128 x 128 x 3 (affine grid included, one thread).
"""

import itertools
import math

from keras import ops

from keras_dl4.backend import with_gradient

# Where the points lie is found once for the value and its gradient where that
# is faster: with one channel (two threads take 0.6 instead of 0.8 ms for 128 x
# 28 x 28 x 1 and the gradient of the parameters) and with many, for which one
# loop sums over all corners then (4.6 instead of 6.2 ms for 32 x 64 x 64 x 16).
# With 3 channels both together take 7 % longer.
_MANY_CHANNELS = 8


def pixel_coordinate(x, size, align_corners):
    """From [-1, 1] to [0, size - 1] for what is inside."""
    size = ops.cast(size, "float32")
    last = size - 1.0
    return x * _pixels_per_unit(size, align_corners) + 0.5 * last


def pad_coordinate(x, size, padding, align_corners):
    """Moves a pixel coordinate to where its value is in a padded image.

    Returns:
        The new coordinate, within [-1, size], and its derivative: 0 if it had
        to be clipped, -1 if it is that of a mirror image.
    """
    size = ops.cast(size, "float32")
    if padding not in ("border", "reflection"):
        inside = ops.logical_and(x >= -1.0, x < size)
        return ops.clip(x, -1.0, size), ops.cast(inside, "float32")
    last = size - 1.0
    slope = 1.0
    if padding == "reflection":
        # Images mirror at the centers of their last pixels or at their edges.
        low = 0.0 if align_corners else -0.5
        span = ops.maximum(last - 2.0 * low, 1.0)
        phase = ops.mod(x - low, 2.0 * span) - span
        # What is inside stays exact.
        original = ops.logical_and(x >= 0.0, x <= last)
        slope = ops.where(ops.logical_or(original, phase < 0.0), 1.0, -1.0)
        x = ops.where(original, x, span - ops.abs(phase) + low)
    inside = ops.logical_and(x > 0.0, x < last)
    return ops.clip(x, 0.0, last), ops.where(inside, slope, 0.0)


def pad_images(images, fill):
    """One pixel around holds what is outside, so that no tap needs a mask."""
    rank = len(images.shape) - 2
    around = [[0, 0], *[[1, 1]] * rank, [0, 0]]
    return ops.pad(images, around, constant_values=fill)


def padded_index(x, size):
    """Index of a pixel in the padded image, within it even for NaN."""
    return ops.clip(ops.cast(x, "int32") + 1, 0, size + 1)


def first_rows(batch, rank):
    """Number of each image, for indices into all of them."""
    return ops.reshape(ops.arange(batch, dtype="int32"), (-1,) + (1,) * rank)


def sample_linearly(images, grid, padding, align_corners, fill):
    """Interpolates linearly between the 4 or 8 pixels around each point.

    Args:
        images: Float32 or float64 tensor `(batch, *size, channels)`.
        grid: Float32 tensor `(batch, *target size, rank)`.
        padding: `"border"`, `"reflection"`, or anything else for `fill`.
        align_corners: Boolean.
        fill: Float, the value of pixels outside.

    Returns:
        Tensor `(batch, *target size, channels)`.
    """
    channels = images.shape[-1]
    shares_points = channels == 1 or channels >= _MANY_CHANNELS

    @with_gradient
    def sample(images, grid):
        columns = [grid[..., i] for i in range(grid.shape[-1])]
        if shares_points:
            columns = _materialized_columns(grid)
        points = _Points(images, columns, padding, align_corners)
        padded = pad_images(images, fill)
        value = 0.0
        for corner, pixels in points.take_corners(padded).items():
            value = value + points.weight(corner)[..., None] * pixels

        def gradient(upstream):
            found = points
            if not shares_points:
                columns = _materialized_columns(grid)
                found = _Points(images, columns, padding, align_corners)
            products = found.products(upstream, padded)
            return (
                found.image_gradient(upstream),
                found.grid_gradient(products),
            )

        return value, gradient

    return sample(images, grid)


def _materialized_columns(grid):
    """The same as `grid[..., i]` for each i, for many uses.

    XLA computes a gather once, but what leads to a slice again in each of the
    ten loops over all points. With slices of an affine grid, the gradient takes
    1.5 to 2 times as long; the value alone takes up to 20 % less.
    """
    rank = grid.shape[-1]
    shape = ops.shape(grid)[:-1]
    starts = ops.arange(0, rank * math.prod(shape), rank, dtype="int32")
    starts = ops.reshape(starts, shape)
    flat = ops.reshape(grid, (-1,))
    return [ops.take(flat, starts + i, axis=0) for i in range(rank)]


class _Points:
    """Where the points of a grid lie between the pixels of padded images.

    Corners are tuples of 0 (low) and 1 (high) in the order [z, ]y, x.
    """

    def __init__(self, images, columns, padding, align_corners):
        self.batch, *self.sizes, self.channels = ops.shape(images)
        self.dtype = images.dtype
        rank = len(self.sizes)
        self.corners = list(itertools.product((0, 1), repeat=rank))
        self.start = first_rows(self.batch, rank)
        self.strides = []
        self.factors, self.slopes = [], []
        stride = 1
        for size in reversed(self.sizes):
            self.strides.insert(0, stride)
            stride = stride * (size + 2)
        for size, x in zip(self.sizes, reversed(columns), strict=True):
            x = pixel_coordinate(x, size, align_corners)
            x, slope = pad_coordinate(x, size, padding, align_corners)
            float_size = ops.cast(size, "float32")
            low = ops.minimum(ops.floor(x), float_size - 1.0)
            fraction = ops.cast(x - low, self.dtype)
            scale = _pixels_per_unit(float_size, align_corners)
            self.factors.append((1.0 - fraction, fraction))
            self.slopes.append(slope * scale)
            index = ops.minimum(padded_index(low, size), size)
            self.start = self.start * (size + 2) + index

    def offset(self, corner):
        return sum(
            stride
            for stride, high in zip(self.strides, corner, strict=True)
            if high
        )

    def weight(self, corner):
        """The share of a corner in the value of each point."""
        return math.prod(
            pair[high] for pair, high in zip(self.factors, corner, strict=True)
        )

    def take_corners(self, padded):
        rows = ops.reshape(padded, (-1, self.channels))
        return {
            corner: ops.take(rows, self.start + self.offset(corner), axis=0)
            for corner in self.corners
        }

    def products(self, upstream, padded):
        """Of each corner's pixels with the upstream, summed over channels."""
        if self.channels < _MANY_CHANNELS:
            return {
                corner: ops.sum(upstream * pixels, axis=-1)
                for corner, pixels in self.take_corners(padded).items()
            }
        rows = ops.reshape(padded, (-1, self.channels))
        offsets = ops.convert_to_tensor(
            [self.offset(corner) for corner in self.corners], "int32"
        )
        pixels = ops.take(rows, self.start[..., None] + offsets, axis=0)
        products = ops.sum(upstream[..., None, :] * pixels, axis=-1)
        return {
            corner: products[..., i] for i, corner in enumerate(self.corners)
        }

    def grid_gradient(self, products):
        columns = []
        for axis, slope in enumerate(self.slopes):
            total = 0.0
            for corner, product in products.items():
                others = [
                    pair[high]
                    for i, (pair, high) in enumerate(
                        zip(self.factors, corner, strict=True)
                    )
                    if i != axis
                ]
                term = math.prod(others) * product
                total = total + term if corner[axis] else total - term
            columns.append(slope * ops.cast(total, "float32"))
        return ops.stack(columns[::-1], axis=-1)

    def image_gradient(self, upstream):
        """Adds each point to the pixels around it, row after row.

        A row is one pixel, but in color images two that are neighbors in x:
        XLA adds rows of three floats slowly on a CPU. The whole gradient of
        16 x 128 x 128 x 3 takes 13 ms so, 15 ms with one pixel a row. With 1,
        2, 4, 8, 16 or 32 channels, two pixels a row are 2 to 15 % slower,
        and all four from the same to 70 % slower.
        """
        together = 2 if self.channels == 3 else 1
        padded = [size + 2 for size in self.sizes]
        width = together * self.channels
        total = ops.zeros((self.batch * math.prod(padded), width), self.dtype)
        for corner in self.corners:
            pixels = [corner, (*corner[:-1], 1)][:together]
            if together == 2 and corner[-1] == 1:
                continue
            shares = [self.weight(c)[..., None] * upstream for c in pixels]
            total = ops.scatter_update(
                total,
                ops.reshape(self.start + self.offset(corner), (-1, 1)),
                ops.reshape(ops.concatenate(shares, axis=-1), (-1, width)),
                reduction="add",
            )
        total = ops.reshape(
            total, (self.batch, *padded, together, self.channels)
        )
        inside = [slice(1, size + 1) for size in self.sizes]
        gradient = total[(slice(None), *inside, 0)]
        if together == 2:
            inside[-1] = slice(0, self.sizes[-1])
            gradient = gradient + total[(slice(None), *inside, 1)]
        return gradient


def _pixels_per_unit(size, align_corners):
    return 0.5 * (size - 1.0 if align_corners else size)
