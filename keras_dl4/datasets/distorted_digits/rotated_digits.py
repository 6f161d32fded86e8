"""Digits at any angle: "R" of the spatial transformer paper."""

import numpy as np

from keras_dl4.datasets.distorted_digits import geometry
from keras_dl4.datasets.distorted_digits.argument_checks import check_number
from keras_dl4.datasets.distorted_digits.distorted_digits import DistortedDigits


class RotatedDigits(DistortedDigits):
    """Digits turned by a random angle: "R" of the spatial transformer paper.

    The angle is uniform; the size of the image stays. `draw()` also gives
    `"transform"`, of shape `(n, 2, 3)`: the digit sampled at
    `keras_dl4.ops.affine_grid(transform, size)` is the image.
    Epochs, seeding and batches: see `DistortedDigits`.

    Args:
        images: Float array of shape `(num_images, height, width)`, or with a
            single channel, from 0 to 1.
        labels: Int array of shape `(num_images,)`.
        max_angle: Float from 0 to 180, the largest angle in degrees, to either
            side. Defaults to `90.0`.
        **kwargs: `batch_size`, `seed`, `num_examples` and what else
            `DistortedDigits` takes.

    Raises:
        ValueError: If an argument is out of range, or the images or labels are
            of the wrong shape or type.

    Example:

    >>> (x_train, y_train), _ = load_digits()
    >>> digits = RotatedDigits(x_train, y_train, seed=0)
    >>> x, y = digits[0]
    >>> x.shape, y.shape, digits.draw([7])["transform"].shape
    ((256, 28, 28, 1), (256,), (1, 2, 3))

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          appendix A.4
    """

    paper_name = "R"

    def __init__(self, images, labels, *, max_angle=90.0, **kwargs):
        super().__init__(images, labels, **kwargs)
        self.max_angle = check_number("max_angle", max_angle, 0.0, 180.0)

    def draw_parameters(self, streams, num_examples):
        bound = np.deg2rad(self.max_angle)
        return {"angle": next(streams).uniform(-bound, bound, num_examples)}

    def render(self, parameters):
        images = self.images[parameters["source"]]
        size = images.shape[1:]
        transform = geometry.similarities(
            parameters["angle"], 1.0, np.zeros(2), size, size
        )
        points = geometry.affine_points(transform, size)
        return {
            "image": geometry.warp(images, points),
            "transform": transform,
        }
