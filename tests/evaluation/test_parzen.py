"""The window against the sum of its definition, and against known answers."""

import math

import numpy as np
import pytest
from keras import ops

from keras_dl4.evaluation import ParzenWindow


def log_density(x, samples, bandwidth):
    """Log of the mean of all kernels at `x`, by a sum that cannot underflow."""
    exponents = [
        -sum((a - b) ** 2 for a, b in zip(x, s, strict=True)) / 2 / bandwidth**2
        for s in samples.astype("float64")
    ]
    largest = max(exponents)
    total = math.fsum(math.exp(e - largest) for e in exponents)
    size = len(x) * math.log(bandwidth * math.sqrt(2 * math.pi))
    return largest + math.log(total / len(samples)) - size


@pytest.mark.parametrize("bandwidth", [0.1, 0.7, 3.0])
@pytest.mark.parametrize("offset", [0.0, 100.0])
def test_equals_the_definition(rng, bandwidth, offset):
    samples = (offset + rng.normal(size=(40, 6))).astype("float32")
    x = (offset + rng.normal(size=(9, 6))).astype("float32")
    expected = [log_density(each, samples, bandwidth) for each in x]
    window = ParzenWindow(samples, bandwidth, chunk_size=4)
    found = window.log_likelihood(x)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-3)


def test_images_are_exact_to_a_hundredth_of_a_nat(rng):
    """784 pixels and the smallest bandwidth, as in the protocol."""
    samples = rng.random((50, 28, 28, 1)).astype("float32")
    x = samples[:10] + 0.1 * rng.normal(size=(10, 28, 28, 1)).astype("float32")
    found = ParzenWindow(samples, 0.1).log_likelihood(ops.convert_to_tensor(x))
    expected = [
        log_density(each, samples.reshape(50, -1), 0.1)
        for each in x.reshape(10, -1).astype("float64")
    ]
    np.testing.assert_allclose(found, expected, atol=1e-2)


def test_density_integrates_to_one(rng):
    window = ParzenWindow(rng.normal(size=(30, 1)), 0.3)
    grid = np.linspace(-8, 8, 4001)
    density = np.exp(window.log_likelihood(grid[:, None]))
    assert density.sum() * (grid[1] - grid[0]) == pytest.approx(1.0, abs=1e-4)


def test_many_samples_of_a_gaussian_give_the_widened_gaussian(rng):
    """The kernel adds its variance to that of the samples."""
    bandwidth, size = 0.5, 2
    window = ParzenWindow(rng.normal(size=(20_000, size)), bandwidth)
    x = rng.normal(size=(500, size))
    variance = 1.0 + bandwidth**2
    expected = -0.5 * (x**2).sum(axis=1) / variance
    expected -= 0.5 * size * np.log(2 * np.pi * variance)
    # Far out there are few samples: the mean is what the protocol reports.
    assert window.score(x).mean == pytest.approx(expected.mean(), abs=0.02)


def test_bandwidth_is_the_best_of_the_candidates_on_validation_data(rng):
    samples, validation = rng.normal(size=(2, 60, 3)).astype("float32")
    window = ParzenWindow(samples)
    assert window.fit_bandwidth(validation) is window
    candidates = [10 ** (-1 + step / 9) for step in range(10)]
    means = [
        np.mean([log_density(x, samples, each) for x in validation])
        for each in candidates
    ]
    best = candidates[int(np.argmax(means))]
    assert best not in (candidates[0], candidates[-1])
    assert window.bandwidth == pytest.approx(best)
    window.fit_bandwidth(validation, [5.0, 2.0, 9.0])
    assert window.bandwidth == 2.0


def test_score_is_mean_and_standard_error(rng):
    samples, x = rng.normal(size=(2, 30, 3)).astype("float32")
    score = ParzenWindow(samples, 0.5).score(x)
    values = [log_density(each, samples, 0.5) for each in x]
    mean, error, bandwidth = score
    assert mean == pytest.approx(sum(values) / 30, rel=1e-4)
    variance = sum((value - mean) ** 2 for value in values) / 30
    assert error == pytest.approx(math.sqrt(variance / 30), rel=1e-3)
    assert bandwidth == 0.5


def test_printed_score_comes_with_its_caveat(rng):
    printed = str(ParzenWindow(rng.normal(size=(9, 2)), 0.5).score([[0, 0.0]]))
    assert "+- 0.0 nats (bandwidth 0.5)" in printed
    assert "far from the likelihood" in printed


def test_chunks_do_not_matter(rng):
    samples, x = rng.normal(size=(2, 30, 3))
    expected = ParzenWindow(samples, 0.5).log_likelihood(x)
    for size in (1, 7, 30):
        found = ParzenWindow(samples, 0.5, size).log_likelihood(x)
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_far_examples_are_finite(rng):
    window = ParzenWindow(rng.normal(size=(9, 2)), 0.1)
    assert np.isfinite(window.log_likelihood([[1e6, -1e6]])).all()


def test_bad_arguments_raise(rng):
    samples = rng.normal(size=(9, 2))
    with pytest.raises(ValueError, match="There is no bandwidth yet"):
        ParzenWindow(samples).score(samples)
    with pytest.raises(ValueError, match="as large as samples, 2.*3 numbers"):
        ParzenWindow(samples, 1.0).score(np.ones((4, 3)))
    with pytest.raises(ValueError, match="`samples` must be finite"):
        ParzenWindow(samples * np.nan)
    with pytest.raises(ValueError, match="`examples` must be finite"):
        ParzenWindow(samples).fit_bandwidth(samples * np.inf)
    for bad in (0.0, -1.0, np.nan, np.inf, "1"):
        with pytest.raises(ValueError, match="`bandwidth` must be positive"):
            ParzenWindow(samples, bad)
        with pytest.raises(ValueError, match="`bandwidths` must be positive"):
            ParzenWindow(samples).fit_bandwidth(samples, [0.5, bad])
    with pytest.raises(ValueError, match="`bandwidths` must be positive"):
        ParzenWindow(samples).fit_bandwidth(samples, [])
    for bad in (0, 1.5):
        with pytest.raises(ValueError, match=f"chunk_size={bad}"):
            ParzenWindow(samples, chunk_size=bad)
