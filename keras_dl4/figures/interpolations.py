"""The way from one example to another, through the codes of a model."""

import numpy as np

from keras_dl4.figures.image_mosaic import as_images
from keras_dl4.figures.image_mosaic import draw_mosaic
from keras_dl4.figures.image_mosaic import to_colors


def plot_interpolations(images, *, title=None):
    """Plots rows of images, each the way from its first to its last one.

    Below each column stands which part of the way it is.

    Args:
        images: Array or tensor of shape `(rows, steps, height, width)`, or
            with 1 or 3 channels at the end, at evenly spaced steps. They
            share one brightness range.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If `images` has another shape, or fewer than 2 steps.

    Example:

    >>> ends = np.random.default_rng(0).random((2, 3, 1, 8, 8))
    >>> part = np.linspace(0, 1, 5)[:, None, None]
    >>> figure = plot_interpolations((1 - part) * ends[0] + part * ends[1])
    >>> [label.get_text() for label in figure.axes[0].get_xticklabels()]
    ['0', '0.25', '0.5', '0.75', '1']
    """
    images = as_images("images", images, "rows, steps")
    num_steps = images.shape[1]
    if num_steps < 2:
        raise ValueError(
            "`images` must have at least 2 steps, the ends of each way. "
            f"Received: {num_steps}. Put the steps on the second axis."
        )
    return draw_mosaic(
        to_colors(images, images.min(), images.max()),
        column_labels=[f"{part:.2g}" for part in np.linspace(0, 1, num_steps)],
        title=title,
    )
