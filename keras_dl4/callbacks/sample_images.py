"""Samples of a generative model as it learns."""

import numbers

import numpy as np
from keras import ops

from keras_dl4.callbacks.figure_image import FigureImage

_NUM_KEPT = 12  # images of each picture, for a figure over all epochs


class SampleImages(FigureImage):
    """Draws a sheet of samples every few epochs, of the same latent vectors.

    Add it to `fit` of a model with a `sample` method, such as `GAN` or
    `VariationalAutoencoder`: the sheets, as files or in TensorBoard, show the
    same images as they develop. Where TensorBoard shows them, it writes its
    own event file beside that of `keras.callbacks.TensorBoard`. It draws from
    a seed of its own, and leaves the training as it is.

    The first images of each sheet are kept in `history`, a dict from the
    number of the epoch, from 1 on, to an array, for
    `keras_dl4.figures.plot_sample_history`.

    Args:
        folder: String or path, where to write `samples_epoch_0001.png` and so
            on, or `None`. Defaults to `None`.
        log_dir: String or path, directory that TensorBoard reads, or `None`.
            Defaults to `None`.
        num_images: Int >= 1, images of a sheet. Defaults to `64`.
        every: Int >= 1, number of epochs between two sheets. The first one
            follows the first epoch. Defaults to `1`.
        seed: Int, which latent vectors. Defaults to `0`.
        sample: Function without arguments that returns an array or tensor
            `(num_images, height, width)`, or with 1 or 3 channels at the end;
            `None` for `model.sample(num_images, seed=seed)`. Defaults to
            `None`.
        columns: Int >= 1, images in a row, or `None` for a square sheet.
            Defaults to `None`.
        tag: String, name of the sheets. Defaults to `"samples"`.

    Raises:
        ImportError: If matplotlib, or tensorboard with `log_dir`, is not
            installed.
        ValueError: If an int is out of range, or neither `folder` nor
            `log_dir` is given; when training begins, if the model has no
            `sample`, or samples are no images.

    Example:

    >>> sheets = keras_dl4.callbacks.SampleImages("runs/samples", every=10)
    >>> sheets.history
    {}
    """

    def __init__(
        self,
        folder=None,
        log_dir=None,
        num_images=64,
        every=1,
        seed=0,
        sample=None,
        *,
        columns=None,
        tag="samples",
    ):
        super().__init__(log_dir, every, tag, folder)
        is_int = isinstance(num_images, numbers.Integral)
        if not is_int or num_images < 1:
            raise ValueError(
                "`num_images` must be a positive int. Received: num_images="
                f"{num_images!r}. A sheet of 64 has 8 rows."
            )
        self.num_images = num_images
        self.seed = seed
        self.sample = sample
        self.columns = columns
        self.history = {}
        self._drawn = None

    def draw(self, title=None):
        """Returns the sheet of samples by the weights of now."""
        from keras_dl4 import figures

        self._drawn = np.asarray(ops.convert_to_numpy(self._samples()))
        return figures.plot_samples(
            self._drawn, columns=self.columns, title=title
        )

    def _samples(self):
        if self.sample is not None:
            return self.sample()
        if not hasattr(self.model, "sample"):
            raise ValueError(
                "The model must have a method `sample(number, seed=...)`. "
                f"Received: {type(self.model).__name__}. Pass `sample`, a "
                "function that returns images."
            )
        return self.model.sample(self.num_images, seed=self.seed)

    def _write(self, figure, step):
        super()._write(figure, step)
        self.history[step + 1] = self._drawn[:_NUM_KEPT]
