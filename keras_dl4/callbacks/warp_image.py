"""A picture of what a spatial transformer does, for TensorBoard."""

import numpy as np
from keras import ops

from keras_dl4.callbacks.figure_image import FigureImage


class WarpImage(FigureImage):
    """Logs a picture of a few warped images to TensorBoard.

    Add it to `fit` to watch a spatial transformer find what matters in an
    image: pass it to `fit(callbacks=[...])` and run `tensorboard --logdir`.
    It writes its own event file beside those of `keras.callbacks.TensorBoard`;
    both may share a directory. It needs the packages tensorboard and
    matplotlib, and works on every backend.

    Args:
        warp_model: Model or function that maps a batch of images to a tuple
            whose first entry is the warped images and whose last entry is the
            sampling grids, such as a transformer with `return_grid=True`. It
            must share its weights with the trained model, as in the example.
        images: Array of shape `(batch, height, width, channels)`, the images
            to draw, a few. Keep them the same for the pictures to be
            comparable.
        log_dir: String or path, directory that TensorBoard reads.
        every: Int >= 1, number of epochs between two pictures. The first one
            follows the first epoch. Defaults to `1`.
        tag: String, name of the picture in TensorBoard. Defaults to
            `"warps"`.
        align_corners: Boolean, the convention of the grids. Defaults to
            `False`.

    Raises:
        ImportError: If tensorboard or matplotlib is not installed.
        ValueError: If `images` has the wrong rank, `every < 1`, or, when
            training begins, if `warp_model` does not return a tuple.

    Example:

    >>> from keras_dl4.callbacks import WarpImage
    >>> from keras_dl4.layers import SpatialTransformer
    >>> images = keras.Input((28, 28, 1))
    >>> warped, grid = SpatialTransformer(return_grid=True)(images)
    >>> outputs = keras.layers.Dense(10)(keras.layers.Flatten()(warped))
    >>> model = keras.Model(images, outputs)
    >>> warp_model = keras.Model(images, (warped, grid))
    >>> picture = WarpImage(warp_model, np.zeros((4, 28, 28, 1)), "logs")

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          Figure 1
    """

    def __init__(
        self,
        warp_model,
        images,
        log_dir,
        every=1,
        *,
        tag="warps",
        align_corners=False,
    ):
        super().__init__(log_dir, every, tag)
        images = np.asarray(images)
        if images.ndim != 4:
            raise ValueError(
                "`images` must have the shape (batch, height, width, "
                f"channels). Received: images of shape {images.shape}. Pass a "
                "few of a batch: `images[:8]`."
            )
        self.warp_model = warp_model
        self.images = images
        self.align_corners = align_corners

    def draw(self, title=None):
        """Returns the figure of the images, warped by the weights of now."""
        from keras_dl4 import figures

        result = self.warp_model(ops.convert_to_tensor(self.images))
        if not isinstance(result, (tuple, list)) or len(result) < 2:
            raise ValueError(
                "`warp_model` must return a tuple of the warped images, more "
                "if need be, and the grids last. Received: "
                f"{type(result).__name__}. Build its layer with "
                "`return_grid=True`, and return both from the model."
            )
        return figures.plot_warps(
            self.images,
            ops.convert_to_numpy(result[0]),
            ops.convert_to_numpy(result[-1]),
            align_corners=self.align_corners,
            title=title,
        )
