"""Divergences against integrals and sums of their definition."""

import numpy as np
import pytest
from keras import ops

from keras_dl4.ops import bernoulli_kl
from keras_dl4.ops import gaussian_kl


def sum_over_outcomes(p, q):
    """KL from its definition, over the two outcomes of a Bernoulli draw."""
    total = 0.0
    for a, b in [(p, q), (1.0 - p, 1.0 - q)]:
        if a > 0.0:
            total += a * np.log(a / b)
    return total


def integral(mean, log_variance, prior_mean, prior_log_variance):
    """KL from its definition, by the trapezoidal rule."""
    z = np.linspace(-30.0, 30.0, 200_001)

    def log_density(m, v):
        return -0.5 * ((z - m) ** 2 / np.exp(v) + v + np.log(2.0 * np.pi))

    log_q = log_density(mean, log_variance)
    log_ratio = log_q - log_density(prior_mean, prior_log_variance)
    return np.trapezoid(np.exp(log_q) * log_ratio, z)


@pytest.mark.parametrize("p", [0.0, 0.05, 0.5, 1.0])
@pytest.mark.parametrize("q", [0.01, 0.05, 0.9])
def test_bernoulli_kl_is_the_sum_over_outcomes(p, q):
    np.testing.assert_allclose(
        float(bernoulli_kl(p, q)), sum_over_outcomes(p, q), 1e-5, 1e-7
    )


def test_bernoulli_kl_broadcasts_and_vanishes_at_equality(rng):
    p = rng.uniform(0.01, 0.99, (4, 1)).astype("float32")
    values = np.asarray(bernoulli_kl(p, p[:, 0]))
    assert values.shape == (4, 4)
    np.testing.assert_allclose(np.diag(values), 0.0, atol=1e-7)
    assert np.all(values[~np.eye(4, dtype=bool)] > 0.0)


@pytest.mark.parametrize("q", [-1.0, 0.0, 1e-30, 1.0 - 1e-9, 1.0, 3.0])
def test_rate_at_the_bound_is_finite_and_driven_inwards(q, gradient_of):
    assert 1.0 < float(bernoulli_kl(0.3, q)) < 100.0
    gradient = gradient_of(lambda q: bernoulli_kl(0.3, q), at=np.float32(q))
    assert np.isfinite(gradient)
    assert gradient < -1e5 if q < 0.5 else gradient > 1e5


@pytest.mark.parametrize("p", [0.0, 0.2, 1.0])
def test_gradient_of_bernoulli_kl_is_the_one_of_the_formula(p, gradient_of):
    for q in (0.1, 0.7):
        gradient = gradient_of(lambda q: bernoulli_kl(p, q), at=np.float32(q))
        expected = -p / q + (1.0 - p) / (1.0 - q)
        np.testing.assert_allclose(gradient, expected, 1e-5)


@pytest.mark.parametrize(
    "parameters",
    [
        (0.0, 0.0, 0.0, 0.0),
        (0.7, -1.5, 0.0, 0.0),
        (-2.0, 1.0, 0.5, -0.4),
        (0.1, -3.0, 0.1, 1.2),
    ],
)
def test_gaussian_kl_is_the_integral(parameters):
    np.testing.assert_allclose(
        float(gaussian_kl(*parameters)), integral(*parameters), 1e-5, 1e-6
    )


def test_gaussian_kl_against_standard_normal_by_default(rng):
    mean = rng.normal(size=(3, 2)).astype("float32")
    log_variance = rng.normal(size=(3, 2)).astype("float32")
    np.testing.assert_array_equal(
        gaussian_kl(mean, log_variance),
        gaussian_kl(mean, log_variance, *np.zeros((2, 2), "float32")),
    )


def test_gaussian_kl_of_nearly_equal_variances_is_exact():
    # To second order it is log_ratio^2 / 4; float32 rounds 1 + 1e-4 to 1e-7.
    np.testing.assert_allclose(float(gaussian_kl(0.0, 1e-4)), 2.5e-9, 5e-2)


@pytest.mark.parametrize("function", [bernoulli_kl, gaussian_kl])
def test_half_precision_is_computed_in_float32(function):
    half = ops.cast([0.25, 0.5], "bfloat16")
    values = function(half, half)
    assert "float32" in str(values.dtype)
    full = ops.cast(half, "float32")
    np.testing.assert_array_equal(values, function(full, full))
