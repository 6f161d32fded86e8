"""The directions in which a code changes most, beside the example."""

import numpy as np

from keras_dl4.figures.image_mosaic import as_images
from keras_dl4.figures.image_mosaic import draw_mosaic
from keras_dl4.figures.image_mosaic import to_colors
from keras_dl4.figures.image_mosaic import to_signed_colors


def plot_tangents(images, tangents, *, title=None):
    """Plots each image with the tangents of the manifold that it lies on.

    Each row is one example: the image, then the directions that its code
    notices, leading ones first. For a contractive autoencoder they span the
    plane that touches the manifold of the data there: shifts and bends of a
    stroke. Middle gray is 0; each tangent has a scale of its own.

    Args:
        images: Array or tensor of shape `(batch, height, width)`, or with 1
            or 3 channels at the end.
        tangents: Array of shape `(batch, directions, height, width)`, or with
            those channels: what `keras_dl4.evaluation.tangent_directions`
            finds, reshaped to images.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If an array has another shape, or they do not fit.

    Example:

    >>> rng = np.random.default_rng(0)
    >>> figure = plot_tangents(
    ...     rng.random((3, 8, 8)), rng.normal(size=(3, 6, 8, 8))
    ... )
    >>> [label.get_text() for label in figure.axes[0].get_xticklabels()]
    ['input', '1', '2', '3', '4', '5', '6']

    References:
        - Rifai et al., 2011, "The manifold tangent classifier", section 3
    """
    images = as_images("images", images)
    tangents = as_images("tangents", tangents, "batch, directions")
    if tangents.shape[:1] + tangents.shape[2:] != images.shape:
        raise ValueError(
            "`tangents` must be directions in the space of the images, for "
            f"each of them. Received: images of shape {images.shape}, "
            f"tangents of shape {tangents.shape}. Reshape flat directions to "
            "images, and pass the images that they were found at."
        )
    shown = to_colors(images, images.min(), images.max())[:, np.newaxis]
    tiles = np.concatenate([shown, to_signed_colors(tangents)], axis=1)
    return draw_mosaic(
        tiles,
        column_labels=["input", *map(str, range(1, 1 + tangents.shape[1]))],
        title=title,
    )
