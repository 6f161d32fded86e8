"""Digits among pieces of others: "TC" of the spatial transformer paper."""

from keras_dl4.datasets.distorted_digits import pasting
from keras_dl4.datasets.distorted_digits.argument_checks import (
    check_canvas_size,
)
from keras_dl4.datasets.distorted_digits.argument_checks import check_clutter
from keras_dl4.datasets.distorted_digits.distorted_digits import DistortedDigits


class ClutteredDigits(DistortedDigits):
    """Digits somewhere in clutter: "TC" of the spatial transformer paper.

    The digit lies at a random place of a larger canvas, whole and by whole
    pixels. Random square pieces of other digits, empty ones too, lie at random
    places, on the digit too; where things overlap the brighter pixel wins.

    `draw()` also gives

    - `"transform"`, `(n, 2, 3)`: the digit sampled at
      `keras_dl4.ops.affine_grid(transform, size)` is the image without the
      clutter. Its inverse is what a spatial transformer has to find.
    - `"box"`, `(n, 4)`: the frame of the digit, as x_min, y_min, x_max, y_max
      in pixels; the last two are exclusive. `2 * box / canvas_size - 1` is
      normalized.
    - `"ink_box"`, `(n, 4)`: the smallest box around the digit itself.
    - `"patches"`, `(n, num_patches, 5)`: index of the digit that the piece is
      from, row and column there, row and column on the canvas.

    Epochs, seeding and batches: see `DistortedDigits`.

    Args:
        images: Float array of shape `(num_images, height, width)`, or with a
            single channel, from 0 to 1.
        labels: Int array of shape `(num_images,)`.
        canvas_size: Int, height and width of the result in pixels.
            Defaults to `60`.
        num_patches: Int, pieces in an image. 0 gives digits that are
            translated, "T". Defaults to `6`.
        patch_size: Int, height and width of a piece in pixels. Defaults to
            `6`.
        **kwargs: `batch_size`, `seed`, `num_examples` and what else
            `DistortedDigits` takes.

    Raises:
        ValueError: If an argument is out of range, the canvas too small, or
            the images or labels are of the wrong shape or type.

    Example:

    >>> (x_train, y_train), _ = load_digits()
    >>> digits = ClutteredDigits(x_train, y_train, seed=0)
    >>> digits[0][0].shape, digits.draw([7])["patches"].shape
    ((256, 60, 60, 1), (1, 6, 5))

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          section 4.1 and appendix A.4
    """

    paper_name = "TC"

    def __init__(
        self,
        images,
        labels,
        *,
        canvas_size=60,
        num_patches=6,
        patch_size=6,
        **kwargs,
    ):
        super().__init__(images, labels, **kwargs)
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
