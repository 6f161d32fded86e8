"""What an autoencoder makes of a few images."""

import numpy as np

from keras_dl4.figures.image_mosaic import as_images
from keras_dl4.figures.image_mosaic import draw_mosaic
from keras_dl4.figures.image_mosaic import to_colors


def plot_reconstructions(rows, *, title=None):
    """Plots strips of images: clean, noisy, reconstructed, and so on.

    Each column is one example.

    Args:
        rows: Dict from the name of a strip to its images, arrays or tensors
            of shape `(batch, height, width)`, or with 1 or 3 channels at the
            end; all of one shape. All strips have the brightness range of
            the first one; noise that goes beyond is clipped.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If there is no strip, or the images of one are of another
            number or shape.

    Example:

    >>> rng = np.random.default_rng(0)
    >>> clean = rng.random((10, 8, 8))
    >>> noisy = clean + rng.normal(size=clean.shape)
    >>> figure = plot_reconstructions({"clean": clean, "noisy": noisy})
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['clean', 'noisy']

    References:
        - [Stacked denoising autoencoders](
          https://www.jmlr.org/papers/v11/vincent10a.html)
    """
    strips = {
        name: as_images(f"rows[{name!r}]", images)
        for name, images in rows.items()
    }
    shapes = {name: strip.shape for name, strip in strips.items()}
    if len(set(shapes.values())) != 1:
        raise ValueError(
            "`rows` must map at least one name to images, all of one number "
            f"and shape. Received: shapes {shapes}. Pass the same few "
            "examples to each strip."
        )
    first = next(iter(strips.values()))
    tiles = to_colors(np.stack(list(strips.values())), first.min(), first.max())
    return draw_mosaic(tiles, row_labels=list(strips), title=title)
