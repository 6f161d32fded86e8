"""From ids of words to the vector of a caption."""

import keras
import numpy as np

from keras_dl4.layers.bag_of_words_encoder import BagOfWordsEncoder
from keras_dl4.layers.peephole_lstm import PeepholeLSTM

_ENCODERS = ("peephole_lstm", "lstm", "bag_of_words")


@keras.saving.register_keras_serializable(package="keras_dl4")
class CaptionEncoder(keras.layers.Layer):
    """Looks words up, and makes one vector of a caption.

    A recurrent encoder knows the order of words, "a cat on a mat" from "a mat
    on a cat". A bag of words does not, but it is linear: only in its space
    can words be added and subtracted.

    Word vectors are learned, or those of `set_word_vectors`; with
    `trainable_words=False` they stay as they are, as in the paper.

    Args:
        vocabulary_size: Positive int, the number of ids. Of them 0 pads, on
            the right.
        units: Positive int, width of the output. Defaults to `300`.
        encoder: String. `"peephole_lstm"`, that of the paper: the output of a
            `keras_dl4.layers.PeepholeLSTM` at the last word; `"lstm"`, of a
            `keras.layers.LSTM`; or `"bag_of_words"`, the sum of the vectors,
            through a matrix if `word_dim` is not `units` or words are not
            trained. Defaults to `"peephole_lstm"`.
        word_dim: Positive int, width of word vectors, or `None` for `units`.
            Defaults to `None`.
        trainable_words: Boolean, whether word vectors are trained. Defaults to
            `True`.
        words_initializer: As of `keras.layers.Embedding`. Vectors of that size
            hardly open or close a gate; a recurrent encoder that is to learn
            from the order of words soon starts better from larger ones, such
            as `keras.initializers.RandomNormal(stddev=1.0)`. Defaults to
            `"uniform"`, from -0.05 to 0.05.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Int tensor of shape `(batch, words)`.
        training: Boolean, unused. Defaults to `False`.

    Returns:
        Float tensor of shape `(batch, units)`; zero for a caption without
        words.

    Raises:
        ValueError: If a size is no positive int, `encoder` is unknown, the
            inputs are not of two axes, or word vectors do not fit.

    Example:

    >>> encoder = keras_dl4.layers.CaptionEncoder(50, 4, "bag_of_words")
    >>> encoder(np.array([[7, 3, 2], [7, 3, 0]])).shape == (2, 4)
    True

    References:
        - [Unifying Visual-Semantic Embeddings with Multimodal Neural Language
          Models](https://arxiv.org/abs/1411.2539), sections 2.1 and 3.1
    """

    def __init__(
        self,
        vocabulary_size,
        units=300,
        encoder="peephole_lstm",
        word_dim=None,
        trainable_words=True,
        *,
        words_initializer="uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        if encoder not in _ENCODERS:
            raise ValueError(
                f"`encoder` must be one of {_ENCODERS}. Received: "
                f"encoder={encoder!r}. To add and subtract words, take "
                "'bag_of_words'."
            )
        self.vocabulary_size = vocabulary_size
        self.units = units
        self.encoder = encoder
        self.word_dim = units if word_dim is None else word_dim
        self.trainable_words = trainable_words
        self.words_initializer = keras.initializers.get(words_initializer)
        for name in ("vocabulary_size", "units", "word_dim"):
            value = getattr(self, name)
            is_int = isinstance(value, int) and not isinstance(value, bool)
            if not is_int or value < 1:
                raise ValueError(
                    f"`{name}` must be a positive int. Received: "
                    f"{name}={value!r}."
                )
        parts = {"dtype": self.dtype_policy}
        self.words = keras.layers.Embedding(
            vocabulary_size,
            self.word_dim,
            embeddings_initializer=self.words_initializer,
            mask_zero=True,
            trainable=trainable_words,
            name="words",
            **parts,
        )
        self.projection = None
        if encoder == "bag_of_words":
            self.sentence = BagOfWordsEncoder(name="sentence", **parts)
            if self.word_dim != units or not trainable_words:
                self.projection = keras.layers.Dense(
                    units, use_bias=False, name="projection", **parts
                )
        elif encoder == "lstm":
            self.sentence = keras.layers.LSTM(units, name="sentence", **parts)
        else:
            self.sentence = PeepholeLSTM(units, name="sentence", **parts)

    def build(self, input_shape):
        if len(input_shape) != 2:
            raise ValueError(
                "The inputs must be ids of words, (batch, words). Received: "
                f"shape {tuple(input_shape)}. Pad captions to one length by 0."
            )
        self.words.build(input_shape)
        self.sentence.build((*input_shape, self.word_dim))
        if self.projection is not None:
            self.projection.build((input_shape[0], self.word_dim))

    def call(self, inputs, training=False):
        mask = self.words.compute_mask(inputs)
        vectors = self.sentence(self.words(inputs), mask=mask)
        if self.projection is not None:
            vectors = self.projection(vectors)
        return vectors

    def set_word_vectors(self, ids, vectors):
        """Sets the vectors of some words; the others stay as they are.

        Args:
            ids: Int array `(num_words,)`.
            vectors: Float array `(num_words, word_dim)`.
        """
        ids, vectors = np.asarray(ids), np.asarray(vectors)
        if vectors.shape != (*ids.shape, self.word_dim) or ids.ndim != 1:
            raise ValueError(
                "Word vectors must be of shape (num_words, "
                f"{self.word_dim}). Received: {ids.shape} ids, and vectors of "
                f"shape {vectors.shape}. Make the encoder with `word_dim=` "
                "the size of the vectors."
            )
        is_known = np.all((ids >= 0) & (ids < self.vocabulary_size))
        if not is_known or not np.all(np.isfinite(vectors)):
            raise ValueError(
                f"Ids must be from 0 to {self.vocabulary_size - 1}, and "
                "vectors finite. Received: others. Check the vocabulary."
            )
        if not self.words.built:
            self.words.build((None, None))
        table = keras.ops.convert_to_numpy(self.words.embeddings).copy()
        table[ids] = vectors
        self.words.embeddings.assign(table)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "units": self.units,
            "encoder": self.encoder,
            "word_dim": self.word_dim,
            "trainable_words": self.trainable_words,
            "words_initializer": keras.initializers.serialize(
                self.words_initializer
            ),
        }
