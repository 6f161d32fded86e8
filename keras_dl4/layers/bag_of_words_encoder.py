"""Vectors of sentences that are linear in those of their words."""

import keras
from keras import ops

_MODES = ("sum", "mean")


@keras.saving.register_keras_serializable(package="keras_dl4")
class BagOfWordsEncoder(keras.layers.Layer):
    """Sums up or averages the vectors of the words of a sentence.

    Order does not count. Being linear it makes a space in which words can be
    added and subtracted: a picture of a blue car, minus "blue", plus "red", is
    near pictures of red cars, which recurrent encoders do not give.

    Put it behind a `keras.layers.Embedding(..., mask_zero=True)`, whose mask
    leaves out the words that pad.

    Args:
        mode: String, `"sum"` or `"mean"`. Defaults to `"sum"`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, words, dim)`.
        mask: Boolean tensor of shape `(batch, words)`, which words are there,
            or `None` for all. Defaults to `None`.

    Returns:
        Float tensor of shape `(batch, dim)`; zero for a sentence without words.

    Raises:
        ValueError: If `mode` is unknown, or the inputs do not have three axes.

    Example:

    >>> encoder = keras_dl4.layers.BagOfWordsEncoder("mean")
    >>> words = np.array([[[1.0, 2.0], [3.0, 4.0], [9.0, 9.0]]])
    >>> np.array(encoder(words, mask=np.array([[True, True, False]])))
    array([[2., 3.]], dtype=float32)

    References:
        - [Unifying Visual-Semantic Embeddings with Multimodal Neural Language
          Models](https://arxiv.org/abs/1411.2539), section 3.1, linear encoders
    """

    def __init__(self, mode="sum", **kwargs):
        super().__init__(**kwargs)
        if mode not in _MODES:
            raise ValueError(
                f"`mode` must be one of {_MODES}. Received: mode={mode!r}. "
                "Before unit normalization both give the same."
            )
        self.mode = mode
        self.supports_masking = True

    def build(self, input_shape):
        if len(input_shape) != 3:
            raise ValueError(
                "The inputs must be of shape (batch, words, dim). Received: "
                f"shape {tuple(input_shape)}. Look word ids up in a "
                "`keras.layers.Embedding`."
            )

    def call(self, inputs, mask=None):
        if mask is None:
            reduce = ops.sum if self.mode == "sum" else ops.mean
            return reduce(inputs, axis=1)
        # Not a product: what is masked may be infinite.
        total = ops.sum(
            ops.where(mask[..., None], inputs, ops.zeros_like(inputs)), axis=1
        )
        if self.mode == "sum":
            return total
        count = ops.sum(ops.cast(mask, "float32"), axis=1, keepdims=True)
        return total / ops.cast(ops.maximum(count, 1.0), total.dtype)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[2])

    def get_config(self):
        return {**super().get_config(), "mode": self.mode}
