"""Images that a picture, minus one word, plus another, leads to."""

import numpy as np

from keras_dl4.figures.image_mosaic import as_images
from keras_dl4.figures.image_mosaic import draw_mosaic
from keras_dl4.figures.image_mosaic import framed
from keras_dl4.figures.image_mosaic import to_colors


def plot_analogies(images, words, answers, is_right, *, title=None):
    """Plots an analogy in each row: the picture, the words, the answers.

    Right answers have a green frame, wrong ones a red one.

    Args:
        images: Array or tensor `(rows, height, width)`, or with 1 or 3
            channels at the end, the pictures that are asked about.
        words: List of pairs of strings for each row, the word that is taken
            away and the one that is added.
        answers: Array or tensor `(rows, answers, height, width)`, with the
            same channels, best first. All images share one brightness range.
        is_right: Boolean array `(rows, answers)`.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If an array has another shape, or there are not two words
            for each row.

    Example:

    >>> pictures = np.random.default_rng(0).random((6, 8, 8, 3))
    >>> figure = plot_analogies(
    ...     pictures[:1],
    ...     [("blue", "red")],
    ...     pictures[1:].reshape(1, 5, 8, 8, 3),
    ...     [[True, True, False, True, False]],
    ... )
    >>> figure.axes[0].get_yticklabels()[0].get_text()
    '− blue + red'

    References:
        - [Unifying Visual-Semantic Embeddings with Multimodal Neural Language
          Models](https://arxiv.org/abs/1411.2539), Figure 4
    """
    images = as_images("images", images, "rows")
    answers = as_images("answers", answers, "rows, answers")
    is_right = np.asarray(is_right, bool)
    if (
        images.shape != answers.shape[:1] + answers.shape[2:]
        or is_right.shape != answers.shape[:2]
        or len(words) != len(images)
        or any(isinstance(pair, str) or len(pair) != 2 for pair in words)
    ):
        raise ValueError(
            "There must be a picture, two words, answers of the same shape, "
            "and whether each is right, in every row. Received: images of "
            f"shape {images.shape}, {len(words)} pairs of words, answers of "
            f"shape {answers.shape}, is_right of shape {is_right.shape}. Index "
            "the pictures by the answers to these questions."
        )
    tiles = np.concatenate([images[:, np.newaxis], answers], axis=1)
    tiles = to_colors(tiles, tiles.min(), tiles.max())
    return draw_mosaic(
        np.concatenate(
            [framed(tiles[:, :1]), framed(tiles[:, 1:], is_right)], axis=1
        ),
        row_labels=[f"− {minus} + {plus}" for minus, plus in words],
        column_labels=["", *map(str, range(1, answers.shape[1] + 1))],
        title=title,
    )
