"""Sampling an image at the points of a grid (Jaderberg et al. 2015).

What the coordinates of a grid mean is said in
`keras_dl4.ops.sampling_grids`. Values and gradients are those of PyTorch's
`grid_sample`: the weights of linear interpolation come from `x - floor(x)`, so
that at a pixel center the gradient is the slope to the next pixel. Equation 7
of the paper gives the value of the pixel itself there, which is the slope of
nothing, and its kernel `max(0, 1 - |x - m|)` gives 0 when it is differentiated
automatically: a transformer that starts at the identity would never learn.
"""

import itertools
import numbers

import keras
from keras import ops

from keras_dl4.ops.linear_sampling import first_rows
from keras_dl4.ops.linear_sampling import pad_coordinate
from keras_dl4.ops.linear_sampling import pad_images
from keras_dl4.ops.linear_sampling import padded_index
from keras_dl4.ops.linear_sampling import pixel_coordinate
from keras_dl4.ops.linear_sampling import sample_linearly

INTERPOLATIONS = ("bilinear", "nearest", "bicubic")
PADDINGS = ("zeros", "border", "reflection")
_LARGEST_FLOAT32 = 3.4028234e38
# Of the cubic kernel, the same as PyTorch's and OpenCV's.
_CUBIC_COEFFICIENT = -0.75


def grid_sample(
    images,
    grid,
    interpolation="bilinear",
    padding="zeros",
    align_corners=False,
    data_format=None,
):
    """Samples images or volumes at the points of a grid.

    Differentiable, more than once too, in the images and, except with
    `"nearest"`, in the grid.
    Coordinates and weights are float32 whatever the dtype of the images; sums
    are float32, or float64 if the images are, and the result has the dtype of
    the images. No grid reads outside the image: points that are NaN give NaN.

    Args:
        images: Floating point tensor `(batch, height, width, channels)` or
            `(batch, depth, height, width, channels)`, with the channels after
            the batch if `data_format` says so. Batch and spatial sizes may be
            unknown until the call.
        grid: Tensor `(batch, *size, rank)` of points `(x, y)` for images or
            `(x, y, z)` for volumes, normalized to [-1, 1].
        interpolation: String, one of `"bilinear"` (trilinear for volumes),
            `"nearest"` and `"bicubic"` (images only). Defaults to
            `"bilinear"`.
        padding: What is outside of the images: `"zeros"`, `"border"` (the
            nearest pixel), `"reflection"`, or a float, the value of all
            pixels there. Defaults to `"zeros"`.
        align_corners: Boolean, what -1 and 1 mean: the centers of the first
            and last pixels if `True`, their outer edges if `False`. Defaults
            to `False`.
        data_format: `"channels_last"` or `"channels_first"`, of the images
            and the result, or `None` for the setting of Keras. Defaults to
            `None`.

    Returns:
        Tensor `(batch, *size, channels)`, or `(batch, channels, *size)` if
        channels come first, with the dtype of `images`.

    Raises:
        ValueError: If an argument is not one of its values, if the images
            are no floating point numbers, or if shapes do not match.

    Example:

    >>> images = np.array([[1.0, 2.0], [3.0, 4.0]], "float32")[None, :, :, None]
    >>> center = np.zeros((1, 1, 1, 2), "float32")
    >>> float(keras_dl4.ops.grid_sample(images, center)[0, 0, 0, 0])
    2.5

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          equations 3 to 7
    """
    images = ops.convert_to_tensor(images)
    grid = ops.cast(grid, "float32")
    data_format = _checked_data_format(data_format)
    _check_shapes(images, grid, data_format)
    _check_options(interpolation, padding, rank=grid.shape[-1])
    rank = grid.shape[-1]
    first, last = (
        (0, rank + 1, *range(1, rank + 1)),
        (0, *range(2, rank + 2), 1),
    )
    if data_format == "channels_first":
        images = ops.transpose(images, last)
    result = _sample(images, grid, interpolation, padding, align_corners)
    if data_format == "channels_first":
        result = ops.transpose(result, first)
    return result


def _sample(images, grid, interpolation, padding, align_corners):
    """`grid_sample` with channels last and valid arguments."""
    dtype = keras.backend.standardize_dtype(images.dtype)
    if dtype != "float64":
        images = ops.cast(images, "float32")
    fill = 0.0 if isinstance(padding, str) else float(padding)
    if interpolation == "bilinear":
        value = sample_linearly(images, grid, padding, align_corners, fill)
        return ops.cast(value, dtype)
    find_taps = _cubic_taps if interpolation == "bicubic" else _nearest_tap
    taps = []
    for axis, size in enumerate(reversed(ops.shape(images)[1:-1])):
        x = pixel_coordinate(grid[..., axis], size, align_corners)
        taps.append([])
        for place, weight in find_taps(x):
            place = pad_coordinate(place, size, padding, align_corners)[0]
            taps[axis].append((padded_index(place, size), weight))
    return ops.cast(_weighted_sum(pad_images(images, fill), taps), dtype)


