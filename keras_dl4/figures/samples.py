"""A sheet of images that a model has made."""

from keras_dl4.figures.image_mosaic import as_images
from keras_dl4.figures.image_mosaic import draw_mosaic
from keras_dl4.figures.image_mosaic import in_rows
from keras_dl4.figures.image_mosaic import to_colors


def plot_samples(images, *, columns=None, title=None):
    """Plots images row by row on one sheet, as samples of a model are shown.

    Args:
        images: Array or tensor of shape `(batch, height, width)`, or with 1
            or 3 channels at the end. They share one brightness range, from
            the smallest to the largest value.
        columns: Int >= 1, images in a row, or `None` for a square sheet.
            Defaults to `None`.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If `images` has another shape or is empty, or `columns` is
            no positive int.

    Example:

    >>> images = np.random.default_rng(0).random((20, 8, 8))
    >>> figure = plot_samples(images, columns=10)
    >>> figure.axes[0].get_images()[0].get_array().shape
    (17, 89, 3)
    """
    images = as_images("images", images)
    tiles = to_colors(images, images.min(), images.max())
    return draw_mosaic(in_rows(tiles, columns), title=title)
