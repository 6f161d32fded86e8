"""A picture of the memory use of a model, for TensorBoard."""

import importlib.util
import io
import os
import time

import keras
import numpy as np
from keras import ops


class MemoryUseImage(keras.callbacks.Callback):
    """Logs a picture of the memory use of one sequence to TensorBoard.

    Add it to `fit` to watch the weightings become sharp while a memory network
    learns: pass it to `fit(callbacks=[...])` and run `tensorboard --logdir`.
    It writes its own event file beside those of `keras.callbacks.TensorBoard`;
    both may share a directory. It needs the packages tensorboard and
    matplotlib, and works on every backend.

    Args:
        trace_model: Model or function that maps a batch of inputs to
            `(outputs, trace)`, the outputs being logits. It must share its
            weights with the trained model, as in the example.
        inputs: Array of shape `(time, input_dim)`, the sequence to draw. Keep
            it the same for the pictures to be comparable.
        log_dir: String or path, directory that TensorBoard reads.
        every: Int >= 1, number of epochs between two pictures. The first one
            follows the first epoch. Defaults to `1`.
        tag: String, name of the picture in TensorBoard. Defaults to
            `"memory_use"`.
        locations: Slice, the memory locations to draw. Defaults to `None`,
            those in use, as in `figures.plot_memory_use`.

    Raises:
        ImportError: If tensorboard or matplotlib is not installed.
        ValueError: If `inputs` has the wrong rank, `every < 1`, or, when
            training begins, if `trace_model` does not return a trace.

    Example:

    >>> from keras_dl4.callbacks import MemoryUseImage
    >>> from keras_dl4.layers import NTM
    >>> inputs = keras.Input((None, 3))
    >>> ntm = NTM(
    ...     2, "dense", 5, memory_size=6, word_dim=4, return_sequences=True,
    ...     return_trace=True,
    ... )
    >>> outputs, trace = ntm(inputs)
    >>> model = keras.Model(inputs, outputs)
    >>> trace_model = keras.Model(inputs, (outputs, trace))
    >>> picture = MemoryUseImage(trace_model, np.ones((7, 3)), "logs", every=10)

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401), Figure 6
    """

    def __init__(
        self,
        trace_model,
        inputs,
        log_dir,
        every=1,
        *,
        tag="memory_use",
        locations=None,
    ):
        super().__init__()
        inputs = np.asarray(inputs)
        if inputs.ndim != 2:
            raise ValueError(
                "`inputs` must be one sequence of shape (time, input_dim). "
                f"Received: inputs of shape {inputs.shape}. Take one sequence "
                "out of a batch with an index: `inputs[0]`."
            )
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
                    f"MemoryUseImage needs {package}. "
                    f"Install it with: pip install 'keras_dl4[{extra}]'"
                )
        self.trace_model = trace_model
        self.inputs = inputs
        self.log_dir = os.fspath(log_dir)
        self.every = every
        self.tag = tag
        self.locations = locations
        self._writer = None

    def on_train_begin(self, logs=None):
        # A trace model that does not fit is found now, not after an epoch.
        self._draw()

    def on_epoch_end(self, epoch, logs=None):
        if epoch % self.every == 0:
            figure = self._draw(title=f"Epoch {epoch + 1}")
            self._write(figure, epoch)

    def on_train_end(self, logs=None):
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _draw(self, title=None):
        from keras_dl4 import figures

        result = self.trace_model(ops.convert_to_tensor(self.inputs[None]))
        if (
            not isinstance(result, (tuple, list))
            or len(result) != 2
            or not isinstance(result[1], dict)
        ):
            raise ValueError(
                "`trace_model` must return (outputs, trace), with a dict as "
                f"trace. Received: {type(result).__name__}. Build its layer "
                "with `return_trace=True`, and return both from the model."
            )
        outputs, trace = result
        return figures.plot_memory_use(
            self.inputs,
            ops.convert_to_numpy(outputs)[0],
            {
                name: ops.convert_to_numpy(value)[0]
                for name, value in trace.items()
            },
            locations=self.locations,
            title=title,
        )

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
                self.log_dir, filename_suffix=".memory_use"
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
