"""Several readings of a memory whose keys are not its values."""

import keras
from keras import ops

from keras_dl4.layers.memory_arguments import check_memory_shapes
from keras_dl4.layers.memory_arguments import memory_mask
from keras_dl4.ops.memory_hops import read_by_attention


@keras.saving.register_keras_serializable(package="keras_dl4")
class KeyValueMemory(keras.layers.Layer):
    """Looks a query up in a memory of pairs, in several hops.

    With query `q`, keys `k_i` and values `v_i`, each hop `j` computes `p =
    softmax(q . k_i)` and `q' = R_j (q + sum_i p_i v_i)`. A key may hold what a
    fact is asked for by, such as "Blade Runner directed by", and the value
    what it answers; to rank answers, take the product of the result with
    their vectors. All hops read the same memory.

    The matrices `R_j` start as the identity by default. With one hop, and
    keys that are the values, this is a `MemoryHop`.

    Attention is float32 under any dtype policy.

    Args:
        num_hops: Positive int. Defaults to `1`.
        transition_initializer: Keras initializer of the matrices `R_j`.
            Defaults to `"identity"`.
        return_weightings: Boolean, whether to return `p` of each hop as well.
            Defaults to `False`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: List of three float tensors: the query `(batch, dim)`, the
            keys `(batch, memory_size, dim)` and the values, of the same
            shape.
        mask: List of masks, as Keras hands them on, of which that of the
            keys, or else of the values, a boolean tensor `(batch,
            memory_size)`, says which memories may be attended to; or `None`.
            Defaults to `None`.

    Returns:
        Float32 tensor `(batch, dim)`. With `return_weightings` a tuple of it
        and the weightings, `(batch, num_hops, memory_size)`.

    Raises:
        ValueError: If `num_hops` is not a positive int, or the shapes of
            query, keys and values do not fit.

    Example:

    >>> memory = keras_dl4.layers.KeyValueMemory()
    >>> query = np.array([[1000.0, 0.0]])
    >>> keys = np.array([[[1.0, 0.0], [0.0, 1.0]]])
    >>> values = np.array([[[0.0, 5.0], [7.0, 8.0]]])
    >>> np.array(memory([query, keys, values])).tolist()
    [[1000.0, 5.0]]

    References:
        - [Key-Value Memory Networks for Directly Reading Documents](
          https://arxiv.org/abs/1606.03126), section 3.1
    """

    def __init__(
        self,
        num_hops=1,
        transition_initializer="identity",
        return_weightings=False,
        **kwargs,
    ):
        super().__init__(**{**kwargs, "dtype": "float32"})
        if not isinstance(num_hops, int) or num_hops < 1:
            raise ValueError(
                "`num_hops` must be a positive int. Received: "
                f"num_hops={num_hops!r}"
            )
        self.num_hops = num_hops
        self.transition_initializer = keras.initializers.get(
            transition_initializer
        )
        self.return_weightings = return_weightings
        self.supports_masking = True

    def build(self, input_shape):
        dim = check_memory_shapes(input_shape)
        self.transitions = [
            self.add_weight(
                shape=(dim, dim),
                initializer=self.transition_initializer.clone(),
                name=f"transition_{hop}",
            )
            for hop in range(self.num_hops)
        ]

    def call(self, inputs, mask=None):
        state, keys, values = inputs
        mask = memory_mask(mask)
        weightings = []
        for transition in self.transitions:
            read, weighting = read_by_attention(state, keys, values, mask)
            state = ops.matmul(state + read, ops.transpose(transition))
            weightings.append(weighting)
        if self.return_weightings:
            return state, ops.stack(weightings, axis=1)
        return state

    def compute_mask(self, inputs, mask=None):
        return (None, None) if self.return_weightings else None

    def compute_output_shape(self, input_shape):
        query, keys, _ = input_shape
        if self.return_weightings:
            return query, (keys[0], self.num_hops, keys[1])
        return query

    def get_config(self):
        config = {
            "num_hops": self.num_hops,
            "transition_initializer": keras.initializers.serialize(
                self.transition_initializer
            ),
            "return_weightings": self.return_weightings,
        }
        return {**super().get_config(), **config}
