"""Inverses by cofactors beside NumPy's, which go by elimination."""

import numpy as np
import pytest
from keras import ops

from keras_dl4.ops.matrix_inverse import inverse_of_each


@pytest.mark.parametrize("size", [3, 4])
def test_inverses_are_those_of_numpy(size, rng):
    matrices = rng.normal(size=(20, size, size)) + 2.0 * np.eye(size)
    found = inverse_of_each(ops.cast(matrices, "float32"))
    expected = np.linalg.inv(matrices)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(found / scale, expected / scale, atol=1e-5)


@pytest.mark.parametrize("size", [3, 4])
def test_what_is_singular_stays_alone(size, rng):
    matrices = rng.normal(size=(5, size, size)) + 2.0 * np.eye(size)
    expected = np.linalg.inv(matrices)
    matrices[1] = 0.0
    matrices[2] = np.ones((size, size))
    matrices[3, 0, 0] = np.nan
    found = ops.convert_to_numpy(inverse_of_each(ops.cast(matrices, "float32")))
    broken = ~np.isfinite(found).all(axis=(1, 2))
    np.testing.assert_array_equal(broken, [False, True, True, True, False])
    np.testing.assert_allclose(found[[0, 4]], expected[[0, 4]], rtol=1e-3)
