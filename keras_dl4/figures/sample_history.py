"""How samples change while a model is trained."""

import numpy as np

from keras_dl4.figures.image_mosaic import as_images
from keras_dl4.figures.image_mosaic import draw_mosaic
from keras_dl4.figures.image_mosaic import to_colors


def plot_sample_history(samples, *, title=None):
    """Plots a row of samples for each of several epochs.

    Samples of the same latent vectors stand below each other, so that each
    column shows one image as it develops.

    Args:
        samples: Dict from the number of an epoch to an array of shape `(batch,
            height, width)`, or with 1 or 3 channels at the end, equal for all
            epochs, such as the `history` of
            `keras_dl4.callbacks.SampleImages`. They share one brightness
            range.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If `samples` is empty, or its images have another shape, or
            not the same one in each epoch.

    Example:

    >>> rng = np.random.default_rng(0)
    >>> samples = {epoch: rng.random((6, 8, 8)) for epoch in (1, 10, 100)}
    >>> figure = plot_sample_history(samples)
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['epoch 1', 'epoch 10', 'epoch 100']
    """
    if not samples:
        raise ValueError(
            "`samples` must hold at least one epoch. Received: "
            f"{samples}. Map the number of an epoch to its images."
        )
    epochs = sorted(samples)
    rows = [as_images(f"samples[{epoch}]", samples[epoch]) for epoch in epochs]
    shapes = sorted({row.shape for row in rows})
    if len(shapes) > 1:
        raise ValueError(
            "All epochs must have as many images, of one shape. Received: "
            f"shapes {shapes}. Draw samples of the same latent vectors."
        )
    images = np.stack(rows)
    return draw_mosaic(
        to_colors(images, images.min(), images.max()),
        row_labels=[f"epoch {epoch}" for epoch in epochs],
        title=title,
    )
