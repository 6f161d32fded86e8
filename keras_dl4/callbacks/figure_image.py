"""The part that callbacks with a picture for TensorBoard have in common."""

import abc
import importlib.util
import io
import os
import time

import keras


class FigureImage(keras.callbacks.Callback, abc.ABC):
    """Logs a matplotlib figure to TensorBoard every few epochs.

    Abstract: a subclass defines `draw(title=None)`, which returns the figure
    for the weights of the moment. It is called once before training, so that
    a figure that cannot be drawn is found then, not after an epoch.

    Args:
        log_dir: String or path, directory that TensorBoard reads.
        every: Int >= 1, number of epochs between two pictures. The first one
            follows the first epoch.
        tag: String, name of the picture in TensorBoard.

    Raises:
        ImportError: If tensorboard or matplotlib is not installed.
        ValueError: If `every < 1`.

    Example:

    >>> from keras_dl4.callbacks.figure_image import FigureImage
    >>> class Blank(FigureImage):
    ...     def draw(self, title=None):
    ...         from matplotlib.figure import Figure
    ...         return Figure()
    >>> picture = Blank("logs", every=10, tag="blank")
    """

    def __init__(self, log_dir, every, tag):
        super().__init__()
        if every < 1:
            raise ValueError(
                "`every` must be a number of epochs, at least 1. Received: "
                f"every={every}. Leave the callback out for no pictures."
            )
        for package, extra in (
            ("tensorboard", "tensorboard"),
            ("matplotlib", "figures"),
        ):
            if importlib.util.find_spec(package) is None:
                raise ImportError(
                    f"{type(self).__name__} needs {package}. "
                    f"Install it with: pip install 'keras_dl4[{extra}]'"
                )
        self.log_dir = os.fspath(log_dir)
        self.every = every
        self.tag = tag
        self._writer = None

    @abc.abstractmethod
    def draw(self, title=None):
        """Returns the `matplotlib.figure.Figure` of the moment."""

    def on_train_begin(self, logs=None):
        self.draw()

    def on_epoch_end(self, epoch, logs=None):
        if epoch % self.every == 0:
            self._write(self.draw(title=f"Epoch {epoch + 1}"), epoch)

    def on_train_end(self, logs=None):
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _write(self, figure, step):
        from tensorboard.compat.proto import event_pb2
        from tensorboard.compat.proto import summary_pb2
        from tensorboard.summary.writer import event_file_writer

        buffer = io.BytesIO()
        figure.savefig(buffer, format="png")
        png = buffer.getvalue()
        image = summary_pb2.Summary.Image(
            width=int.from_bytes(png[16:20], "big"),  # of the PNG header
            height=int.from_bytes(png[20:24], "big"),
            colorspace=4,  # RGBA
            encoded_image_string=png,
        )
        value = summary_pb2.Summary.Value(tag=self.tag, image=image)
        if self._writer is None:
            # The suffix tells it from another writer in the same second.
            self._writer = event_file_writer.EventFileWriter(
                self.log_dir, filename_suffix=f".{self.tag}"
            )
        self._writer.add_event(
            event_pb2.Event(
                wall_time=time.time(),
                step=step,
                summary=summary_pb2.Summary(value=[value]),
            )
        )
        # A run that is killed later keeps the pictures it has made.
        self._writer.flush()
