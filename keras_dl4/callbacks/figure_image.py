"""The part that callbacks with a picture for TensorBoard have in common."""

import abc
import importlib.util
import io
import os
import time

import keras


class FigureImage(keras.callbacks.Callback, abc.ABC):
    """Shows a matplotlib figure in TensorBoard, or in files, every few epochs.

    Abstract: a subclass defines `draw(title=None)`, which returns the figure
    for the weights of the moment. It is called once before training, so that
    a figure that cannot be drawn is found then, not after an epoch.

    Args:
        log_dir: String or path, directory that TensorBoard reads, or `None`
            for files only.
        every: Int >= 1, number of epochs between two pictures. The first one
            follows the first epoch.
        tag: String, name of the picture in TensorBoard and of its files.
        folder: String or path, where to write the pictures as files,
            `<tag>_epoch_0001.png` and so on, or `None` for no files. Defaults
            to `None`.

    Raises:
        ImportError: If matplotlib, or tensorboard where it is needed, is not
            installed.
        ValueError: If `every < 1`, or neither `log_dir` nor `folder` is given.

    Example:

    >>> from keras_dl4.callbacks.figure_image import FigureImage
    >>> class Blank(FigureImage):
    ...     def draw(self, title=None):
    ...         from matplotlib.figure import Figure
    ...         return Figure()
    >>> picture = Blank("logs", every=10, tag="blank")
    """

    def __init__(self, log_dir, every, tag, folder=None):
        super().__init__()
        if every < 1:
            raise ValueError(
                "`every` must be a number of epochs, at least 1. Received: "
                f"every={every}. Leave the callback out for no pictures."
            )
        if log_dir is None and folder is None:
            raise ValueError(
                "The pictures must go somewhere. Received: log_dir=None, "
                "folder=None. Give a directory that TensorBoard reads, or a "
                "folder for files."
            )
        extras = {"matplotlib": "figures"}
        if log_dir is not None:
            extras["tensorboard"] = "tensorboard"
        for package, extra in extras.items():
            if importlib.util.find_spec(package) is None:
                raise ImportError(
                    f"{type(self).__name__} needs {package}. "
                    f"Install it with: pip install 'keras_dl4[{extra}]'"
                )
        self.log_dir = None if log_dir is None else os.fspath(log_dir)
        self.folder = None if folder is None else os.fspath(folder)
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
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png")
        if self.folder is not None:
            self._write_file(buffer.getvalue(), step)
        if self.log_dir is not None:
            self._log(buffer.getvalue(), step)

    def _write_file(self, png, step):
        os.makedirs(self.folder, exist_ok=True)
        path = os.path.join(self.folder, f"{self.tag}_epoch_{step + 1:04}.png")
        with open(f"{path}.partial", "wb") as file:
            file.write(png)
        os.replace(f"{path}.partial", path)

    def _log(self, png, step):
        from tensorboard.compat.proto import event_pb2
        from tensorboard.compat.proto import summary_pb2
        from tensorboard.summary.writer import event_file_writer

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
