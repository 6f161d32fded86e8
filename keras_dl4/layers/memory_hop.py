"""One reading of a memory by attention."""

import keras
from keras import ops

from keras_dl4.layers.memory_arguments import check_memory_shapes
from keras_dl4.layers.memory_arguments import check_nonlinearity
from keras_dl4.layers.memory_arguments import memory_mask
from keras_dl4.ops.memory_hops import read_by_attention


@keras.saving.register_keras_serializable(package="keras_dl4")
class MemoryHop(keras.layers.Layer):
    """Reads what matches a query from a memory, and adds it to the query.

    With query `u`, keys `m_i` and values `c_i`: `p = softmax(u . m_i)`, `u' =
    u + sum_i p_i c_i`. Give the result to the next hop as its query. Several
    hops may have keys and values of their own, or share them; one layer that
    is called several times is a recurrent network.

    Attention is float32 under any dtype policy.

    Args:
        nonlinearity: `"relu"`, applied to the result, or `None`. Defaults to
            `None`.
        use_transition: Boolean, whether `u` is multiplied by a learned square
            matrix H before what was read is added. Defaults to `False`.
        mask_empty: Boolean, whether memories that the mask leaves out get no
            attention. If not, they are zero vectors that may be attended to,
            as in the paper. Defaults to `True`.
        linear: Boolean, whether to leave the softmax out and weight memories
            by their match itself, in which training starts more easily. The
            attribute `linear` is a non-trainable weight: after
            `hop.linear.assign(False)` nothing is compiled again. Defaults to
            `False`.
        return_weighting: Boolean, whether to return `p` as well. Defaults to
            `False`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: List of three float tensors: the query `(batch, dim)`, the
            keys `(batch, memory_size, dim)` and the values, of the same
            shape.
        mask: List of masks, as Keras hands them on, of which that of the
            keys, or else of the values, a boolean tensor `(batch,
            memory_size)`, says which memories are there; or `None`. Defaults
            to `None`.

    Returns:
        Float32 tensor `(batch, dim)`. With `return_weighting` a tuple of it
        and the weighting, `(batch, memory_size)`. Of a memory with nothing in
        it zeros are read.

    Raises:
        ValueError: If `nonlinearity` is unknown, or the shapes of query, keys
            and values do not fit.

    Example:

    >>> hop = keras_dl4.layers.MemoryHop(return_weighting=True)
    >>> keys = np.array([[[1000.0, 0.0], [0.0, 1.0]]])
    >>> values = np.array([[[5.0, 6.0], [7.0, 8.0]]])
    >>> state, weighting = hop([np.array([[1.0, 0.0]]), keys, values])
    >>> np.array(state).tolist(), np.array(weighting).tolist()
    ([[6.0, 6.0]], [[1.0, 0.0]])

    References:
        - [End-To-End Memory Networks](https://arxiv.org/abs/1503.08895),
          sections 2.1 and 2.2
    """

    def __init__(
        self,
        nonlinearity=None,
        use_transition=False,
        mask_empty=True,
        linear=False,
        return_weighting=False,
        **kwargs,
    ):
        super().__init__(**{**kwargs, "dtype": "float32"})
        check_nonlinearity(nonlinearity)
        self.nonlinearity = nonlinearity
        self.use_transition = use_transition
        self.mask_empty = mask_empty
        self.return_weighting = return_weighting
        self.supports_masking = True
        self._start_linear = bool(linear)

    def build(self, input_shape):
        dim = check_memory_shapes(input_shape)
        self.linear = self.add_weight(
            shape=(),
            initializer="ones" if self._start_linear else "zeros",
            dtype="int32",
            trainable=False,
            name="linear",
        )
        if self.use_transition:
            self.transition = self.add_weight(
                shape=(dim, dim),
                initializer=keras.initializers.RandomNormal(stddev=0.1),
                name="transition",
            )

    def call(self, inputs, mask=None):
        state, keys, values = inputs
        mask = memory_mask(mask)
        if mask is not None and not self.mask_empty:
            keys, values = (
                ops.where(mask[..., None], each, ops.zeros_like(each))
                for each in (keys, values)
            )
            mask = None
        read, weighting = read_by_attention(
            state, keys, values, mask, self.linear
        )
        if self.use_transition:
            state = ops.matmul(state, ops.transpose(self.transition))
        state = state + read
        if self.nonlinearity == "relu":
            state = ops.relu(state)
        return (state, weighting) if self.return_weighting else state

    def compute_mask(self, inputs, mask=None):
        return (None, None) if self.return_weighting else None

    def compute_output_shape(self, input_shape):
        query, keys, _ = input_shape
        return (query, keys[:2]) if self.return_weighting else query

    def get_config(self):
        config = {
            "nonlinearity": self.nonlinearity,
            "use_transition": self.use_transition,
            "mask_empty": self.mask_empty,
            "linear": self._start_linear,
            "return_weighting": self.return_weighting,
        }
        return {**super().get_config(), **config}
