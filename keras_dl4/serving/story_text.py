"""Stories as text, read by TensorFlow as `StoryVectorizer` reads them."""

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
        self.lookup = keras.layers.StringLookup(
            vocabulary=vocabulary[len(_SPECIAL_WORDS) :], mask_token=""
        )

    def call(self, inputs):
        import tensorflow as tf

        story, question = (
            tf.strings.regex_replace(inputs[name], _SPACE, " ")
            for name in ("story", "question")
        )
        story = _words(_sentences(story))
        # What is only punctuation is no sentence; the newest comes first.
        story = tf.ragged.boolean_mask(story, story.row_lengths(2) > 0)
        story = tf.reverse(story, axis=[1])
        return {
            "story": self.lookup(story.to_tensor()),
            "question": self.lookup(_words(question).to_tensor()),
        }


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
