import numpy as np
import pytest

from keras_dl4.evaluation.squared_distances import SquaredDistances


def test_distances_are_sums_of_squares_far_from_the_origin(rng):
    x = (1000 + rng.normal(size=(5, 2, 3))).astype("float32")
    y = (1000 + rng.normal(size=(4, 6))).astype("float32")
    expected = [
        [
            sum((a - b) ** 2 for a, b in zip(p.ravel(), q, strict=True))
            for q in y
        ]
        for p in x.astype("float64")
    ]
    found = SquaredDistances("others", y)(x)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_distances_are_not_negative(rng):
    x = rng.normal(size=(50, 300)).astype("float32")
    distances = SquaredDistances("others", x)(x)
    assert distances.min() >= 0.0
    assert np.diagonal(distances).max() < 1e-3


def test_other_sizes_raise(rng):
    distances = SquaredDistances("samples", np.ones((4, 3)))
    with pytest.raises(ValueError, match="as large as samples, 3.*2 numbers"):
        distances(np.ones((5, 2)))
    with pytest.raises(ValueError, match="`samples` must be finite"):
        SquaredDistances("samples", np.full((4, 3), np.nan))
