"""One step of a Neural Turing Machine."""

import math
import numbers

import keras
from keras import ops

from keras_dl4.layers.ntm_cell_controller import ControllerAdapter
from keras_dl4.layers.ntm_cell_controller import check_float32
from keras_dl4.layers.ntm_cell_controller import make_controller
from keras_dl4.ops.head_parameters import distribution
from keras_dl4.ops.head_parameters import head_parameter_shapes
from keras_dl4.ops.head_parameters import split_head_parameters
from keras_dl4.ops.memory_access import erase_and_add
from keras_dl4.ops.memory_access import read_memory
from keras_dl4.ops.memory_addressing import circular_shift
from keras_dl4.ops.memory_addressing import content_weighting
from keras_dl4.ops.memory_addressing import interpolate
from keras_dl4.ops.memory_addressing import sharpen

_INITIALIZERS = {
    "memory_initializer": ("constant", "learned", "random"),
    "weighting_initializer": ("first", "random", "uniform"),
}
# Not 0: the direction of a word of zeros has no gradient.
_START_MEMORY = 1e-6
# The start weighting puts e^5 times more on location 0 than on any other.
_START_LOGIT = 5.0


@keras.saving.register_keras_serializable(package="keras_dl4")
class NTMCell(keras.layers.Layer):
    """One step of a Neural Turing Machine: a controller with a memory.

    The controller sees the input and what was read in the step before. From
    its output, heads derive where to read and write: by content, by location
    relative to the step before, or both. `keras_dl4.layers.NTM` runs it over
    time; `keras.layers.RNN` can, unless the controller has dropout.

    All of it computes in float32: half precision cannot hold a weighting.

    Convention (state layout): a flat list of tensors, first those of the
    controller, then the read vectors `(batch, num_read_heads * word_dim)`,
    the weightings `(batch, num_heads * memory_size)` and the memory
    `(batch, memory_size * word_dim)`, row by row. Read heads come before
    write heads everywhere.

    Args:
        units: Positive int, width of the output.
        controller: `"lstm"`, `"dense"` (a tanh layer, the paper's
            feed-forward controller), or any Keras recurrent cell
            (`keras.layers.StackedRNNCells` for several layers) or layer.
            Defaults to `"lstm"`.
        controller_units: Positive int, width of an `"lstm"` or `"dense"`
            controller; unused for a given one. Defaults to `100`.
        memory_size: Positive int, number of memory locations. Defaults to
            `128`.
        word_dim: Positive int, width of a memory location. Defaults to `20`.
        num_read_heads: Positive int. Defaults to `1`.
        num_write_heads: Positive int. Defaults to `1`.
        shift_range: Odd int up to `memory_size`, number of shifts a head can
            make in a step: 3 are -1, 0 and +1. Defaults to `3`.
        memory_initializer: Start of the memory: `"constant"` (1e-6
            everywhere), `"learned"`, or `"random"` (drawn once, then fixed).
            Defaults to `"constant"`.
        weighting_initializer: Start of the learned start weighting:
            `"first"` (mostly on location 0), `"random"` or `"uniform"`.
            Defaults to `"first"`.
        read_after_write: Boolean, whether a step reads the memory it has
            just written, or the memory of the step before. Defaults to
            `False`.
        bound_add: Boolean, whether added vectors go through tanh, which
            bounds the memory. The paper leaves them linear. Defaults to
            `True`.
        parameter_clip: Positive float, bound on what the controller emits
            for the heads, before their activations. Defaults to `20.0`.
        return_trace: Boolean, whether the output carries the trace of the
            step behind the `units` values; for `keras_dl4.layers.NTM`.
            Defaults to `False`.

    Call arguments:
        inputs: Float tensor of shape `(batch, input_dim)`.
        states: List of tensors, see above.
        training: Boolean, passed to the controller.

    Returns:
        Tuple of the output, a float32 tensor of shape `(batch, units)`
        without activation, and the list of new states.

    Raises:
        ValueError: If a size is not a positive int, `shift_range` is even or
            exceeds `memory_size`, an initializer is unknown, every location
            would start alike (constant memory and uniform weighting), or the
            dtype is not float32.

    Example:

    >>> cell = keras_dl4.layers.NTMCell(8, memory_size=16, word_dim=4)
    >>> layer = keras.layers.RNN(cell, return_sequences=True)
    >>> layer(np.zeros((2, 5, 9))).shape[1:] == (5, 8)
    True

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401), section 3
    """

    def __init__(
        self,
        units: int,
        controller="lstm",
        controller_units: int = 100,
        memory_size: int = 128,
        word_dim: int = 20,
        *,
        num_read_heads: int = 1,
        num_write_heads: int = 1,
        shift_range: int = 3,
        memory_initializer: str = "constant",
        weighting_initializer: str = "first",
        read_after_write: bool = False,
        bound_add: bool = True,
        parameter_clip: float = 20.0,
        return_trace: bool = False,
        **kwargs,
    ):
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "float32"
        super().__init__(**kwargs)
        self.units = units
        self.controller_units = controller_units
        self.memory_size = memory_size
        self.word_dim = word_dim
        self.num_read_heads = num_read_heads
        self.num_write_heads = num_write_heads
        self.shift_range = shift_range
        self.memory_initializer = memory_initializer
        self.weighting_initializer = weighting_initializer
        self.read_after_write = read_after_write
        self.bound_add = bound_add
        self.parameter_clip = parameter_clip
        self.return_trace = return_trace
        self._check_arguments()
        self.num_heads = num_read_heads + num_write_heads
        self._controller_argument = controller
        self.controller = make_controller(
            controller, controller_units, self.dtype_policy
        )
        self.controller_adapter = ControllerAdapter(self.controller)
        self.output_projection = keras.layers.Dense(
            units, dtype=self.dtype_policy, name="output_projection"
        )
        self._head_shapes = head_parameter_shapes(
            num_read_heads, num_write_heads, word_dim, shift_range
        )
        self.head_projection = keras.layers.Dense(
            sum(map(math.prod, self._head_shapes.values())),
            dtype=self.dtype_policy,
            name="head_projection",
        )

    def _check_arguments(self):
        for name in (
            "units",
            "controller_units",
            "memory_size",
            "word_dim",
            "num_read_heads",
            "num_write_heads",
            "shift_range",
        ):
            value = getattr(self, name)
            is_int = isinstance(value, numbers.Integral)
            if not is_int or value is True or value < 1:
                raise ValueError(
                    f"`{name}` must be an int >= 1. Received: {name}={value!r}."
                )
        if self.shift_range % 2 == 0 or self.shift_range > self.memory_size:
            raise ValueError(
                "`shift_range` must be odd and at most `memory_size`. "
                f"Received: shift_range={self.shift_range}, "
                f"memory_size={self.memory_size}. "
                "Use 3 for the shifts -1, 0 and +1."
            )
        for name, allowed in _INITIALIZERS.items():
            if getattr(self, name) not in allowed:
                raise ValueError(
                    f"`{name}` must be one of {allowed}. "
                    f"Received: {name}={getattr(self, name)!r}."
                )
        if (
            self.memory_initializer == "constant"
            and self.weighting_initializer == "uniform"
        ):
            raise ValueError(
                "Constant memory and a uniform start weighting tell no two "
                "locations apart, ever. Received: memory_initializer="
                "'constant', weighting_initializer='uniform'. Use 'first' "
                "for the weighting, or 'random' for the memory."
            )
        if not self.parameter_clip > 0:
            raise ValueError(
                "`parameter_clip` must be positive. "
                f"Received: parameter_clip={self.parameter_clip}."
            )
        check_float32(self)

    @property
    def state_size(self):
        return [
            *self.controller_adapter.state_sizes,
            self.num_read_heads * self.word_dim,
            self.num_heads * self.memory_size,
            self.memory_size * self.word_dim,
        ]

    @property
    def output_size(self):
        trace = self.trace_shapes.values() if self.return_trace else ()
        return self.units + sum(map(math.prod, trace))

    @property
    def trace_shapes(self):
        """Shape of each part of the trace of a step, in its order."""
        return {
            "read_weightings": (self.num_read_heads, self.memory_size),
            "write_weightings": (self.num_write_heads, self.memory_size),
            "reads": (self.num_read_heads, self.word_dim),
            **self._head_shapes,
        }

    def build(self, input_shape):
        batch_size, input_dim = input_shape
        reads_dim = self.num_read_heads * self.word_dim
        hidden_dim = self.controller_adapter.build(
            (batch_size, input_dim + reads_dim)
        )
        self.head_projection.build((batch_size, hidden_dim))
        self.output_projection.build((batch_size, hidden_dim + reads_dim))
        self.start_controller_states = [
            self._add_start(f"controller_{i}", (size,), "zeros")
            for i, size in enumerate(self.controller_adapter.state_sizes)
        ]
        self.start_reads = self._add_start("reads", (reads_dim,), "zeros")
        self.start_logits = self._add_start(
            "logits",
            (self.num_heads, self.memory_size),
            self._start_logits_initializer(),
        )
        is_constant = self.memory_initializer == "constant"
        self.start_memory = self._add_start(
            "memory",
            (self.memory_size, self.word_dim),
            keras.initializers.Constant(_START_MEMORY)
            if is_constant
            else keras.initializers.RandomNormal(stddev=0.05),
            trainable=self.memory_initializer == "learned",
        )

    def _add_start(self, name, shape, initializer, trainable=True):
        return self.add_weight(
            shape=shape,
            initializer=initializer,
            trainable=trainable,
            autocast=False,
            name=f"start_{name}",
        )

    def _start_logits_initializer(self):
        if self.weighting_initializer == "first":
            first = ops.one_hot([0] * self.num_heads, self.memory_size)
            return keras.initializers.get(
                lambda shape, dtype: _START_LOGIT * ops.cast(first, dtype)
            )
        if self.weighting_initializer == "random":
            return keras.initializers.RandomNormal(stddev=1.0)
        return keras.initializers.Zeros()

    def get_initial_state(self, batch_size=None):
        controller_states = [
            state + start
            for state, start in zip(
                self.controller_adapter.get_initial_state(batch_size),
                self.start_controller_states,
                strict=True,
            )
        ]
        start_weighting = distribution(self.start_logits)
        starts = [self.start_reads, start_weighting, self.start_memory]
        starts = [ops.reshape(start, (1, -1)) for start in starts]
        ones = ops.ones((batch_size, 1))
        return controller_states + [ones * start for start in starts]

    def call(self, inputs, states, training=False):
        self._check_states(states)
        *controller_states, reads, weighting, memory = states
        weighting = ops.reshape(
            weighting, (-1, self.num_heads, self.memory_size)
        )
        memory = ops.reshape(memory, (-1, self.memory_size, self.word_dim))

        hidden, controller_states = self.controller_adapter(
            ops.concatenate([inputs, reads], axis=-1),
            controller_states,
            training,
        )
        parameters = split_head_parameters(
            self.head_projection(hidden),
            self._head_shapes,
            self.parameter_clip,
            self.bound_add,
        )
        weighting = _address(memory, weighting, parameters)
        read_weighting = weighting[:, : self.num_read_heads]
        write_weighting = weighting[:, self.num_read_heads :]
        written = erase_and_add(
            memory, write_weighting, parameters["erases"], parameters["adds"]
        )
        reads = read_memory(
            written if self.read_after_write else memory, read_weighting
        )

        flat_reads = _flatten(reads)
        output = self.output_projection(
            ops.concatenate([hidden, flat_reads], axis=-1)
        )
        if self.return_trace:
            trace = {
                "read_weightings": read_weighting,
                "write_weightings": write_weighting,
                "reads": reads,
                **parameters,
            }
            output = ops.concatenate(
                [output]
                + [_flatten(trace[name]) for name in self.trace_shapes],
                axis=-1,
            )
        return output, [
            *controller_states,
            flat_reads,
            _flatten(weighting),
            _flatten(written),
        ]

    def _check_states(self, states):
        sizes = [state.shape[-1] for state in states]
        if sizes != self.state_size:
            raise ValueError(
                "The states must be a flat list of tensors with last axes "
                f"{self.state_size}. Received: {sizes}. Take them from "
                "`get_initial_state(batch_size)`."
            )

    def get_config(self):
        controller = self._controller_argument
        if isinstance(controller, keras.layers.Layer):
            controller = keras.saving.serialize_keras_object(controller)
        return {
            **super().get_config(),
            "units": self.units,
            "controller": controller,
            "controller_units": self.controller_units,
            "memory_size": self.memory_size,
            "word_dim": self.word_dim,
            "num_read_heads": self.num_read_heads,
            "num_write_heads": self.num_write_heads,
            "shift_range": self.shift_range,
            "memory_initializer": self.memory_initializer,
            "weighting_initializer": self.weighting_initializer,
            "read_after_write": self.read_after_write,
            "bound_add": self.bound_add,
            "parameter_clip": self.parameter_clip,
            "return_trace": self.return_trace,
        }

    @classmethod
    def from_config(cls, config):
        return cls(**cls.deserialize_controller(config))

    @staticmethod
    def deserialize_controller(config):
        """Gives a copy of a config in which the controller is a layer."""
        controller = config.get("controller")
        if isinstance(controller, dict):
            controller = keras.saving.deserialize_keras_object(controller)
        return {**config, "controller": controller}


def _address(memory, previous_weighting, parameters):
    weighting = content_weighting(
        memory, parameters["keys"], parameters["key_strengths"]
    )
    weighting = interpolate(weighting, previous_weighting, parameters["gates"])
    weighting = circular_shift(weighting, parameters["shift_weightings"])
    return sharpen(weighting, parameters["sharpenings"])


def _flatten(x):
    return ops.reshape(x, (-1, math.prod(x.shape[1:])))
