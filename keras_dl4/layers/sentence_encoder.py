"""Vectors of sentences from vectors of words."""

import keras
from keras import ops

from keras_dl4.ops.sentence_encoding import ENCODINGS
from keras_dl4.ops.sentence_encoding import position_weights


@keras.saving.register_keras_serializable(package="keras_dl4")
class SentenceEncoder(keras.layers.Layer):
    """Sums the vectors of the words of a sentence, weighted by position.

    Put it behind a `keras.layers.Embedding(..., mask_zero=True)`, whose mask
    leaves out the words that pad. Sentences without a word become zero, and
    are masked for the layers that follow.

    Args:
        encoding: `"position"`, the weights of the paper, which keep the order
            of words; `"position_matlab"`, those of its authors' code, about
            twice as large; or `"bow"`, a plain sum. Formulas are at
            `keras_dl4.ops.position_weights`. Defaults to `"position"`.
        per_sentence_length: Boolean, whether a position is relative to the
            number of words that are not masked, and not to the padded length
            as in the authors' code. Defaults to `False`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, ..., words, dim)`.
        mask: Boolean tensor of shape `(batch, ..., words)`, which words are
            there; the others must be at the end. `None` for all. Defaults to
            `None`.

    Returns:
        Float tensor of shape `(batch, ..., dim)`.

    Raises:
        ValueError: If `encoding` is unknown, or the inputs have fewer than
            three axes or an unknown number of words.

    Example:

    >>> words = keras.layers.Embedding(100, 20, mask_zero=True)
    >>> encoder = keras_dl4.layers.SentenceEncoder()
    >>> story = np.array([[[5, 7, 3], [4, 2, 0], [0, 0, 0]]])
    >>> memory = encoder(words(story))
    >>> memory.shape == (1, 3, 20)
    True

    References:
        - [End-To-End Memory Networks](https://arxiv.org/abs/1503.08895),
          section 4.1, Sentence Representation
    """

    def __init__(
        self, encoding="position", per_sentence_length=False, **kwargs
    ):
        super().__init__(**kwargs)
        if encoding not in ENCODINGS:
            raise ValueError(
                f"`encoding` must be one of {ENCODINGS}. Received: "
                f"encoding={encoding!r}. Choose 'position' to tell sentences "
                "of the same words apart."
            )
        self.encoding = encoding
        self.per_sentence_length = per_sentence_length
        self.supports_masking = True

    def build(self, input_shape):
        if len(input_shape) < 3 or None in input_shape[-2:]:
            raise ValueError(
                "The inputs must have the shape (batch, ..., words, dim), with "
                "known words and dim. Received: input shape "
                f"{tuple(input_shape)}. Look word ids up in a "
                "`keras.layers.Embedding`, and pad sentences to one length."
            )

    def call(self, inputs, mask=None):
        inputs = ops.cast(inputs, self.compute_dtype)
        if mask is not None:
            # Not a product: what is masked may be infinite.
            inputs = ops.where(mask[..., None], inputs, ops.zeros_like(inputs))
        if self.encoding == "bow":
            return ops.sum(inputs, axis=-2)
        lengths = None
        if self.per_sentence_length and mask is not None:
            lengths = ops.sum(ops.cast(mask, "int32"), axis=-1)
        weights = position_weights(*inputs.shape[-2:], self.encoding, lengths)
        return ops.sum(inputs * ops.cast(weights, inputs.dtype), axis=-2)

    def compute_mask(self, inputs, mask=None):
        # That of the sentences, unless there is one sentence an example.
        if mask is None or len(mask.shape) < 3:
            return None
        return ops.any(mask, axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-2], input_shape[-1])

    def get_config(self):
        config = {
            "encoding": self.encoding,
            "per_sentence_length": self.per_sentence_length,
        }
        return {**super().get_config(), **config}
