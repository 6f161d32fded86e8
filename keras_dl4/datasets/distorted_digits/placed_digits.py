"""Rotated, scaled and translated: "RTS" of the spatial transformer paper."""

import numpy as np

from keras_dl4.datasets.distorted_digits import geometry
from keras_dl4.datasets.distorted_digits.argument_checks import (
    check_canvas_size,
)
from keras_dl4.datasets.distorted_digits.argument_checks import check_number
from keras_dl4.datasets.distorted_digits.argument_checks import (
    check_scale_range,
)
from keras_dl4.datasets.distorted_digits.distorted_digits import DistortedDigits


class PlacedDigits(DistortedDigits):
    """Digits turned, scaled and placed: "RTS" of the spatial transformer paper.

    The angle and the scale are uniform. The place is uniform too, among those
    where the frame of the scaled digit, before it is turned, lies within the
    canvas. `draw()` also gives `"transform"`, of shape `(n, 2, 3)`: the digit
    sampled at `keras_dl4.ops.affine_grid(transform, size)` is the image.
    Epochs, seeding and batches: see `DistortedDigits`.

    Args:
        images: Float array of shape `(num_images, height, width)`, or with a
            single channel, from 0 to 1.
        labels: Int array of shape `(num_images,)`.
        max_angle: Float from 0 to 180, the largest angle in degrees, to either
            side. Defaults to `45.0`.
        scale_range: Tuple of two floats, the smallest and the largest factor.
            Defaults to `(0.7, 1.2)`.
        canvas_size: Int, height and width of the result in pixels.
            Defaults to `42`.
        **kwargs: `batch_size`, `seed`, `num_examples` and what else
            `DistortedDigits` takes.

    Raises:
        ValueError: If an argument is out of range, the canvas too small, or
            the images or labels are of the wrong shape or type.

    Example:

    >>> (x_train, y_train), _ = load_digits()
    >>> x, y = PlacedDigits(x_train, y_train, seed=0)[0]
    >>> x.shape, y.shape
    ((256, 42, 42, 1), (256,))

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          appendix A.4
    """

    paper_name = "RTS"

    def __init__(
        self,
        images,
        labels,
        *,
        max_angle=45.0,
        scale_range=(0.7, 1.2),
        canvas_size=42,
        **kwargs,
    ):
        super().__init__(images, labels, **kwargs)
        self.max_angle = check_number("max_angle", max_angle, 0.0, 180.0)
        self.scale_range = check_scale_range("scale_range", scale_range)
        self.canvas_size = check_canvas_size(
            canvas_size, self.images.shape[1:], self.scale_range[1]
        )

    def draw_parameters(self, streams, num_examples):
        return geometry.draw_placement(
            streams,
            num_examples,
            np.deg2rad(self.max_angle),
            self.scale_range,
            self.canvas_size,
            self.images.shape[1:],
        )

    def render(self, parameters):
        images = self.images[parameters["source"]]
        canvas = (self.canvas_size, self.canvas_size)
        transform = geometry.similarities(
            parameters["angle"],
            parameters["scale"],
            parameters["shift"],
            canvas,
            images.shape[1:],
        )
        points = geometry.affine_points(transform, canvas)
        return {
            "image": geometry.warp(images, points),
            "transform": transform,
        }
