"""Digits on rubber: "E" of the spatial transformer paper."""

import numpy as np

from keras_dl4.datasets.distorted_digits import geometry
from keras_dl4.datasets.distorted_digits.argument_checks import check_integer
from keras_dl4.datasets.distorted_digits.argument_checks import check_number
from keras_dl4.datasets.distorted_digits.argument_checks import check_pair
from keras_dl4.datasets.distorted_digits.argument_checks import (
    check_scale_range,
)
from keras_dl4.datasets.distorted_digits.distorted_digits import DistortedDigits


class ElasticDigits(DistortedDigits):
    """Digits bent by a thin plate spline: "E" of the spatial transformer paper.

    The digit is scaled about the center of the image. Control points on a
    regular grid over the image are then displaced, normally in x and in y; a
    thin plate spline carries the displacements to all pixels. As everywhere,
    the displacement is from the target to the source.

    `draw()` also gives `"points"`, of shape `(n, rows * columns, 2)`: the
    source of each control point, in (x, y) from -1 to 1, row by row. The digit
    sampled at `keras_dl4.ops.thin_plate_spline_grid(points, size)` is the
    image.
    Epochs, seeding and batches: see `DistortedDigits`.

    Args:
        images: Float array of shape `(num_images, height, width)`, or with a
            single channel, from 0 to 1.
        labels: Int array of shape `(num_images,)`.
        scale_range: Tuple of two floats, the smallest and the largest factor.
            Defaults to `(0.75, 1.0)`.
        point_stddev: Float >= 0, deviation of the displacements, in pixels.
            At most a quarter of the image. Defaults to `1.5`.
        control_points: Tuple of two ints >= 2, rows and columns of control
            points. Defaults to `(4, 4)`.
        **kwargs: `batch_size`, `seed`, `num_examples` and what else
            `DistortedDigits` takes.

    Raises:
        ValueError: If an argument is out of range, or the images or labels are
            of the wrong shape or type.

    Example:

    >>> (x_train, y_train), _ = load_digits()
    >>> digits = ElasticDigits(x_train, y_train, seed=0)
    >>> digits[0][0].shape, digits.draw([7])["points"].shape
    ((256, 28, 28, 1), (1, 16, 2))

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          appendix A.4
    """

    paper_name = "E"

    def __init__(
        self,
        images,
        labels,
        *,
        scale_range=(0.75, 1.0),
        point_stddev=1.5,
        control_points=(4, 4),
        **kwargs,
    ):
        super().__init__(images, labels, **kwargs)
        self.scale_range = check_scale_range("scale_range", scale_range)
        self.point_stddev = check_number(
            "point_stddev", point_stddev, 0.0, min(self.images.shape[1:]) / 4
        )
        rows, columns = check_pair("control_points", control_points, "(4, 4)")
        self.control_points = (
            check_integer("control_points[0]", rows, 2),
            check_integer("control_points[1]", columns, 2),
        )

    def draw_parameters(self, streams, num_examples):
        scale = next(streams).uniform(*self.scale_range, num_examples)
        regular = geometry.control_grid(*self.control_points)
        shape = (num_examples, *regular.shape)
        moves = next(streams).standard_normal(shape, "float32")
        height, width = self.images.shape[1:]
        moves *= 2.0 * self.point_stddev / np.array([width, height], "float32")
        # The scaling comes first, so it is undone last.
        points = (regular + moves) / scale[:, None, None]
        return {"points": points.astype("float32")}

    def render(self, parameters):
        images, points = self.images[parameters["source"]], parameters["points"]
        size = images.shape[1:]
        matrix = geometry.thin_plate_spline_matrix(*self.control_points, size)
        # A product for each example: the rounding of one large product would
        # depend on how many there are.
        x, y = np.moveaxis(points.transpose(0, 2, 1) @ matrix.T, 1, 0)
        sources = x.reshape(-1, *size), y.reshape(-1, *size)
        return {"image": geometry.warp(images, sources), "points": points}
