"""A Neural Turing Machine as a recurrent layer."""

import contextlib
import itertools
import math

import keras
from keras import ops

from keras_dl4.backend import read_once
from keras_dl4.layers.ntm_cell import NTMCell

_LAYER_ARGUMENTS = (
    "go_backwards",
    "name",
    "trainable",
    "unroll",
    "zero_output_for_mask",
)
# Softmax turns it into a weighting below 1e-12 beside any trained location.
_UNUSED_LOGIT = -30.0


@keras.saving.register_keras_serializable(package="keras_dl4")
class NTM(keras.layers.RNN):
    """Neural Turing Machine: a recurrent layer with an external memory.

    Use it where an algorithm has to be learned from examples: it stores what
    it sees in a memory which is independent of its number of weights, so
    that what it learns on short sequences holds on longer ones. It is used
    like `keras.layers.LSTM`. Train it with `jit_compile=True` on a CPU too,
    and pad sequences to a few fixed lengths, since each new length is
    compiled once more. All of it computes in float32, whatever the dtype
    policy.

    Args:
        units: Positive int, width of the output.
        controller: `"lstm"`, `"dense"`, or any Keras recurrent cell
            (`keras.layers.StackedRNNCells` for several layers) or layer.
            Defaults to `"lstm"`.
        controller_units: Positive int, width of an `"lstm"` or `"dense"`
            controller. Defaults to `100`.
        memory_size: Positive int, number of memory locations. Defaults to
            `128`.
        word_dim: Positive int, width of a memory location. Defaults to `20`.
        return_sequences: Boolean, whether to return the outputs of all
            steps, or of the last one. Defaults to `False`.
        return_state: Boolean, whether to return the last state as well, a
            flat list (layout: see `keras_dl4.layers.NTMCell`). Defaults to
            `False`.
        return_trace: Boolean, whether to return the trace as well: what the
            heads did in each step. Needs `return_sequences=True`. Defaults
            to `False`.
        stateful: Boolean, whether a batch starts in the last state of the
            batch before; the learned start is then used by `reset_state` but
            not trained. Defaults to `False`.
        **kwargs: Arguments of `keras_dl4.layers.NTMCell` (`num_read_heads`,
            `num_write_heads`, `shift_range`, `memory_initializer`,
            `weighting_initializer`, `read_after_write`, `bound_add`,
            `parameter_clip`) and of `keras.layers.RNN` (`go_backwards`,
            `unroll`, `zero_output_for_mask`, `name`, `trainable`).

    Call arguments:
        sequences: Float tensor of shape `(batch, time, input_dim)`.
        initial_state: Optional list of tensors to start from. Defaults to
            the learned start state.
        mask: Optional boolean tensor of shape `(batch, time)`. A step that
            is `False` leaves state and output as they were.
        training: Boolean, passed to the controller.

    Returns:
        Float32 tensor without activation, of shape `(batch, time, units)`
        with `return_sequences`, else `(batch, units)`. With `return_state`
        or `return_trace` a tuple of it, the states, and last the trace: a
        dictionary of float32 tensors `(batch, time, ...)`, heads in the
        order read heads, write heads:

        - `read_weightings` and `write_weightings`, `(heads, memory_size)`,
        - `reads`, `(num_read_heads, word_dim)`,
        - `keys`, `(heads, word_dim)`, and `key_strengths`, `gates`,
          `sharpenings`, each `(heads,)`,
        - `shift_weightings`, `(heads, shift_range)`,
        - `erases` and `adds`, `(num_write_heads, word_dim)`.

    Raises:
        ValueError: If `return_trace` is set without `return_sequences`, or
            an argument of the cell is wrong.

    Example:

    >>> inputs = keras.Input((None, 9))
    >>> layer = keras_dl4.layers.NTM(
    ...     8, memory_size=16, word_dim=4, return_sequences=True
    ... )
    >>> model = keras.Model(inputs, layer(inputs))
    >>> model.output_shape
    (None, None, 8)

    The same weights, with a larger memory:

    >>> larger = layer.resize_memory(32)
    >>> larger(np.zeros((1, 5, 9))).shape[1:] == (5, 8)
    True

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401)
    """

    def __init__(
        self,
        units: int,
        controller="lstm",
        controller_units: int = 100,
        memory_size: int = 128,
        word_dim: int = 20,
        *,
        return_sequences: bool = False,
        return_state: bool = False,
        return_trace: bool = False,
        stateful: bool = False,
        **kwargs,
    ):
        if return_trace and not return_sequences:
            raise ValueError(
                "A trace runs over time, and so must the outputs. Received: "
                "return_trace=True, return_sequences=False. "
                "Set return_sequences=True."
            )
        layer_arguments = {
            name: kwargs.pop(name)
            for name in _LAYER_ARGUMENTS
            if name in kwargs
        }
        cell = NTMCell(
            units,
            controller,
            controller_units,
            memory_size,
            word_dim,
            return_trace=return_trace,
            name="ntm_cell",
            **kwargs,
        )
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            stateful=stateful,
            dtype=cell.dtype_policy,
            **layer_arguments,
        )
        self.return_trace = return_trace

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        result = super().compute_output_shape(sequences_shape)
        if not self.return_trace:
            return result
        outputs, *states = result if self.return_state else (result,)
        steps = outputs[:-1]
        trace = {
            name: (*steps, *shape)
            for name, shape in self.cell.trace_shapes.items()
        }
        return (*steps, self.cell.units), *states, trace

    def compute_mask(self, sequences, mask):
        result = super().compute_mask(sequences, mask)
        if not self.return_trace:
            return result
        masks = result if self.return_state else [result]
        return [*masks, dict.fromkeys(self.cell.trace_shapes)]

    def call(self, sequences, initial_state=None, mask=None, training=False):
        result = super().call(
            sequences, initial_state=initial_state, mask=mask, training=training
        )
        if not self.return_trace:
            return result
        outputs, *states = result if self.return_state else (result,)
        outputs, trace = self._split_trace(outputs)
        return outputs, *states, trace

    def inner_loop(self, sequences, initial_state, mask, training=False):
        controller = self.cell.controller_adapter
        controller.prepare_dropout(ops.shape(sequences)[0])
        with (
            read_once(self.cell.variables)
            if controller.only_reads_variables
            else contextlib.nullcontext()
        ):
            try:
                return super().inner_loop(
                    sequences, initial_state, mask, training=training
                )
            finally:
                controller.reset_dropout()

    def _split_trace(self, outputs):
        sizes = [
            self.cell.units,
            *map(math.prod, self.cell.trace_shapes.values()),
        ]
        outputs, *parts = ops.split(
            outputs, list(itertools.accumulate(sizes))[:-1], axis=-1
        )
        batch_size, num_steps = ops.shape(outputs)[:2]
        trace = {
            name: ops.reshape(part, (batch_size, num_steps, *shape))
            for (name, shape), part in zip(
                self.cell.trace_shapes.items(), parts, strict=True
            )
        }
        return outputs, trace

    def reset_state(self):
        if self.states is None:
            return
        start = self.get_initial_state(batch_size=self.states[0].shape[0])
        for state, value in zip(self.states, start, strict=True):
            state.assign(value)

    def resize_memory(self, memory_size: int):
        """Makes a layer with these weights and another number of locations.

        Weights do not depend on the number of locations, but for the start:
        locations that stay keep their start weighting and word; new ones
        start with a weighting of next to nothing. To resize inside a model,
        use `keras.models.clone_model` with a `clone_function` that calls
        this.

        Args:
            memory_size: Positive int, at least `shift_range`.

        Returns:
            A new `keras_dl4.layers.NTM`, built if this one is.
        """
        config = {**self.get_config(), "memory_size": memory_size}
        resized = type(self).from_config(config)
        if not self.built:
            return resized
        resized.build_from_config(self.get_build_config())
        for old, new in zip(
            self.cell.weights, resized.cell.weights, strict=True
        ):
            if old.shape == new.shape:
                new.assign(old)
        cell, kept = resized.cell, min(self.cell.memory_size, memory_size)
        cell.start_logits.assign(
            ops.concatenate(
                [
                    self.cell.start_logits[:, :kept],
                    ops.full(
                        (cell.num_heads, memory_size - kept), _UNUSED_LOGIT
                    ),
                ],
                axis=1,
            )
        )
        cell.start_memory.assign(
            ops.concatenate(
                [self.cell.start_memory[:kept], cell.start_memory[kept:]]
            )
        )
        return resized

    def get_config(self):
        config = super().get_config()
        del config["cell"]
        cell_config = self.cell.get_config()
        return {**cell_config, **config}

    @classmethod
    def from_config(cls, config):
        return cls(**NTMCell.deserialize_controller(config))
