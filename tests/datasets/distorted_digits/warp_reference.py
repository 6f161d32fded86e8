"""Equation 5 of the paper, a pixel at a time, in pixel coordinates."""

import numpy as np


def bilinear_reference(image, column, row):
    """The sum over all pixels, weighted by both hats."""
    height, width = image.shape
    rows = np.maximum(0.0, 1.0 - np.abs(row - np.arange(height)))
    columns = np.maximum(0.0, 1.0 - np.abs(column - np.arange(width)))
    return rows @ image.astype("float64") @ columns


def warp_reference(image, size, source_of):
    """Samples at `source_of(x, y)`, pixels counted from both middles.

    Args:
        image: Array `(height, width)`.
        size: Tuple `(height, width)` of the result.
        source_of: Function of x to the right and y down, in pixels from the
            center of the target, that gives the same of the source.
    """
    result = np.zeros(size)
    for row in range(size[0]):
        for column in range(size[1]):
            x = column - (size[1] - 1) / 2
            y = row - (size[0] - 1) / 2
            x, y = source_of(x, y)
            result[row, column] = bilinear_reference(
                image,
                x + (image.shape[1] - 1) / 2,
                y + (image.shape[0] - 1) / 2,
            )
    return result
