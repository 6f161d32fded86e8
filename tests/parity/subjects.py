"""Our side of every comparison, under the name that the cases use."""

import numpy as np
from keras import ops

import keras_dl4.ops as dl4_ops


def affine_warp(images, theta, align_corners):
    """An image on the affine grid of its own size."""
    size = images.shape[1:-1]
    grid = dl4_ops.affine_grid(theta, size, align_corners=align_corners)
    return dl4_ops.grid_sample(images, grid, align_corners=align_corners)


def sample_at_pixels(images, places, padding, align_corners):
    """Samples at pixel coordinates in the order row, column."""
    sizes = np.array(images.shape[1:-1], "float64")
    places = np.asarray(places, "float64")
    if align_corners:
        grid = 2 * places / np.maximum(sizes - 1, 1) - 1
    else:
        grid = (2 * places + 1) / sizes - 1
    grid = grid[..., ::-1].astype("float32")
    return dl4_ops.grid_sample(
        images, grid, padding=padding, align_corners=align_corners
    )


def addons_interpolate_spline(*points, order, regularization_weight):
    """A spline with the weight that tensorflow-addons really uses."""
    return dl4_ops.interpolate_spline(
        *points, order, regularization_weight + addons_weight(order)
    )


def addons_sparse_image_warp(*inputs, regularization_weight, **settings):
    """The warped images, and the flow beside them."""
    order = settings["interpolation_order"]
    settings["regularization_weight"] = regularization_weight + addons_weight(
        order
    )
    return ops.concatenate(dl4_ops.sparse_image_warp(*inputs, **settings), -1)


def addons_weight(order):
    """What tensorflow-addons adds to the diagonal, against a root of 0.

    It takes distances to be at least 1e-5. Only of order 1 does that show.
    """
    return 1e-5 if order == 1 else 0.0


def transform_pixels(images, matrices, fill_mode, fill_value, output_shape):
    """Projective transform, from pixels of the output to those of the input."""

    def to_pixels(size):
        height, width = size
        return np.array(
            [
                [width / 2, 0, (width - 1) / 2],
                [0, height / 2, (height - 1) / 2],
                [0, 0, 1],
            ]
        )

    to_normalized = np.linalg.inv(to_pixels(images.shape[1:3]))
    matrices = to_normalized @ matrices @ to_pixels(output_shape)
    matrices = matrices / matrices[:, 2:, 2:]
    grid = dl4_ops.projective_grid(matrices.astype("float32"), output_shape)
    padding = {"nearest": "border", "reflect": "reflection"}
    return dl4_ops.grid_sample(
        images, grid, padding=padding.get(fill_mode, fill_value)
    )


FUNCTIONS = {
    "addons_interpolate_spline": addons_interpolate_spline,
    "addons_sparse_image_warp": addons_sparse_image_warp,
    "affine_grid": lambda *a, **kw: dl4_ops.affine_grid(*a, **kw),
    "affine_warp": affine_warp,
    "dense_image_warp": lambda *a: dl4_ops.dense_image_warp(*a),
    "grid_sample": lambda *a, **kw: dl4_ops.grid_sample(*a, **kw),
    "interpolate_spline": lambda *a, **kw: dl4_ops.interpolate_spline(*a, **kw),
    "sample_at_pixels": sample_at_pixels,
    "thin_plate_spline_grid": lambda *a, **kw: dl4_ops.thin_plate_spline_grid(
        *a, **kw
    ),
    "transform_pixels": transform_pixels,
}
