"""Two digits to be added: "MNIST addition" of the paper."""

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


class AdditionDigits(DistortedDigits):
    """Pairs of digits whose sum is to be told, one digit in each channel.

    Each digit is turned, scaled and placed by itself, as `PlacedDigits` does
    it. The label is the sum, from 0 to 18. `draw()` also gives `"digits"`, of
    shape `(n, 2)`, their two labels, `"other"`, `(n,)`, the index of the
    second digit, and `"transforms"`, `(n, 2, 2, 3)`: the first digit sampled
    at `keras_dl4.ops.affine_grid(transforms[:, 0], size)` is the first
    channel.
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
    >>> digits = AdditionDigits(x_train, y_train, seed=0)
    >>> digits[0][0].shape, digits.draw([7])["digits"].shape
    ((256, 42, 42, 2), (1, 2))

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          appendix A.1
    """

    paper_name = "addition"

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
        other = next(streams).integers(0, len(self.images), num_examples)
        parameters = {"other": other}
        for number in (0, 1):
            placement = geometry.draw_placement(
                streams,
                num_examples,
                np.deg2rad(self.max_angle),
                self.scale_range,
                self.canvas_size,
                self.images.shape[1:],
            )
            for name, value in placement.items():
                parameters[f"{name}_{number}"] = value
        return parameters

    def render(self, parameters):
        canvas = (self.canvas_size, self.canvas_size)
        channels, transforms = [], []
        for number, which in enumerate(("source", "other")):
            images = self.images[parameters[which]]
            transform = geometry.similarities(
                parameters[f"angle_{number}"],
                parameters[f"scale_{number}"],
                parameters[f"shift_{number}"],
                canvas,
                images.shape[1:],
            )
            points = geometry.affine_points(transform, canvas)
            channels.append(geometry.warp(images, points))
            transforms.append(transform)
        digits = np.stack(
            [self.labels[parameters[name]] for name in ("source", "other")],
            axis=-1,
        )
        return {
            "image": np.stack(channels, axis=-1),
            "label": digits.sum(axis=-1, dtype="int32"),
            "digits": digits,
            "other": parameters["other"],
            "transforms": np.stack(transforms, axis=1),
        }
