"""All that a decoder makes of two latent dimensions, on one sheet."""

import statistics

import numpy as np

from keras_dl4.figures.image_mosaic import as_images
from keras_dl4.figures.image_mosaic import draw_mosaic
from keras_dl4.figures.image_mosaic import to_colors

_LABELED = 5  # latent values along each axis


def plot_latent_manifold(decode, num_steps=20, *, title=None):
    """Plots the images that a decoder makes of a grid of two-dimensional codes.

    The codes are the quantiles of the standard normal distribution at evenly
    spaced probabilities `(i + 1/2) / num_steps`, so that each image stands
    for the same share of the prior. The first latent dimension grows to the
    right, the second upward.

    Args:
        decode: Function from codes, a float32 array of shape
            `(num_steps^2, 2)`, to images: an array or tensor of shape
            `(num_steps^2, height, width)`, or with 1 or 3 channels at the
            end. They share one brightness range.
        num_steps: Int >= 2, codes along each axis. Defaults to `20`.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If `num_steps` is no int of at least 2, or `decode` does
            not return an image for each code.

    Example:

    >>> def decode(codes):
    ...     return np.outer(codes[:, 0], np.ones(64)).reshape(-1, 8, 8)
    >>> figure = plot_latent_manifold(decode, num_steps=10)
    >>> figure.axes[0].get_xlabel()
    'First latent dimension'

    References:
        - [Auto-Encoding Variational Bayes](https://arxiv.org/abs/1312.6114),
          Figure 4 and appendix A
    """
    if not isinstance(num_steps, int) or num_steps < 2:
        raise ValueError(
            "`num_steps` must be an int of at least 2, the codes along each "
            f"axis. Received: num_steps={num_steps!r}."
        )
    probabilities = (np.arange(num_steps) + 0.5) / num_steps
    normal = statistics.NormalDist()
    values = np.array([normal.inv_cdf(each) for each in probabilities])
    across, up = np.meshgrid(values, values[::-1])
    codes = np.stack([across.ravel(), up.ravel()], axis=-1).astype("float32")
    images = as_images("decode(codes)", decode(codes), "codes")
    if len(images) != len(codes):
        raise ValueError(
            f"`decode` must return an image for each of {len(codes)} codes. "
            f"Received: {len(images)} images. Pass the decoder itself, "
            "without a batch size of its own."
        )
    figure = draw_mosaic(
        to_colors(images, images.min(), images.max()).reshape(
            num_steps, num_steps, *images.shape[1:-1], 3
        ),
        row_labels=_labels(values[::-1]),
        column_labels=_labels(values),
        title=title,
    )
    figure.axes[0].set_xlabel("First latent dimension", fontsize=9)
    figure.axes[0].set_ylabel("Second latent dimension", fontsize=9)
    return figure


def _labels(values):
    """A few of the values, with the ends, as text; else nothing."""
    shown = np.linspace(0, len(values) - 1, min(_LABELED, len(values)))
    shown = set(np.round(shown).astype(int).tolist())
    return [
        f"{value:.1f}" if index in shown else ""
        for index, value in enumerate(values)
    ]
