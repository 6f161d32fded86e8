"""Scenes as in a mirror, and what is then true of them."""

import numpy as np

from keras_dl4.datasets.shape_scenes.argument_checks import check_known
from keras_dl4.datasets.shape_scenes.lexicon import VOCABULARY

# What is exchanged with what, and the axis of the pictures that is turned.
_MIRRORS = {
    "horizontal": (
        2,
        (
            ("left", "right"),
            ("left-side", "right-side"),
            ("top-left", "top-right"),
            ("bottom-left", "bottom-right"),
        ),
    ),
    "vertical": (
        1,
        (
            ("above", "below"),
            ("over", "under"),
            ("top", "bottom"),
            ("top-left", "bottom-left"),
            ("top-right", "bottom-right"),
        ),
    ),
}


def mirror_scenes(images, token_ids, direction="horizontal"):
    """Turns pictures over, and their captions with them.

    A true caption stays true, as "left" becomes "right". So a picture and its
    mirror image are a hard pair: the same things in it, and only their order
    tells which caption is whose.

    Args:
        images: Array `(number, height, width, channels)`.
        token_ids: Int array `(..., words)`, by `VOCABULARY`.
        direction: String. `"horizontal"` exchanges left and right,
            `"vertical"` above and below: a triangle then stands on its tip,
            which no scene of `ShapeScenes` shows. Defaults to
            `"horizontal"`.

    Returns:
        `(images, token_ids)`, arrays of the same shapes and dtypes.

    Raises:
        ValueError: If `direction` is none of those.

    Example:

    >>> images = np.zeros((1, 32, 32, 3))
    >>> ids = encode_captions(["a ring left of a star"], length=6)
    >>> images, ids = mirror_scenes(images, ids)
    >>> [VOCABULARY[i] for i in ids[0]]
    ['a', 'ring', 'right', 'of', 'a', 'star']
    """
    check_known("direction", direction, _MIRRORS)
    axis, pairs = _MIRRORS[direction]
    token_ids = np.asarray(token_ids)
    turned = np.arange(len(VOCABULARY), dtype=token_ids.dtype)
    for pair in pairs:
        one, other = map(VOCABULARY.index, pair)
        turned[[one, other]] = other, one
    return np.flip(images, axis), turned[token_ids]
