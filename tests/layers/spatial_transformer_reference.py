"""Equations 1, 3 and 5 of Jaderberg et al. (2015), pixel by pixel.

In pixels, not in normalized coordinates, and as a sum over all pixels: it
shares nothing with the library but the convention.
"""

import numpy as np


def to_pixels(coordinate, length, align_corners=False):
    if align_corners:
        return (coordinate + 1.0) / 2.0 * (length - 1)
    return (coordinate + 1.0) / 2.0 * length - 0.5


def to_coordinates(length, align_corners=False):
    """Normalized coordinates of the centers of `length` pixels."""
    if align_corners:
        return np.linspace(-1.0, 1.0, length)
    return (np.arange(length) + 0.5) / length * 2.0 - 1.0


def warp(image, matrix, size, align_corners=False):
    """`image` (height, width, channels), `matrix` (2, 3): target to source."""
    height, width, channels = image.shape
    output = np.zeros((*size, channels))
    ys, xs = (to_coordinates(length, align_corners) for length in size)
    for row, y in enumerate(ys):
        for column, x in enumerate(xs):
            source_x, source_y = matrix @ np.array([x, y, 1.0])
            source_x = to_pixels(source_x, width, align_corners)
            source_y = to_pixels(source_y, height, align_corners)
            near_x = np.maximum(0.0, 1.0 - abs(source_x - np.arange(width)))
            near_y = np.maximum(0.0, 1.0 - abs(source_y - np.arange(height)))
            output[row, column] = np.einsum("i,j,ijc->c", near_y, near_x, image)
    return output


def square(matrix):
    """A (2, 3) matrix with the row that it lacks."""
    return np.concatenate([matrix, [[0.0, 0.0, 1.0]]])
