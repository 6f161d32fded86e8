"""A picture of the memory use of a model, for TensorBoard."""

import numpy as np
from keras import ops

from keras_dl4.callbacks.figure_image import FigureImage


class MemoryUseImage(FigureImage):
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
        super().__init__(log_dir, every, tag)
        inputs = np.asarray(inputs)
        if inputs.ndim != 2:
            raise ValueError(
                "`inputs` must be one sequence of shape (time, input_dim). "
                f"Received: inputs of shape {inputs.shape}. Take one sequence "
                "out of a batch with an index: `inputs[0]`."
            )
        self.trace_model = trace_model
        self.inputs = inputs
        self.locations = locations

    def draw(self, title=None):
        """Returns the figure of the sequence, by the weights of now."""
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
