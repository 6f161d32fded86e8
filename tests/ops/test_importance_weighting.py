import math
import statistics

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import ops

from keras_dl4.ops import gaussian_log_density
from keras_dl4.ops import log_mean_exp

finite = st.floats(-1e4, 1e4, width=32)


@given(st.floats(-5, 5), st.floats(-3, 3), st.floats(-4, 4))
def test_density_is_that_of_a_normal_distribution(x, mean, log_variance):
    normal = statistics.NormalDist(mean, math.exp(log_variance / 2))
    distance = (x - mean) / normal.stdev
    # Not the logarithm of `pdf`, which is 0 far out.
    expected = statistics.NormalDist().pdf(0.0) / normal.stdev
    expected = math.log(expected) - distance**2 / 2
    found = float(gaussian_log_density(x, mean, log_variance))
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_density_integrates_to_1():
    x = np.linspace(-30.0, 30.0, 60_001, dtype="float32")
    density = np.exp(ops.convert_to_numpy(gaussian_log_density(x, 1.5, 2.0)))
    assert density.sum() * 0.001 == pytest.approx(1.0, rel=1e-4)


@given(st.lists(finite, min_size=1, max_size=8))
def test_mean_is_that_of_exact_sums(values):
    largest = max(values)
    mean = math.fsum(math.exp(v - largest) for v in values) / len(values)
    found = float(log_mean_exp(np.float32(values), axis=0))
    expected = largest + math.log(mean)
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-4)


def test_mean_is_over_the_axis_alone(rng):
    x = rng.normal(size=(3, 4, 5)).astype("float32")
    for axis in (0, 1, 2):
        np.testing.assert_allclose(
            log_mean_exp(x, axis), np.log(np.exp(x).mean(axis)), rtol=1e-4
        )


def test_weights_without_any_are_zero():
    x = np.full((2, 3), -np.inf, "float32")
    x[1, 0] = 1.0
    found = ops.convert_to_numpy(log_mean_exp(x, axis=0))
    assert found[0] == pytest.approx(1.0 - math.log(2.0))
    assert np.all(np.isneginf(found[1:]))


def test_float32_whatever_the_dtype():
    half = ops.cast(np.full((2, 3), -1000.0), "float16")
    for result in (log_mean_exp(half, 0), gaussian_log_density(half)):
        assert keras.backend.standardize_dtype(result.dtype) == "float32"
