"""What texts find among images, and images among texts."""

import numpy as np

from keras_dl4.figures.image_mosaic import RIGHT
from keras_dl4.figures.image_mosaic import WRONG
from keras_dl4.figures.image_mosaic import as_images
from keras_dl4.figures.image_mosaic import draw_mosaic
from keras_dl4.figures.image_mosaic import framed
from keras_dl4.figures.image_mosaic import to_colors
from keras_dl4.figures.image_sheet import draw_image_sheet


def plot_found_images(texts, images, is_right, *, title=None):
    """Plots the images that each text finds, in a row, best first.

    Right ones have a green frame, wrong ones a red one.

    Args:
        texts: List of strings, one for each row.
        images: Array or tensor `(texts, images, height, width)`, or with 1 or
            3 channels at the end. All share one brightness range.
        is_right: Boolean array `(texts, images)`.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If an array has another shape, or there is not a text for
            each row.

    Example:

    >>> images = np.random.default_rng(0).random((1, 4, 8, 8, 3))
    >>> right = [[True, False, True, True]]
    >>> figure = plot_found_images(["a red circle"], images, right)
    >>> [label.get_text() for label in figure.axes[0].get_xticklabels()]
    ['1', '2', '3', '4']
    """
    images = as_images("images", images, "texts, images")
    is_right = np.asarray(is_right, bool)
    if is_right.shape != images.shape[:2] or len(texts) != len(images):
        raise ValueError(
            "There must be a text in every row, and whether each image is "
            f"right. Received: {len(texts)} texts, images of shape "
            f"{images.shape}, is_right of shape {is_right.shape}. Index the "
            "images by the places that `search` returns."
        )
    tiles = to_colors(images, images.min(), images.max())
    return draw_mosaic(
        framed(tiles, is_right),
        row_labels=list(texts),
        column_labels=list(map(str, range(1, images.shape[1] + 1))),
        title=title,
    )


def plot_found_texts(images, texts, is_right, *, columns=None, title=None):
    """Plots images above the texts that they find, best first.

    Right ones are green, wrong ones red.

    Args:
        images: Array or tensor `(images, height, width)`, or with 1 or 3
            channels at the end. All share one brightness range.
        texts: List of lists of strings, those of each image, equally many.
        is_right: Boolean array `(images, texts)`.
        columns: Int >= 1, images in a row, or `None` for about a square.
            Defaults to `None`.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure` with an axes for each image.

    Raises:
        ValueError: If an array has another shape, there are not as many texts,
            or `columns` is no positive int.

    Example:

    >>> images = np.random.default_rng(0).random((1, 8, 8, 3))
    >>> figure = plot_found_texts(
    ...     images, [["a red circle", "a ring"]], [[True, False]]
    ... )
    >>> len(figure.axes)
    1
    """
    images = as_images("images", images, "images")
    is_right = np.asarray(is_right, bool)
    shapes = [len(each) for each in texts]
    if is_right.ndim != 2 or shapes != [is_right.shape[1]] * len(images):
        raise ValueError(
            "There must be equally many texts for each image, and whether each "
            f"is right. Received: {len(images)} images, {shapes} texts, "
            f"is_right of shape {is_right.shape}. Take the best k of each."
        )
    lines = [
        [
            [(text, RIGHT if right else WRONG)]
            for text, right in zip(found, rights, strict=True)
        ]
        for found, rights in zip(texts, is_right, strict=True)
    ]
    return draw_image_sheet(images, lines, columns, title)
