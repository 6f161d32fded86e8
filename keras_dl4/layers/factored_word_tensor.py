"""Words as a matrix that attributes modulate (Kiros et al. 2014)."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_dl4")
class FactoredWordTensor(keras.layers.Layer):
    """Scores of all words, by a matrix that depends on attributes.

    A language model has a matrix of word vectors, `(words, embedding_dim)`.
    One matrix for each attribute makes a tensor `T`, and a vector of
    attributes `u` mixes them, `T_u = sum_i u_i T_i`. Three factors stand for
    the tensor, so that it is never made: `T_u = W_v diag(u W_d) W_k^T`.

    `embed` looks words up without attributes, in `W_v W_k^T`.

    Args:
        vocabulary_size: Positive int, the number of words.
        num_factors: Positive int, columns of each factor.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: List of predicted vectors `(..., embedding_dim)`, and of
            attributes `(..., attribute_dim)`; axes of size one are broadcast.

    Returns:
        Float tensor `(..., vocabulary_size)` of scores, which a softmax turns
        into probabilities.

    Raises:
        ValueError: If a size is no positive int, or the inputs are no list of
            two tensors.

    Example:

    >>> words = keras_dl4.layers.FactoredWordTensor(50, num_factors=8)
    >>> words([np.ones((2, 7, 4)), np.ones((2, 1, 3))]).shape == (2, 7, 50)
    True
    >>> words.embed(np.array([[7, 3, 0]])).shape == (1, 3, 4)
    True

    References:
        - [Unifying Visual-Semantic Embeddings with Multimodal Neural Language
          Models](https://arxiv.org/abs/1411.2539), section 3.2
    """

    def __init__(self, vocabulary_size, num_factors, **kwargs):
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.num_factors = num_factors
        for name in ("vocabulary_size", "num_factors"):
            size = getattr(self, name)
            is_int = isinstance(size, int) and not isinstance(size, bool)
            if not is_int or size < 1:
                raise ValueError(
                    f"`{name}` must be a positive int. Received: "
                    f"{name}={size!r}."
                )

    def build(self, input_shape):
        if len(input_shape) != 2 or not isinstance(
            input_shape[0], list | tuple
        ):
            raise ValueError(
                "The inputs must be a list of vectors (..., embedding_dim) and "
                f"attributes (..., attribute_dim). Received: {input_shape}."
            )
        (*_, embedding_dim), (*_, attribute_dim) = input_shape

        def factor(name, rows, initializer="glorot_uniform"):
            return self.add_weight(
                shape=(rows, self.num_factors),
                initializer=initializer,
                name=name,
            )

        self.word_factors = factor("word_factors", self.vocabulary_size)
        self.vector_factors = factor("vector_factors", embedding_dim)
        # What attributes of length one multiply with is near 1 in size.
        self.attribute_factors = factor(
            "attribute_factors",
            attribute_dim,
            keras.initializers.RandomNormal(stddev=1.0),
        )
        self.bias = self.add_weight(
            shape=(self.vocabulary_size,), initializer="zeros", name="bias"
        )

    def embed(self, ids):
        """Vectors of words.

        Args:
            ids: Int tensor `(...)`.

        Returns:
            Float tensor `(..., embedding_dim)`.
        """
        factors = ops.take(self.word_factors, ids, axis=0)
        return ops.matmul(factors, ops.transpose(self.vector_factors))

    def call(self, inputs):
        vectors, attributes = inputs
        factors = ops.matmul(vectors, self.vector_factors)
        factors = factors * ops.matmul(attributes, self.attribute_factors)
        return ops.matmul(factors, ops.transpose(self.word_factors)) + self.bias

    def compute_output_shape(self, input_shape):
        vectors, attributes = input_shape
        shape = [
            one if other == 1 else other
            for one, other in zip(vectors[:-1], attributes[:-1], strict=True)
        ]
        return (*shape, self.vocabulary_size)

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "num_factors": self.num_factors,
        }
