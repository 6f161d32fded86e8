"""Samples beside the training images that they are most like."""

import numpy as np

from keras_dl4.figures.image_mosaic import as_images
from keras_dl4.figures.image_mosaic import draw_mosaic
from keras_dl4.figures.image_mosaic import to_colors


def plot_nearest_neighbors(samples, neighbors, *, title=None):
    """Plots samples in the first row, their neighbors below, nearest first.

    Where the rows look alike, the model has copied its training data.

    Args:
        samples: Array or tensor of shape `(batch, height, width)`, or with 1
            or 3 channels at the end.
        neighbors: Array or tensor of shape `(batch, neighbors, height,
            width)`, with the same channels, such as
            `images[evaluation.nearest_examples(samples, images, 3)[0]]`. All
            share one brightness range.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If an array has another shape or is empty, or the two do
            not fit each other.

    Example:

    >>> images = np.random.default_rng(0).random((20, 8, 8))
    >>> figure = plot_nearest_neighbors(
    ...     images[:5], np.stack([images[5:10], images[10:15]], axis=1)
    ... )
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['sample', 'nearest', '2nd']

    References:
        - [Generative Adversarial Networks](https://arxiv.org/abs/1406.2661),
          Figure 2
    """
    samples = as_images("samples", samples)
    neighbors = as_images("neighbors", neighbors, "batch, neighbors")
    if (
        samples.shape[0] != neighbors.shape[0]
        or samples.shape[1:] != neighbors.shape[2:]
    ):
        raise ValueError(
            "`neighbors` must hold images of the same shape for each sample. "
            f"Received: samples of shape {samples.shape}, neighbors of shape "
            f"{neighbors.shape}. Index the training images by the neighbors "
            "of these samples."
        )
    rows = np.concatenate([samples[:, np.newaxis], neighbors], axis=1)
    labels = ["sample", "nearest", "2nd", "3rd"]
    labels += [f"{place}th" for place in range(4, len(rows[0]))]
    return draw_mosaic(
        to_colors(rows.swapaxes(0, 1), rows.min(), rows.max()),
        row_labels=labels[: len(rows[0])],
        title=title,
    )
