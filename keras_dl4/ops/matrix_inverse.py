"""Inverses of small matrices, each by itself."""

import numpy as np
from keras import ops


def inverse_of_each(matrix):
    """Inverts matrices of 3 or 4 rows by their cofactors.

    Where the determinant is 0 in its dtype, there are infinities or NaN, and
    the others are left alone; `keras.ops.inv` raises for all of them on
    TensorFlow. Meant for entries around 1: those of 1e13 have a determinant
    beyond float32.

    Args:
        matrix: Float tensor `(batch, size, size)`.

    Returns:
        Tensor of the same shape.
    """
    size = matrix.shape[-1]
    places = np.array(
        [np.delete(np.arange(size), each) for each in range(size)], "int32"
    )
    minors = ops.take(ops.take(matrix, places, axis=1), places, axis=3)
    minors = ops.transpose(minors, (0, 1, 3, 2, 4))
    signs = np.array((-1.0) ** np.add.outer(range(size), range(size)))
    cofactors = _determinant(minors) * ops.cast(signs, matrix.dtype)
    determinant = ops.sum(matrix[:, 0] * cofactors[:, 0], axis=-1)
    return ops.transpose(cofactors, (0, 2, 1)) / determinant[:, None, None]


def _determinant(matrix):
    """Of 2 or 3 rows and columns, the last axes."""
    first, *others = (matrix[..., i, :] for i in range(matrix.shape[-1]))
    if len(others) == 1:
        second = others[0]
        return first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0]
    return ops.sum(first * ops.cross(*others), axis=-1)
