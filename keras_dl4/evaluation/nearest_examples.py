"""The training examples that samples are most like."""

import numpy as np

from keras_dl4.evaluation.squared_distances import SquaredDistances

_CHUNK_SIZE = 250


def nearest_examples(samples, examples, num_neighbors=1):
    """Finds the examples that are nearest to each sample.

    Shows whether a model has learned its training data by heart: its samples
    would be at a distance of nearly zero. Neighbors in pixel space miss copies
    that are moved by a pixel, so a large distance proves little.

    Args:
        samples: Array or tensor of shape `(num_samples, ...)`.
        examples: Array or tensor of shape `(num_examples, ...)`, of the same
            size, such as the training images.
        num_neighbors: Int from 1 to the number of examples, how many to find
            for each sample. Defaults to `1`.

    Returns:
        `(indices, distances)`: int64 array of shape `(num_samples,
        num_neighbors)`, the nearest first, and their Euclidean distances,
        float64. Distances are rounded as float32 is: between equal examples
        they may be a little above zero.

    Raises:
        ValueError: If a set is empty or not finite, the sizes differ, or
            `num_neighbors` is out of range.

    Example:

    >>> images = np.random.default_rng(0).random((50, 28, 28))
    >>> indices, distances = nearest_examples(images[[7, 3]] + 0.01, images)
    >>> indices.tolist(), distances.round(2).tolist()
    ([[7], [3]], [[0.28], [0.28]])
    """
    squared_distances = SquaredDistances("examples", examples)
    samples = squared_distances.as_rows(samples)
    largest = squared_distances.num_others
    is_int = isinstance(num_neighbors, int)
    if not is_int or not 1 <= num_neighbors <= largest:
        raise ValueError(
            f"`num_neighbors` must be an int from 1 to {largest}, the number "
            f"of examples. Received: num_neighbors={num_neighbors!r}. One is "
            "what papers show."
        )
    indices, distances = [], []
    for start in range(0, len(samples), _CHUNK_SIZE):
        chunk = squared_distances(samples[start : start + _CHUNK_SIZE])
        order = np.argsort(chunk, axis=1, kind="stable")[:, :num_neighbors]
        indices.append(order)
        distances.append(np.sqrt(np.take_along_axis(chunk, order, axis=1)))
    return np.concatenate(indices), np.concatenate(distances)
