"""What a search is asked for, and the vectors that it compares."""

import numpy as np
from keras import ops

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


def checked_place(place, number):
    """The place of one of several images, as an int from 0.

    Args:
        place: Int, or an array of no axes; below 0 from the end.
        number: Int, of how many.

    Returns:
        Int.

    Raises:
        ValueError: If it is none.
    """
    value = np.asarray(place)
    if value.dtype.kind not in "iu" or not -number <= value < number:
        raise ValueError(
            f"A place must be an int from {-number} to {number - 1}, as the "
            f"index has {number} images. Received: image={place!r}. Pass one "
            "that `search` has found, or an array, the image itself."
        )
    return int(value) % number


def checked_vectors(what, vectors, given):
    """Vectors as an array, if they are vectors.

    Args:
        what: String, what they are of, for the message.
        vectors: Tensor that is to be `(number, embedding_dim)`.
        given: Array or texts that they were made of, for the message.

    Returns:
        Float32 array.

    Raises:
        ValueError: If they are of another rank, or not finite.
    """
    vectors = np.asarray(ops.convert_to_numpy(vectors), "float32")
    if vectors.ndim != 2:
        raise ValueError(
            f"{what} must become vectors, (number, embedding_dim). Received: "
            f"shape {np.shape(given)}, which becomes {vectors.shape}. Pass "
            "arrays of as many axes as in training."
        )
    if not np.all(np.isfinite(vectors)):
        raise ValueError(
            f"Vectors of {what.lower()} must be finite. Received: "
            f"{int(np.sum(~np.isfinite(vectors)))} values of {vectors.size} "
            "that are NaN or infinite. Check the values of what you pass, and "
            "the weights of the model."
        )
    return vectors
