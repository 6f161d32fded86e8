"""Sentences as vectors of the role that they play in a score."""

import keras
from keras import ops

from keras_dl4.layers.noise_source import NoiseSource
from keras_dl4.ops.sentence_encoding import position_weights
from keras_dl4.ops.sentence_encoding import sum_words
from keras_dl4.ops.sentence_encoding import with_nil_word

ENCODINGS = ("bow", "bigrams", "position")
UNKNOWN_ID = 1
# Columns of the table of words, in units of the embedding: a sentence of a
# story as a memory, as a fact for later hops, as a fact for the response; a
# question for the output, for the response; a word as an answer.
STORY, QUESTION, ANSWER = (0, 3), (3, 5), (5, 6)


class RoleFeatures(keras.layers.Layer):
    """Embeds bags of words, each word by a vector of its own in each role.

    This is `U` times the features of a sentence, where each word has several
    features (Weston et al. 2014, section 3.1). Bigrams and contexts start at
    zero, so that what training has not seen has no part in a score.

    Args:
        vocabulary_size: Int, with the nil word and the unknown word.
        embedding_dim: Int.
        encoding: One of `ENCODINGS`.
        unknown_word_rate: Float from 0 to 1, the probability that a word is
            hidden in an example of training. If it is not 0, unknown words
            are described by the words to the left and to the right of them.
        seed: Int or `None`, of what is hidden.
        **kwargs: Arguments of `keras.layers.Layer`.
    """

    def __init__(
        self,
        vocabulary_size,
        embedding_dim,
        encoding,
        unknown_word_rate,
        seed,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.embedding_dim = embedding_dim
        self.encoding = encoding
        self.unknown_word_rate = unknown_word_rate
        self.noise = NoiseSource(seed) if unknown_word_rate else None

    def build(self, input_shape=None):
        size, dim = self.vocabulary_size, self.embedding_dim
        normal = keras.initializers.RandomNormal(stddev=0.1)
        of_sentences = QUESTION[1] * dim
        self.words = self.add_weight(
            (size, ANSWER[1] * dim), normal, name="words"
        )
        if self.encoding == "bigrams":
            self.bigrams = self.add_weight(
                (size * size, of_sentences), "zeros", name="bigrams"
            )
        if self.unknown_word_rate:
            self.left_context, self.right_context = (
                self.add_weight((size, of_sentences), "zeros", name=name)
                for name in ("left_context", "right_context")
            )
        self.built = True

    def call(self, word_ids, roles):
        """Encodes sentences.

        Args:
            word_ids: Int tensor `(..., num_words)`.
            roles: `STORY` or `QUESTION`.

        Returns:
            List of a tensor `(..., embedding_dim)` for each of the roles.
        """
        weights = None
        if self.encoding == "position":
            num_words = word_ids.shape[-1]
            weights = position_weights(
                num_words, self.embedding_dim, self.encoding
            )
        features = sum_words(self._table(self.words, roles), word_ids, weights)
        if self.encoding == "bigrams":
            left, right = word_ids[..., :-1], word_ids[..., 1:]
            pairs = ops.where(
                right == 0, 0, left * self.vocabulary_size + right
            )
            table = self._table(self.bigrams, roles)
            features = features + sum_words(table, pairs)
        if self.unknown_word_rate:
            features = features + self._contexts(word_ids, roles)
        return ops.split(features, roles[1] - roles[0], axis=-1)

    def answers(self):
        """Vectors of all words as answers, `(vocabulary_size, dim)`."""
        return self._table(self.words, ANSWER)

    def hide_words(self, *word_ids):
        """Makes some words of each example unknown, everywhere in it.

        Args:
            *word_ids: Int tensors `(batch, ...)`.

        Returns:
            List of tensors of the same shapes.
        """
        batch_size = ops.shape(word_ids[0])[0]
        draws = self.noise.uniform((batch_size, self.vocabulary_size))
        is_word = ops.arange(self.vocabulary_size) > UNKNOWN_ID
        hidden = ops.logical_and(draws < self.unknown_word_rate, is_word)
        hidden = ops.cast(hidden, "int32")
        shown = []
        for ids in word_ids:
            flat = ops.reshape(ids, (batch_size, -1))
            is_hidden = ops.take_along_axis(hidden, flat, axis=1)
            flat = ops.where(is_hidden == 1, UNKNOWN_ID, flat)
            shown.append(ops.reshape(flat, ops.shape(ids)))
        return shown

    def _contexts(self, word_ids, roles):
        """Sum over unknown words of the words on either side of them.

        A word counts as often as there are unknown ones to its other side.
        """
        is_unknown = ops.cast(word_ids == UNKNOWN_ID, "float32")
        so_far = ops.cumsum(is_unknown, axis=-1)
        behind = ops.sum(is_unknown, axis=-1, keepdims=True) - so_far
        return sum(
            ops.einsum(
                "...j,...jd->...d",
                count,
                ops.take(self._table(context, roles), word_ids, axis=0),
            )
            for count, context in (
                (behind, self.left_context),
                (so_far - is_unknown, self.right_context),
            )
        )

    def _table(self, table, roles):
        start, end = (role * self.embedding_dim for role in roles)
        return with_nil_word(table[:, start:end])
