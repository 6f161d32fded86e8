"""Stories and sentences as text, read by TensorFlow as models read them."""

import keras

_SPECIAL_WORDS = ["", "[UNK]"]
# ASCII punctuation and what else `StoryVectorizer` takes off words, in the
# order in which a class of characters can hold it.
_PUNCTUATION = r"[!-/:-@\[-`{-~…¿¡«»“”„‘’。、，？！।]+"
# What `str.split` takes for white space, but for the end of a line.
_SPACE = r"[\t\v\f\r\x1c-\x1f\x{85}\p{Z}]"


class StoryReader(keras.layers.Layer):
    """Turns stories and questions, as strings, into ids of words.

    Args:
        vocabulary: List of words, `["", "[UNK]", ...]`.
    """

    def __init__(self, vocabulary, **kwargs):
        super().__init__(**kwargs)
        self.lookup = _lookup(vocabulary)

    def call(self, inputs):
        import tensorflow as tf

        story = _words(_sentences(_spaced(inputs["story"])))
        # What is only punctuation is no sentence; the newest comes first.
        story = tf.ragged.boolean_mask(story, story.row_lengths(2) > 0)
        story = tf.reverse(story, axis=[1])
        return {
            "story": self.lookup(story.to_tensor()),
            "question": _sentence_ids(self.lookup, inputs["question"]),
        }


class SentenceReader(keras.layers.Layer):
    """Turns sentences, as strings, into ids of words.

    Args:
        vocabulary: List of words, `["", "[UNK]", ...]`.
    """

    def __init__(self, vocabulary, **kwargs):
        super().__init__(**kwargs)
        self.lookup = _lookup(vocabulary)

    def call(self, inputs):
        import tensorflow as tf

        ids = _sentence_ids(self.lookup, inputs)
        return tf.pad(ids, [[0, 0], [0, 1]])  # also one without words has some


def _lookup(vocabulary):
    words = vocabulary[len(_SPECIAL_WORDS) :]
    return keras.layers.StringLookup(vocabulary=words, mask_token="")


def _sentence_ids(lookup, text):
    """`(batch,)` strings as ids `(batch, words)`, padded by 0."""
    return lookup(_words(_spaced(text)).to_tensor())


def _spaced(text):
    """All white space but the end of a line as spaces."""
    import tensorflow as tf

    return tf.strings.regex_replace(text, _SPACE, " ")


def _sentences(text):
    """`(batch,)` strings as a ragged tensor `(batch, sentences)`."""
    import tensorflow as tf

    ends = tf.strings.regex_replace(text, r"([.!?])\s+", "\\1\n")
    return tf.strings.split(ends, "\n")


def _words(text):
    """The words of strings, in a further ragged axis."""
    import tensorflow as tf

    lower = tf.strings.lower(text, encoding="utf-8")
    words = tf.ragged.map_flat_values(tf.strings.split, lower)
    words = tf.strings.regex_replace(words, f"^{_PUNCTUATION}", "")
    words = tf.strings.regex_replace(words, f"{_PUNCTUATION}$", "")
    return tf.ragged.boolean_mask(words, words != "")
