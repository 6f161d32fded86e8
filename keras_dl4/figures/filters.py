"""What the hidden units of a dense layer look for in an image."""

import math

import numpy as np

from keras_dl4.figures.image_mosaic import as_images
from keras_dl4.figures.image_mosaic import draw_mosaic
from keras_dl4.figures.image_mosaic import in_rows
from keras_dl4.figures.image_mosaic import to_signed_colors


def plot_filters(weights, image_shape, *, columns=None, title=None):
    """Plots the weights of each unit as an image, its filter.

    Middle gray is 0, and each filter has a scale of its own, up to its
    largest magnitude: filters show what a unit looks for, not how strongly.

    Args:
        weights: Array or tensor of shape `(inputs, units)`, such as the kernel
            of a `keras.layers.Dense`. Pass some columns of it to draw fewer.
        image_shape: Tuple of ints, `(height, width)`, or with 1 or 3 channels
            at the end: the shape whose flat form the inputs are.
        columns: Int >= 1, filters in a row, or `None` for a square. Defaults
            to `None`.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If `weights` is no matrix, does not fit the image shape,
            or `columns` is no positive int.

    Example:

    >>> weights = np.random.default_rng(0).normal(size=(64, 25))
    >>> figure = plot_filters(weights, (8, 8))
    >>> figure.axes[0].get_images()[0].get_array().shape
    (44, 44, 3)

    References:
        - Ng, 2011, CS294A lecture notes, "Sparse autoencoder", section 4
    """
    matrix = np.asarray(weights)
    num_inputs = math.prod(image_shape)
    if matrix.ndim != 2 or matrix.shape[0] != num_inputs:
        raise ValueError(
            f"`weights` must have the shape (inputs, units), with {num_inputs} "
            f"inputs for images of shape {tuple(image_shape)}. Received: "
            f"shape {matrix.shape}. Pass the kernel of the first dense layer, "
            "and the shape of one input image."
        )
    images = as_images("weights", matrix.T.reshape(-1, *image_shape), "units")
    return draw_mosaic(in_rows(to_signed_colors(images), columns), title=title)
