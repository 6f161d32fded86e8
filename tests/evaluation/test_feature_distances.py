"""Distances against iterations, loops and cases with a known answer."""

import numpy as np
import pytest
from keras import ops

from keras_dl4.evaluation import frechet_distance
from keras_dl4.evaluation import kernel_distance


def square_root(matrix, steps=60):
    """By the iteration of Denman and Beavers, which uses inverses only."""
    root, inverse = matrix, np.eye(len(matrix))
    for _ in range(steps):
        root, inverse = (
            (root + np.linalg.inv(inverse)) / 2,
            (inverse + np.linalg.inv(root)) / 2,
        )
    return root


def frechet_by_definition(x, y):
    mean = [sum(each) / len(each) for each in (x, y)]
    first, second = (np.cov(each, rowvar=False) for each in (x, y))
    root = square_root(first @ second)
    np.testing.assert_allclose(root @ root, first @ second, atol=1e-9)
    return np.sum((mean[0] - mean[1]) ** 2) + np.trace(
        first + second - 2 * root
    )


def correlated(rng, number, size):
    return rng.normal(size=(number, size)) @ rng.normal(size=(size, size))


@pytest.fixture
def sets(rng):
    first = correlated(rng, 60, 5).astype("float32")
    return first, (1.5 + correlated(rng, 40, 5)).astype("float32")


def test_frechet_distance_equals_its_definition(sets):
    x, y = (each.astype("float64") for each in sets)
    expected = frechet_by_definition(x, y)
    assert frechet_distance(x, y) == pytest.approx(expected, rel=1e-6)
    assert frechet_distance(y, x) == pytest.approx(expected, rel=1e-6)


def test_frechet_distance_agrees_with_scipy(sets):
    linalg = pytest.importorskip("scipy.linalg")
    x, y = (each.astype("float64") for each in sets)
    root = linalg.sqrtm(np.cov(x.T) @ np.cov(y.T)).real
    expected = np.sum((x.mean(axis=0) - y.mean(axis=0)) ** 2)
    expected += np.trace(np.cov(x.T) + np.cov(y.T) - 2 * root)
    assert frechet_distance(x, y) == pytest.approx(expected, rel=1e-6)


def test_frechet_distance_of_independent_features_adds_up(rng):
    """Gaussians with diagonal covariances: (mean gap)^2 + (sigma gap)^2."""
    signs = np.array(np.meshgrid(*[[-1, 1]] * 3)).reshape(3, -1).T
    scale = np.sqrt(7 / 8)  # makes the variance of all eight exactly 1
    first = signs * [1.0, 2.0, 3.0] * scale
    second = signs * [4.0, 2.0, 0.0] * scale + [0.0, 5.0, 0.0]
    expected = (1 - 4) ** 2 + (3 - 0) ** 2 + 5**2
    found = frechet_distance(first, second)
    assert found == pytest.approx(expected, rel=1e-6)


def test_frechet_distance_of_a_set_to_itself_is_zero(sets, rng):
    for each in (sets[0], rng.normal(size=(6, 40))):  # the latter: no full rank
        found = frechet_distance(each, each)
        assert 0.0 <= found < 1e-6


def kernel_by_definition(x, y):
    def kernel(a, b):
        return (sum(p * q for p, q in zip(a, b, strict=True)) / len(a) + 1) ** 3

    def mean(pairs):
        values = [kernel(a, b) for a, b in pairs]
        return sum(values) / len(values)

    within = [
        mean([(a, b) for i, a in enumerate(s) for j, b in enumerate(s)
              if i != j])
        for s in (x, y)
    ]  # fmt: skip
    return sum(within) - 2 * mean([(a, b) for a in x for b in y])


@pytest.mark.parametrize("chunk_size", [7, 1000])
def test_kernel_distance_equals_its_definition(sets, chunk_size):
    x, y = (each[:20].astype("float64") for each in sets)
    found = kernel_distance(x, y[:15], chunk_size)
    assert found == pytest.approx(kernel_by_definition(x, y[:15]), rel=1e-6)


def test_kernel_distance_is_unbiased_for_small_sets(rng):
    """Of one distribution it is 0 on average; the biased one is far off."""
    found = [
        kernel_distance(*rng.normal(size=(2, 5, 2)).astype("float32"))
        for _ in range(2000)
    ]
    error = np.std(found) / np.sqrt(len(found))
    assert abs(np.mean(found)) < 4 * error
    assert min(found) < 0.0
    # The pairs of an example with itself would add 5.4.
    assert 4 * error < 0.5


def test_features_may_be_tensors_of_any_rank(rng):
    x, y = rng.normal(size=(2, 30, 2, 3)).astype("float32")
    for distance in (frechet_distance, kernel_distance):
        expected = distance(x.reshape(30, 6), y.reshape(30, 6))
        assert distance(ops.convert_to_tensor(x), y) == expected


def test_bad_features_raise(rng):
    x = rng.normal(size=(9, 2))
    for distance in (frechet_distance, kernel_distance):
        with pytest.raises(ValueError, match="`features` must have at least 2"):
            distance(x[:1], x)
        with pytest.raises(ValueError, match="same features. Rec.* 2 and 3"):
            distance(x, np.ones((9, 3)))
        with pytest.raises(ValueError, match="`reference` must be finite"):
            distance(x, x * np.nan)
    with pytest.raises(ValueError, match="chunk_size=0"):
        kernel_distance(x, x, 0)
