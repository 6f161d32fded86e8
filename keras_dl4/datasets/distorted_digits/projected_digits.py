"""Digits in perspective: "P" of the spatial transformer paper."""

import numpy as np

from keras_dl4.datasets.distorted_digits import geometry
from keras_dl4.datasets.distorted_digits.argument_checks import check_number
from keras_dl4.datasets.distorted_digits.argument_checks import (
    check_scale_range,
)
from keras_dl4.datasets.distorted_digits.distorted_digits import DistortedDigits

# Of how many draws the first convex quadrilateral is taken. At the deviation
# of the paper one draw in 325 is not convex.
_NUM_DRAWS = 8
_SQUARE = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], "float64")


class ProjectedDigits(DistortedDigits):
    """Digits in perspective: "P" of the spatial transformer paper.

    The digit is scaled about the center of the image; then each corner of the
    image moves by a normal displacement in x and in y, and takes the digit
    with it. Where the four corners are no convex quadrilateral (one draw in
    325 at the default deviation), they are drawn again, since no camera sees
    such a thing.

    `draw()` also gives `"transform"`, of shape `(n, 3, 3)`: the digit sampled
    at `keras_dl4.ops.projective_grid(transform, size)` is the image, except
    beyond the horizon, where the image is zero. `"corners"`, of shape
    `(n, 4, 2)`, is where the corners of the image have gone, in (x, y) from -1
    to 1, clockwise from the upper left one.
    Epochs, seeding and batches: see `DistortedDigits`.

    Args:
        images: Float array of shape `(num_images, height, width)`, or with a
            single channel, from 0 to 1.
        labels: Int array of shape `(num_images,)`.
        scale_range: Tuple of two floats, the smallest and the largest factor.
            Defaults to `(0.75, 1.0)`.
        corner_stddev: Float >= 0, deviation of the displacements, in pixels.
            At most a quarter of the image. Defaults to `5.0`.
        **kwargs: `batch_size`, `seed`, `num_examples` and what else
            `DistortedDigits` takes.

    Raises:
        ValueError: If an argument is out of range, or the images or labels are
            of the wrong shape or type.

    Example:

    >>> (x_train, y_train), _ = load_digits()
    >>> digits = ProjectedDigits(x_train, y_train, seed=0)
    >>> digits[0][0].shape, digits.draw([7])["transform"].shape
    ((256, 28, 28, 1), (1, 3, 3))

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          appendix A.4
    """

    paper_name = "P"

    def __init__(
        self,
        images,
        labels,
        *,
        scale_range=(0.75, 1.0),
        corner_stddev=5.0,
        **kwargs,
    ):
        super().__init__(images, labels, **kwargs)
        self.scale_range = check_scale_range("scale_range", scale_range)
        self.corner_stddev = check_number(
            "corner_stddev", corner_stddev, 0.0, min(self.images.shape[1:]) / 4
        )

    def draw_parameters(self, streams, num_examples):
        scale = next(streams).uniform(*self.scale_range, num_examples)
        shape = (num_examples, _NUM_DRAWS, 4, 2)
        moves = next(streams).standard_normal(shape, "float32")
        height, width = self.images.shape[1:]
        moves *= np.float32(2.0 * self.corner_stddev)
        corners = _SQUARE + moves / np.array([width, height], "float32")
        # The first convex one. None at all: one example in 10^20.
        chosen = geometry.is_convex(corners).argmax(axis=1)
        corners = corners[np.arange(num_examples), chosen]
        return {"scale": scale, "corners": corners}

    def render(self, parameters):
        images = self.images[parameters["source"]]
        size = images.shape[1:]
        backward = np.linalg.inv(geometry.homographies(parameters["corners"]))
        # The scaling comes first, so it is undone last.
        backward[:, :2] /= parameters["scale"][:, None, None]
        points = geometry.projective_points(backward, size)
        return {
            "image": geometry.warp(images, points),
            "transform": backward.astype("float32"),
            "corners": parameters["corners"].astype("float32"),
        }
