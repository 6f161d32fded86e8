"""Image warps in the conventions of tensorflow-addons.

Flows and control points are in pixels, in the order (row, column).
"""

import numpy as np
from keras import ops

from keras_dl4.ops.grid_sample import grid_sample
from keras_dl4.ops.splines import interpolate_spline


def dense_image_warp(image, flow):
    """Warps images by a flow vector for each pixel.

    A pixel of the output at `(row, column)` is the bilinear sample of the
    image at `(row, column) - flow`; outside lies the nearest pixel. Arguments
    and numbers are those of `dense_image_warp` in tensorflow-addons.

    Args:
        image: Float tensor `(batch, height, width, channels)`.
        flow: Float tensor `(batch, height, width, 2)`, in pixels, `(row,
            column)`.

    Returns:
        Tensor of the shape and dtype of `image`.

    Raises:
        ValueError: If the shapes of `image` and `flow` are none of these or
            do not match.

    Example:

    >>> image = np.arange(4, dtype="float32").reshape((1, 1, 4, 1))
    >>> right = np.zeros((1, 1, 4, 2), "float32") + [0.0, 1.0]
    >>> warped = keras_dl4.ops.dense_image_warp(image, right)
    >>> keras.ops.convert_to_numpy(warped).ravel().round(4).tolist()
    [0.0, 0.0, 1.0, 2.0]
    """
    image, flow = ops.convert_to_tensor(image), ops.cast(flow, "float32")
    is_of_pixels = len(image.shape) == 4 == len(flow.shape) and all(
        None in pair or pair[0] == pair[1]
        for pair in zip(image.shape[:3], flow.shape[:3], strict=True)
    )
    if not is_of_pixels or flow.shape[-1] != 2:
        raise ValueError(
            "`dense_image_warp` expects an image (batch, height, width, "
            "channels) and a flow (batch, height, width, 2) of the same size. "
            f"Received: shapes {tuple(image.shape)} and {tuple(flow.shape)}."
        )
    coordinates = []
    for axis in (1, 0):  # x, then y
        count = ops.shape(image)[1 + axis]
        shape = (1, -1, 1) if axis == 0 else (1, 1, -1)
        pixel = ops.cast(ops.reshape(ops.arange(count), shape), "float32")
        span = ops.maximum(ops.cast(count, "float32") - 1.0, 1.0)
        coordinates.append(2.0 * (pixel - flow[..., axis]) / span - 1.0)
    return grid_sample(
        image,
        ops.stack(coordinates, axis=-1),
        padding="border",
        align_corners=True,
        data_format="channels_last",
    )


def sparse_image_warp(
    image,
    source_control_point_locations,
    dest_control_point_locations,
    interpolation_order=2,
    regularization_weight=0.0,
    num_boundary_points=0,
):
    """Warps images so that control points move from source to destination.

    The flow at the destinations is interpolated to all pixels by a spline.
    Arguments and numbers are those of `sparse_image_warp` in
    tensorflow-addons.

    Args:
        image: Float tensor `(batch, height, width, channels)` of known height
            and width.
        source_control_point_locations: Float tensor `(batch, n, 2)`, in
            pixels, `(row, column)`.
        dest_control_point_locations: Float tensor of the same shape.
        interpolation_order: Positive int, the order of the spline. Defaults
            to `2`, thin plate splines.
        regularization_weight: Non-negative float, see `interpolate_spline`.
            Defaults to `0.0`.
        num_boundary_points: Non-negative int. Above 0, points on the border
            that do not move are added: the corners, and this number less one
            between the corners of each side. Defaults to `0`.

    Returns:
        Tuple of the warped images, of the shape and dtype of `image`, and the
        flow, float32 `(batch, height, width, 2)`.

    Raises:
        ValueError: If the rank of the image is not 4, its height or width
            is unknown, if control points have not as many destinations, or
            if the number of boundary points is negative.

    Example:

    >>> image = np.zeros((1, 8, 8, 1), "float32")
    >>> points = np.array([[[2.0, 2.0], [5.0, 2.0], [3.0, 6.0]]], "float32")
    >>> warped, flow = keras_dl4.ops.sparse_image_warp(
    ...     image, points, points + 1.0
    ... )
    >>> bool(np.allclose(flow, 1.0, atol=1e-4))
    True
    """
    image = ops.convert_to_tensor(image)
    if len(image.shape) != 4 or None in tuple(image.shape[1:3]):
        raise ValueError(
            "`sparse_image_warp` expects images (batch, height, width, "
            "channels) of known height and width. Received: shape "
            f"{tuple(image.shape)}. Pad or resize them to one size."
        )
    height, width = image.shape[1:3]
    if not isinstance(num_boundary_points, int) or num_boundary_points < 0:
        raise ValueError(
            "`num_boundary_points` must be an int, 0 or more. Received: "
            f"{num_boundary_points!r}"
        )
    source = ops.cast(source_control_point_locations, "float32")
    dest = ops.cast(dest_control_point_locations, "float32")
    if any(
        None not in pair and pair[0] != pair[1]
        for pair in zip(source.shape, dest.shape, strict=False)
    ):
        raise ValueError(
            "`sparse_image_warp` expects as many destinations as sources of "
            f"control points. Received: shapes {tuple(source.shape)} and "
            f"{tuple(dest.shape)}."
        )
    flow_at_points = dest - source
    if num_boundary_points:
        border = _border_points(height, width, num_boundary_points + 1)
        batch = ops.shape(dest)[0]
        border = ops.broadcast_to(border, (batch, *border.shape))
        dest = ops.concatenate([dest, border], axis=1)
        flow_at_points = ops.concatenate(
            [flow_at_points, ops.zeros_like(border)], axis=1
        )
    rows, columns = np.mgrid[:height, :width].astype("float32")
    pixels = np.stack([rows, columns], axis=-1).reshape((1, -1, 2))
    pixels = ops.broadcast_to(pixels, (ops.shape(dest)[0], *pixels.shape[1:]))
    flow = interpolate_spline(
        dest, flow_at_points, pixels, interpolation_order, regularization_weight
    )
    flow = ops.reshape(flow, (-1, height, width, 2))
    return dense_image_warp(image, flow), flow


def _border_points(height, width, num_per_side):
    rows = np.linspace(0.0, height - 1.0, num_per_side)
    columns = np.linspace(0.0, width - 1.0, num_per_side)
    row, column = np.meshgrid(rows, columns, indexing="ij")
    is_border = np.zeros(row.shape, bool)
    is_border[[0, -1]] = True
    is_border[:, [0, -1]] = True
    points = np.stack([row[is_border], column[is_border]], axis=-1)
    return points.astype("float32")
