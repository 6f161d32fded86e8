"""One class of digits, to be found without labels."""

import numpy as np

from keras_dl4.datasets.distorted_digits import pasting
from keras_dl4.datasets.distorted_digits.argument_checks import (
    check_canvas_size,
)
from keras_dl4.datasets.distorted_digits.argument_checks import check_clutter
from keras_dl4.datasets.distorted_digits.argument_checks import check_integer
from keras_dl4.datasets.distorted_digits.distorted_digits import DistortedDigits


class ColocalizationDigits(DistortedDigits):
    """Images that share the class of their digit, for co-localization.

    All images hold a digit of one class at a random place, among random pieces
    of other digits; a network is to find it from nothing but that they have it
    in common. The batches are `(x, box)`: the box is for measuring, not for
    training. It is the frame of the digit, `(n, 4)`, as x_min, y_min, x_max,
    y_max in pixels; `2 * box / canvas_size - 1` is normalized.

    `draw()` also gives `"transform"`, `"ink_box"` and `"patches"`, as
    `ClutteredDigits` does. By default the examples stay the same in every
    epoch, as the paper has a set of 100.
    Seeding and batches: see `DistortedDigits`.

    Args:
        images: Float array of shape `(num_images, height, width)`, or with a
            single channel, from 0 to 1; of all classes, for the clutter.
        labels: Int array of shape `(num_images,)`.
        digit: Int, the label of the digits to be found. Defaults to `0`.
        canvas_size: Int, height and width of the result in pixels.
            Defaults to `84`.
        num_patches: Int, pieces in an image. 0 is the paper's "T", more are
            its "TC". Defaults to `16`.
        patch_size: Int, height and width of a piece in pixels. Defaults to
            `6`.
        num_examples: Int, how many images. Defaults to `100`.
        fixed_epoch: Boolean, whether every epoch holds the same examples.
            Defaults to `True`.
        **kwargs: `batch_size`, `seed` and what else `DistortedDigits` takes.

    Raises:
        ValueError: If an argument is out of range, the canvas too small, the
            images or labels are of the wrong shape or type, or no image has
            the label.

    Example:

    >>> (x_train, y_train), _ = load_digits()
    >>> digits = ColocalizationDigits(x_train, y_train, digit=3)
    >>> x, box = digits[0]
    >>> x.shape, box.shape
    ((100, 84, 84, 1), (100, 4))

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          appendix A.2
    """

    paper_name = "colocalization"
    target = "box"

    def __init__(
        self,
        images,
        labels,
        digit=0,
        *,
        canvas_size=84,
        num_patches=16,
        patch_size=6,
        num_examples=100,
        fixed_epoch=True,
        **kwargs,
    ):
        super().__init__(
            images,
            labels,
            num_examples=num_examples,
            fixed_epoch=fixed_epoch,
            **kwargs,
        )
        self.digit = check_integer("digit", digit, 0)
        self.candidates = np.flatnonzero(self.labels == self.digit)
        if not len(self.candidates):
            raise ValueError(
                "`digit` must be one of the labels. Received: digit="
                f"{digit}, labels {np.unique(self.labels).tolist()}."
            )
        size = self.images.shape[1:]
        self.canvas_size = check_canvas_size(canvas_size, size)
        self.num_patches, self.patch_size = check_clutter(
            num_patches, patch_size, self.images
        )

    def draw_parameters(self, streams, num_examples):
        return pasting.draw_clutter(
            streams,
            num_examples,
            len(self.images),
            self.images.shape[1:],
            self.canvas_size,
            (self.num_patches, self.patch_size),
        )

    def render(self, parameters):
        return pasting.paste(
            self.images, parameters, self.canvas_size, self.patch_size
        )
