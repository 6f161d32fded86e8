"""What a search is asked for, and the vectors that it compares."""

from keras_dl4.layers.story_text import SPECIAL_WORDS
from keras_dl4.layers.story_text import words_of


def check_known(name, text, vocabulary):
    """Refuses a text of which a model knows no word.

    Args:
        name: String, the argument, for the message.
        text: String; anything else is let pass, and so is an empty text.
        vocabulary: List of words, the special ones first, or `None`.

    Raises:
        ValueError: If there are words, and none is known.
    """
    if vocabulary is None or not isinstance(text, str):
        return
    words = words_of(text)
    if words and not set(words) & set(vocabulary[len(SPECIAL_WORDS) :]):
        raise ValueError(
            f"A word of `{name}` must be in the vocabulary. Received: "
            f"{name}={text!r}. Take a word that captions had in training."
        )
