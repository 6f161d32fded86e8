"""One step of an LSTM whose gates see the cell."""

import numbers

import keras
from keras import ops

_PEEPHOLES = ("diagonal", "full", None)


@keras.saving.register_keras_serializable(package="keras_dl4")
class PeepholeLSTMCell(keras.layers.Layer):
    """One step of an LSTM whose gates see the cell.

    Input and forget gate see the cell of the step before, the output gate
    sees the new one. `keras_dl4.layers.PeepholeLSTM` runs it over time, and
    so does `keras.layers.RNN`.

    The weights are those of `keras.layers.LSTMCell`, in the same order
    (`kernel`, `recurrent_kernel`, `bias`) and with the same order of gates
    (input, forget, cell, output), followed by `peephole_kernel` for input,
    forget and output gate.

    Args:
        units: Positive int, width of the output and of the cell.
        peephole: `"diagonal"`, where each component of a gate sees its own
            component of the cell, as in all common code; `"full"`, where it
            sees all of them through a matrix, as the paper's equations are
            printed; or `None`, a plain LSTM. Defaults to `"diagonal"`.
        activation: Of the cell. Defaults to `"tanh"`.
        recurrent_activation: Of the gates. Defaults to `"sigmoid"`.
        unit_forget_bias: Boolean, whether 1 is added to the start of the
            forget gate's bias. Defaults to `True`.
        kernel_initializer: Defaults to `"glorot_uniform"`.
        recurrent_initializer: Defaults to `"orthogonal"`.
        peephole_initializer: Defaults to `"zeros"`: it starts as a plain
            LSTM.
        bias_initializer: Defaults to `"zeros"`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, input_dim)`.
        states: List of two float tensors of shape `(batch, units)`, the
            output of the step before and its cell.

    Returns:
        Tuple of the output, of shape `(batch, units)`, and the list of the
        two new states.

    Raises:
        ValueError: If `units` is not a positive int, or `peephole` is
            unknown.

    Example:

    >>> cell = keras_dl4.layers.PeepholeLSTMCell(4, peephole="full")
    >>> layer = keras.layers.RNN(cell)
    >>> layer(np.ones((2, 5, 3))).shape == (2, 4)
    True

    References:
        - [Unifying Visual-Semantic Embeddings with Multimodal Neural Language
          Models](https://arxiv.org/abs/1411.2539), section 2.1, equations 1
          to 5
    """

    def __init__(
        self,
        units: int,
        peephole="diagonal",
        activation="tanh",
        recurrent_activation="sigmoid",
        *,
        unit_forget_bias: bool = True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        peephole_initializer="zeros",
        bias_initializer="zeros",
        **kwargs,
    ):
        super().__init__(**kwargs)
        is_int = isinstance(units, numbers.Integral)
        if not is_int or isinstance(units, bool) or units < 1:
            raise ValueError(
                "`units` must be a positive int, the width of the output. "
                f"Received: units={units!r}."
            )
        if peephole not in _PEEPHOLES:
            raise ValueError(
                f"`peephole` must be one of {_PEEPHOLES}. "
                f"Received: peephole={peephole!r}."
            )
        self.units = units
        self.peephole = peephole
        self.activation = keras.activations.get(activation)
        self.recurrent_activation = keras.activations.get(recurrent_activation)
        self.unit_forget_bias = unit_forget_bias
        get = keras.initializers.get
        self.kernel_initializer = get(kernel_initializer)
        self.recurrent_initializer = get(recurrent_initializer)
        self.peephole_initializer = get(peephole_initializer)
        self.bias_initializer = get(bias_initializer)
        self.state_size = [units, units]
        self.output_size = units

    def build(self, input_shape):
        gates = 4 * self.units
        self.kernel = self.add_weight(
            shape=(input_shape[-1], gates),
            initializer=self.kernel_initializer,
            name="kernel",
        )
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, gates),
            initializer=self.recurrent_initializer,
            name="recurrent_kernel",
        )
        self.bias = self.add_weight(
            shape=(gates,), initializer=self._start_bias, name="bias"
        )
        if self.peephole is not None:
            seeing = 3 * self.units
            is_full = self.peephole == "full"
            self.peephole_kernel = self.add_weight(
                shape=(self.units, seeing) if is_full else (seeing,),
                initializer=self.peephole_initializer,
                name="peephole_kernel",
            )

    def _start_bias(self, shape, dtype=None):
        bias = self.bias_initializer(shape, dtype=dtype)
        if not self.unit_forget_bias:
            return bias
        is_forget = ops.arange(shape[0]) // self.units == 1
        return bias + ops.cast(is_forget, dtype)

    def call(self, inputs, states):
        output, cell = states
        z = ops.matmul(inputs, self.kernel)
        z += ops.matmul(output, self.recurrent_kernel) + self.bias
        z_input, z_forget, z_cell, z_output = ops.split(z, 4, axis=-1)
        if self.peephole is not None:
            to_old, to_new = ops.split(
                ops.convert_to_tensor(self.peephole_kernel),
                [2 * self.units],
                axis=-1,
            )
            seen_input, seen_forget = self._see(cell, to_old)
            z_input += seen_input
            z_forget += seen_forget
        cell = self.recurrent_activation(z_forget) * cell
        cell += self.recurrent_activation(z_input) * self.activation(z_cell)
        if self.peephole is not None:
            z_output += self._see(cell, to_new)[0]
        output = self.recurrent_activation(z_output) * self.activation(cell)
        return output, [output, cell]

    def _see(self, cell, kernel):
        """What gates see of the cell, a list with one tensor a gate."""
        number = kernel.shape[-1] // self.units
        if self.peephole == "full":
            return ops.split(ops.matmul(cell, kernel), number, axis=-1)
        return [cell * part for part in ops.split(kernel, number)]

    def get_initial_state(self, batch_size=None):
        zeros = ops.zeros((batch_size, self.units), dtype=self.compute_dtype)
        return [zeros, zeros]

    def compute_output_shape(self, input_shape, states_shape=None):
        state = (input_shape[0], self.units)
        return state, [state, state]

    def get_config(self):
        serialize = keras.initializers.serialize
        config = {
            "units": self.units,
            "peephole": self.peephole,
            "activation": keras.activations.serialize(self.activation),
            "recurrent_activation": keras.activations.serialize(
                self.recurrent_activation
            ),
            "unit_forget_bias": self.unit_forget_bias,
            "kernel_initializer": serialize(self.kernel_initializer),
            "recurrent_initializer": serialize(self.recurrent_initializer),
            "peephole_initializer": serialize(self.peephole_initializer),
            "bias_initializer": serialize(self.bias_initializer),
        }
        return {**super().get_config(), **config}
