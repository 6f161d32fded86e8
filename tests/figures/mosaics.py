"""Reads single images back out of a figure of images."""

import numpy as np


def picture_of(figure):
    (image,) = figure.axes[0].get_images()
    return np.asarray(image.get_array())


def tile_of(figure, row, column, height, width):
    """One image, `(height, width, 3)`; images are a pixel apart."""
    top, left = row * (height + 1), column * (width + 1)
    return picture_of(figure)[top : top + height, left : left + width]


def labels_of(figure):
    """The texts of the rows and of the columns."""
    axes = figure.axes[0]
    return tuple(
        [label.get_text() for label in labels]
        for labels in (axes.get_yticklabels(), axes.get_xticklabels())
    )


def gray(image, low, high):
    """Colors of a gray image, black at `low` and white at `high`."""
    return np.stack([(image - low) / (high - low)] * 3, axis=-1)
