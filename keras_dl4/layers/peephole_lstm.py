"""An LSTM whose gates see the cell."""

import keras

from keras_dl4.backend import read_once
from keras_dl4.layers.peephole_lstm_cell import PeepholeLSTMCell

_LAYER_ARGUMENTS = (
    "go_backwards",
    "name",
    "stateful",
    "trainable",
    "unroll",
    "zero_output_for_mask",
)


@keras.saving.register_keras_serializable(package="keras_dl4")
class PeepholeLSTM(keras.layers.RNN):
    """An LSTM whose gates see the cell.

    Use it like `keras.layers.LSTM`, which has no peepholes: they let a gate
    act on what is stored, even while the output gate is closed. With
    `peephole=None` both compute the same from the same weights.

    Sentences that are padded on the right and masked give what they give
    alone. There is no dropout; put `keras.layers.Dropout` in front.

    Args:
        units: Positive int, width of the output.
        peephole: `"diagonal"`, `"full"` or `None`, see
            `keras_dl4.layers.PeepholeLSTMCell`. Defaults to `"diagonal"`.
        return_sequences: Boolean, whether to return the outputs of all
            steps, or of the last one. Defaults to `False`.
        return_state: Boolean, whether to return the last state as well.
            Defaults to `False`.
        **kwargs: Arguments of `keras_dl4.layers.PeepholeLSTMCell`
            (`activation`, `recurrent_activation`, `unit_forget_bias`, the
            initializers, `dtype`) and of `keras.layers.RNN` (`go_backwards`,
            `stateful`, `unroll`, `zero_output_for_mask`, `name`,
            `trainable`).

    Call arguments:
        sequences: Float tensor of shape `(batch, time, input_dim)`.
        initial_state: Optional list of two tensors of shape `(batch, units)`
            to start from. Defaults to zeros.
        mask: Optional boolean tensor of shape `(batch, time)`. A step that
            is `False` leaves state and output as they were.
        training: Boolean, unused.

    Returns:
        Float tensor of shape `(batch, time, units)` with `return_sequences`,
        else `(batch, units)`; with `return_state` a list of it and the two
        states, `(batch, units)` each.

    Raises:
        ValueError: If `units` is not a positive int, or `peephole` is
            unknown.

    Example:

    >>> layer = keras_dl4.layers.PeepholeLSTM(4, return_sequences=True)
    >>> layer(np.ones((2, 5, 3))).shape == (2, 5, 4)
    True

    References:
        - [Unifying Visual-Semantic Embeddings with Multimodal Neural Language
          Models](https://arxiv.org/abs/1411.2539), section 2.1
    """

    def __init__(
        self,
        units: int,
        peephole="diagonal",
        return_sequences: bool = False,
        return_state: bool = False,
        **kwargs,
    ):
        layer_arguments = {
            name: kwargs.pop(name)
            for name in _LAYER_ARGUMENTS
            if name in kwargs
        }
        cell = PeepholeLSTMCell(units, peephole, **kwargs)
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            dtype=cell.dtype_policy,
            **layer_arguments,
        )

    def inner_loop(self, sequences, initial_state, mask, training=False):
        with read_once(self.cell.variables):
            return super().inner_loop(
                sequences, initial_state, mask, training=training
            )

    def get_config(self):
        config = super().get_config()
        del config["cell"]
        return {**self.cell.get_config(), **config}

    @classmethod
    def from_config(cls, config):
        return cls(**config)
