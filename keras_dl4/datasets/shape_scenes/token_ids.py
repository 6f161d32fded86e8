"""Words and tags as numbers."""

import numpy as np

from keras_dl4.datasets.shape_scenes.lexicon import TAGS
from keras_dl4.datasets.shape_scenes.lexicon import VOCABULARY
from keras_dl4.datasets.shape_scenes.lexicon import WORD_TAGS

CAPTION_LENGTH = 16
_IDS = {word: number for number, word in enumerate(VOCABULARY)}
_UNKNOWN = 1
# A tag's id is its place in `TAGS` plus 1; a word without one has 0.
_TAG_IDS = np.array(
    [
        TAGS.index(WORD_TAGS[word]) + 1 if word in WORD_TAGS else 0
        for word in VOCABULARY
    ],
    "int32",
)


def encode_captions(captions, length=CAPTION_LENGTH):
    """Word ids of captions, by `VOCABULARY`.

    Args:
        captions: Sequence of strings, or of sequences of words.
        length: Int, words in a row. Defaults to `16`.

    Returns:
        Int32 array of shape `(num_captions, length)`, 0 after the end, 1 for
        words that no caption of `ShapeScenes` has.

    Raises:
        ValueError: If a caption has more words than `length`.

    Example:

    >>> ids = encode_captions(["a red circle", "a furry circle"], length=4)
    >>> [[VOCABULARY[i] for i in row] for row in ids]
    [['a', 'red', 'circle', ''], ['a', '[UNK]', 'circle', '']]
    """
    ids = np.zeros((len(captions), length), "int32")
    for row, caption in enumerate(captions):
        words = caption.split() if isinstance(caption, str) else caption
        if len(words) > length:
            raise ValueError(
                f"A caption must have at most {length} words. Received: "
                f"{caption!r}, {len(words)} words. Pass a larger `length`."
            )
        ids[row, : len(words)] = [_IDS.get(w, _UNKNOWN) for w in words]
    return ids


def encode_tags(token_ids):
    """Tag ids, int32 of the same shape: the place in `TAGS` plus 1, or 0."""
    return _TAG_IDS[token_ids]
