"""Sampling as equation 3 of the paper says: a sum over all pixels.

The image goes on without end by its padding, and every pixel of it counts by
the kernel at its distance. Nothing here knows about corners or floors.
"""

import numpy as np


def hat(distance):
    return np.maximum(0.0, 1.0 - np.abs(distance))


def box(distance):
    return (np.abs(distance) < 0.5).astype("float64")


def cubic(distance, a=-0.75):
    """Keys (1981), equation 4, with the coefficient of PyTorch."""
    t = np.abs(distance)
    near = (a + 2) * t**3 - (a + 3) * t**2 + 1
    far = a * t**3 - 5 * a * t**2 + 8 * a * t - 4 * a
    return np.where(t <= 1, near, np.where(t < 2, far, 0.0))


KERNELS = {"bilinear": hat, "nearest": box, "bicubic": cubic}


def pixel_coordinates(grid, size, align_corners):
    lengths = np.array(size[::-1], "float64")
    if align_corners:
        return (grid + 1) / 2 * (lengths - 1)
    return ((grid + 1) * lengths - 1) / 2


def pixel_at(place, length, padding, align_corners):
    """The pixel whose value is at a place of the endless image, or -1."""
    if 0 <= place < length:
        return place
    if padding == "border":
        return min(max(place, 0), length - 1)
    if padding == "reflection":
        if align_corners:
            row = [*range(length), *range(length - 2, 0, -1)]
        else:
            row = [*range(length), *reversed(range(length))]
        return row[place % len(row)]
    return -1


def shares(coordinates, length, interpolation, padding, align_corners):
    """The share of every pixel, and of outside, in every point."""
    shares = np.zeros((len(coordinates), length + 1))
    first = int(np.floor(coordinates.min())) - 2
    last = int(np.ceil(coordinates.max())) + 2
    for place in range(first, last + 1):
        pixel = pixel_at(place, length, padding, align_corners)
        shares[:, pixel] += KERNELS[interpolation](coordinates - place)
    return shares


def sample(images, grid, interpolation, padding, align_corners):
    """`(batch, *size, channels)` at the points of `(batch, *target, rank)`."""
    size = images.shape[1:-1]
    fill = 0.0 if isinstance(padding, str) else padding
    results = []
    for image, points in zip(images, grid, strict=True):
        places = pixel_coordinates(
            points.reshape(-1, len(size)), size, align_corners
        )
        value = np.pad(
            image, [(0, 1)] * len(size) + [(0, 0)], constant_values=fill
        )[None]
        for axis, length in enumerate(size):
            column = places[:, len(size) - 1 - axis]
            share = shares(
                column, length, interpolation, padding, align_corners
            )
            share = share.reshape(share.shape + (1,) * (value.ndim - 2))
            value = np.sum(share * value, axis=1)
        results.append(value.reshape(*points.shape[:-1], images.shape[-1]))
    return np.stack(results)
