"""The shared fixtures do what the other tests rely on."""

import keras
import numpy as np
import pytest
from keras import ops

from tests.conftest import part_of


def test_gradient_of_is_exact(gradient_of):
    at = np.array([1.0, -2.0, 3.0], "float32")
    gradient = gradient_of(lambda x: ops.sum(x**3), at=at)
    np.testing.assert_allclose(gradient, 3 * at**2, rtol=1e-6)


def test_strategy_has_two_replicas_on_two_devices(strategy):
    assert strategy.num_replicas_in_sync == 2
    assert len(set(strategy.extended.worker_devices)) == 2


def test_strategy_is_one_object(strategy, request):
    assert request.getfixturevalue("strategy") is strategy


@pytest.mark.parametrize("attempt", [1, 2])
def test_random_draws_start_anew_in_each_test(attempt, rng):
    """Runs twice: the second must not see what the first has drawn."""
    drawn = float(keras.random.uniform((), seed=keras.random.SeedGenerator()))
    keras.utils.set_random_seed(0)
    again = float(keras.random.uniform((), seed=keras.random.SeedGenerator()))
    assert drawn == again
    assert rng.integers(1000) == np.random.default_rng(0).integers(1000)


def test_part_is_folder_or_file_under_tests():
    assert part_of("tests/layers/test_ntm.py::test_a[1]") == "tests/layers"
    assert part_of("tests/test_sizes.py::test_a") == "tests/test_sizes.py"