def _nearest_tap(x):
    # NaN has no nearest pixel; the weight hands it on to the result.
    return [(ops.round(x), ops.where(ops.isnan(x), x, 1.0))]


def _cubic_taps(x):
    """The four pixels around a coordinate, and their weights."""
    floor = ops.stop_gradient(ops.floor(x))
    fraction = x - floor
    a = _CUBIC_COEFFICIENT

    def near(t):
        return ((a + 2.0) * t - (a + 3.0)) * t * t + 1.0

    def far(t):
        return ((a * t - 5.0 * a) * t + 8.0 * a) * t - 4.0 * a

    weights = (
        far(fraction + 1.0),
        near(fraction),
        near(1.0 - fraction),
        far(2.0 - fraction),
    )
    return [(floor + i - 1.0, weight) for i, weight in enumerate(weights)]


def _weighted_sum(padded, taps):
    """Sums the product of the taps of all axes."""
    batch, *sizes, channels = ops.shape(padded)
    rows = ops.reshape(padded, (-1, channels))
    start = first_rows(batch, len(sizes))
    total = 0.0
    for corner in itertools.product(*taps[::-1]):
        index, weight = start, 1.0
        for size, (tap, its_weight) in zip(sizes, corner, strict=True):
            index = index * size + tap
            weight = weight * its_weight
        pixels = ops.take(rows, index, axis=0)
        total = total + ops.cast(weight, rows.dtype)[..., None] * pixels
    return total


def is_padding(value):
    """Whether it names a padding, or is a number that float32 can hold."""
    if isinstance(value, str):
        return value in PADDINGS
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    return is_number and abs(value) <= _LARGEST_FLOAT32


def _checked_data_format(data_format):
    if data_format is None:
        return keras.config.image_data_format()
    if data_format not in ("channels_last", "channels_first"):
        raise ValueError(
            "`grid_sample` expects `data_format` to be 'channels_last' or "
            f"'channels_first'. Received: {data_format!r}. Pass one of them, "
            "or `None` for the setting of Keras."
        )
    return data_format


def _check_options(interpolation, padding, rank):
    if interpolation not in INTERPOLATIONS:
        raise ValueError(
            f"`grid_sample` expects `interpolation` to be one of "
            f"{INTERPOLATIONS}. Received: {interpolation!r}. Volumes are "
            "interpolated trilinearly by 'bilinear'."
        )
    if interpolation == "bicubic" and rank == 3:
        raise ValueError(
            "`grid_sample` expects images for bicubic interpolation. Received: "
            "a grid of points (x, y, z). Use 'bilinear' or 'nearest' for "
            "volumes."
        )
    if not is_padding(padding):
        raise ValueError(
            f"`grid_sample` expects `padding` to be one of {PADDINGS} or a "
            f"finite float. Received: {padding!r}. Use 'border' for what other "
            "libraries call 'nearest', 'edge' or 'replicate', and a float for "
            "a constant."
        )


def _check_shapes(images, grid, data_format):
    dims = len(grid.shape)
    rank = grid.shape[-1] if dims else 0
    if rank not in (2, 3) or dims != rank + 2 or len(images.shape) != dims:
        raise ValueError(
            "`grid_sample` expects images of rank 4 with a grid of shape "
            "(batch, height, width, 2), or volumes of rank 5 with a grid of "
            "shape (batch, depth, height, width, 3). Received: images of shape "
            f"{tuple(images.shape)}, grid of shape {tuple(grid.shape)}. Add "
            "the axis of channels to gray images, and put the coordinates last "
            "in the grid."
        )
    if None not in (images.shape[0], grid.shape[0]):
        if images.shape[0] != grid.shape[0]:
            raise ValueError(
                "`grid_sample` expects as many grids as images. Received: "
                f"{images.shape[0]} images, {grid.shape[0]} grids. Repeat the "
                "one of which there are fewer."
            )
    channel_axis = -1 if data_format == "channels_last" else 1
    if images.shape[channel_axis] is None:
        raise ValueError(
            "`grid_sample` expects images with a known number of channels. "
            f"Received: images of shape {tuple(images.shape)} and data_format "
            f"{data_format!r}. Give the number in the input's shape, or the "
            "other `data_format`."
        )
    if "float" not in keras.backend.standardize_dtype(images.dtype):
        raise ValueError(
            "`grid_sample` expects floating point images. Received: dtype "
            f"{keras.backend.standardize_dtype(images.dtype)}. Convert them: "
            "`keras.ops.cast(images, 'float32')`, divided by 255 for bytes."
        )
