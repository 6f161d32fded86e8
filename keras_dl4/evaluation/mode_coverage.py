"""How samples spread over data that are known exactly."""

import numpy as np

from keras_dl4.evaluation.batches import as_examples


def wasserstein_distance(samples, reference):
    r"""Wasserstein-1 distance between two sets of points on a line.

    $\int |F_1(x) - F_2(x)| dx$ of their distribution functions: how far mass
    has to be moved, on average, to make one set of the other. It is in units
    of the data, so compare it with their standard deviation.

    Args:
        samples: Array or tensor of shape `(num_points, 1)`, or
            `(num_points,)`.
        reference: Array or tensor `(num_others, 1)`, or `(num_others,)`.

    Returns:
        Float, at least 0.

    Raises:
        ValueError: If a set is empty, has more than one coordinate, or is not
            finite.

    Example:

    >>> wasserstein_distance([0.0, 1.0], [2.0, 3.0])
    2.0
    """
    samples, reference = (
        np.sort(_on_a_line(name, values))
        for name, values in (("samples", samples), ("reference", reference))
    )
    points = np.sort(np.concatenate([samples, reference]))
    first, second = (
        np.searchsorted(each, points[:-1], side="right") / len(each)
        for each in (samples, reference)
    )
    return float(np.abs(first - second) @ np.diff(points))


def mode_masses(samples, modes, radius=None):
    """Part of the samples that belongs to each mode of the data.

    A sample belongs to the mode that is nearest. A model that has collapsed
    leaves modes with next to nothing.

    Args:
        samples: Array or tensor of shape `(num_samples, size)`, or
            `(num_samples,)` on a line.
        modes: Array or tensor of shape `(modes, size)`, or `(modes,)`, where
            the data are densest.
        radius: Positive float; samples farther than that from all modes
            belong to none. `None` for no such bound. Defaults to `None`.

    Returns:
        Float64 array of shape `(modes,)`, with a sum of at most 1.

    Raises:
        ValueError: If a set is empty or not finite, the sizes differ, or the
            radius is not positive.

    Example:

    >>> samples = [0.1, -0.1, 1.2, 7.0]
    >>> mode_masses(samples, [0.0, 1.0, 4.0])
    array([0.5 , 0.25, 0.25])
    >>> mode_masses(samples, [0.0, 1.0, 4.0], radius=0.5)
    array([0.5 , 0.25, 0.  ])
    """
    if radius is not None and not radius > 0.0:
        raise ValueError(
            "`radius` must be positive. Received: radius="
            f"{radius!r}. Three standard deviations of a mode hold it."
        )
    samples, modes = (
        _as_points(name, values)
        for name, values in (("samples", samples), ("modes", modes))
    )
    if samples.shape[1] != modes.shape[1]:
        raise ValueError(
            "Samples and modes must have the same number of coordinates. "
            f"Received: {samples.shape[1]} and {modes.shape[1]}. Put them on "
            "the last axis."
        )
    gaps = [np.linalg.norm(samples - mode, axis=1) for mode in modes]
    nearest, distance = np.argmin(gaps, axis=0), np.min(gaps, axis=0)
    if radius is not None:
        nearest = nearest[distance <= radius]
    return np.bincount(nearest, minlength=len(modes)) / len(samples)


def _as_points(name, values):
    """Float64 matrix; points on a line get their axis."""
    if np.ndim(values) == 1:
        values = np.reshape(values, (-1, 1))
    values = as_examples(name, values)
    return values.reshape(len(values), -1).astype("float64")


def _on_a_line(name, values):
    points = _as_points(name, values)
    if points.shape[1] != 1:
        raise ValueError(
            f"`{name}` must be points on a line. Received: {points.shape[1]} "
            "coordinates. Compare one coordinate, or one projection, at a "
            "time."
        )
    return points[:, 0]
