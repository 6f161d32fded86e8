"""Windows against slices."""

import numpy as np
import pytest

from keras_dl4.ops.windows import windows


@pytest.mark.parametrize("size", [1, 2, 5])
def test_window_is_of_neighbors_first_step_first(size, rng):
    x = rng.normal(size=(2, 5, 3)).astype("float32")
    found = windows(x, size)
    assert found.shape == (2, 6 - size, 3 * size)
    for n in range(6 - size):
        expected = x[:, n : n + size].reshape(2, -1)
        np.testing.assert_array_equal(found[:, n], expected)
