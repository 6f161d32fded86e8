"""Whether a true text is nearer to an image than a false one."""

import numpy as np

from keras_dl4.evaluation.batches import as_examples


def minimal_pair_accuracy(
    image_vectors, true_vectors, false_vectors, tolerance=1e-6
):
    """How often an image prefers a true text to one that is false of it.

    With texts that differ in one respect only, such as the order of their
    words, it tells whether an encoder minds that. Scores are scalar products.
    Equal ones count half, so that a bag of words is at exactly 50 % where two
    texts have the same words.

    Args:
        image_vectors: Array or tensor `(num_images, size)`.
        true_vectors: Array or tensor of the same shape, a text that is true of
            each image.
        false_vectors: Array or tensor of the same shape, a text that is not.
        tolerance: Float >= 0, scores closer than that are equal: the order of
            a sum changes how it is rounded. Defaults to `1e-6`.

    Returns:
        Float from 0 to 100, percent.

    Raises:
        ValueError: If vectors are empty, not finite or of different shapes, or
            `tolerance` is negative.

    Example:

    >>> images, true, false = [[1, 0], [0, 1]], [[1, 0], [1, 0]], [[0, 1]] * 2
    >>> minimal_pair_accuracy(images, true, false)
    50.0
    """
    images, true, false = (
        as_examples(name, vectors).astype("float64")
        for name, vectors in (
            ("image_vectors", image_vectors),
            ("true_vectors", true_vectors),
            ("false_vectors", false_vectors),
        )
    )
    shapes = [each.shape for each in (images, true, false)]
    if images.ndim != 2 or len(set(shapes)) != 1:
        raise ValueError(
            "Vectors must be of one shape (num_images, size). Received: shapes "
            f"{shapes}. Pass a true and a false text for each image."
        )
    if not tolerance >= 0:
        raise ValueError(
            "`tolerance` must be at least 0. Received: "
            f"tolerance={tolerance!r}."
        )
    gaps = np.sum(images * (true - false), axis=1)
    wins = (gaps > tolerance) + 0.5 * (np.abs(gaps) <= tolerance)
    return 100.0 * float(np.mean(wins))
