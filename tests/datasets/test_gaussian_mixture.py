import math

import numpy as np
import pytest

from keras_dl4.datasets import GaussianMixture


def normal_density(x, mean, stddev):
    return math.exp(-(((x - mean) / stddev) ** 2) / 2) / (
        stddev * math.sqrt(2 * math.pi)
    )


def test_density_is_the_weighted_sum_of_normal_densities():
    mixture = GaussianMixture((-1.0, 2.0), (0.5, 1.5), weights=(1, 3))
    points = np.linspace(-3, 5, 7)
    expected = [
        0.25 * normal_density(x, -1, 0.5) + 0.75 * normal_density(x, 2, 1.5)
        for x in points
    ]
    np.testing.assert_allclose(mixture.density(points), expected)
    np.testing.assert_allclose(mixture.density(points[:, None]), expected)


def test_density_of_a_plane_is_a_product_over_coordinates():
    mixture = GaussianMixture([(0.0, 1.0), (2.0, -1.0)], (0.5, 2.0))
    found = mixture.density([[[0.3, 0.7]]])
    assert found.shape == (1, 1)
    expected = np.mean(
        [
            normal_density(0.3, 0, 0.5) * normal_density(0.7, 1, 0.5),
            normal_density(0.3, 2, 2.0) * normal_density(0.7, -1, 2.0),
        ]
    )
    np.testing.assert_allclose(found, expected)


def test_samples_have_the_density():
    """The largest gap of the distribution functions, as by Kolmogorov."""
    mixture = GaussianMixture((-1.0, 0.5, 2.0), (0.1, 0.6, 0.3), (5, 1, 2))
    points = np.sort(mixture.sample(20_000)[:, 0])
    grid = np.linspace(-4, 6, 20_001)
    function = np.cumsum(mixture.density(grid)) * (grid[1] - grid[0])
    assert function[-1] == pytest.approx(1.0, abs=1e-6)
    gaps = np.interp(points, grid, function) - np.arange(20_000) / 20_000
    # 1.95 divided by the root of the number is exceeded once in 1,000 times.
    assert np.abs(gaps).max() < 1.95 / math.sqrt(20_000)


def test_samples_of_a_plane_are_around_their_means():
    means = np.array([[0.0, 5.0], [5.0, 0.0]])
    points = GaussianMixture(means, 0.1).sample(2000)
    first = points[points[:, 0] < 2.5]
    assert 900 < len(first) < 1100
    np.testing.assert_allclose(first.mean(axis=0), means[0], atol=0.02)
    np.testing.assert_allclose(first.std(axis=0), 0.1, atol=0.01)


def test_default_is_five_modes_of_equal_mass():
    mixture = GaussianMixture()
    assert len(mixture.means) == 5
    np.testing.assert_allclose(mixture.weights, 0.2)
    assert mixture.sample(50_000).std() == pytest.approx(1.43, abs=0.01)


def test_samples_follow_from_the_seed():
    mixture = GaussianMixture()
    first = mixture.sample(30, seed=1)
    np.testing.assert_array_equal(first, mixture.sample(30, seed=1))
    assert (first != mixture.sample(30, seed=2)).all()


def test_bad_arguments_raise():
    for means in ((), [[[1.0]]], (np.nan,)):
        with pytest.raises(ValueError, match="`means` must be finite"):
            GaussianMixture(means)
    for bad in (0.0, (0.1, -0.1), (0.1, 0.1, 0.1), np.inf):
        with pytest.raises(ValueError, match="`stddevs` must be positive"):
            GaussianMixture((0.0, 1.0), bad)
    with pytest.raises(ValueError, match="`weights` must be positive.*2 modes"):
        GaussianMixture((0.0, 1.0), weights=(1.0, 0.0))
    with pytest.raises(ValueError, match="num_examples=0"):
        GaussianMixture().sample(0)
    with pytest.raises(ValueError, match="seed=-1"):
        GaussianMixture().sample(4, seed=-1)
    with pytest.raises(ValueError, match="2 coordinates.*Received: shape"):
        GaussianMixture([(0.0, 1.0)]).density([1.0, 2.0, 3.0])
