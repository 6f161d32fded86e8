import numpy as np
import pytest
from keras import ops

from keras_dl4.evaluation import contraction_ratio


def test_ratio_of_a_scaling_is_its_factor_at_each_radius(rng):
    x = rng.normal(size=(20, 3, 2))
    found = contraction_ratio(lambda y: -0.3 * y, x, [0.5, 2.0, 8.0])
    np.testing.assert_allclose(found, 0.3, rtol=1e-4)


def test_points_lie_at_the_radius_around_their_example(rng):
    x = rng.normal(size=(6, 5)).astype("float32")
    seen = []

    def encode(batch):
        seen.append(np.asarray(batch))
        return batch

    contraction_ratio(encode, x, [0.5, 2.0], num_directions=2, batch_size=4)
    calls = [
        np.concatenate(pair) for pair in zip(seen[::2], seen[1::2], strict=True)
    ]
    np.testing.assert_array_equal(calls[0], x)
    steps = [moved - x for moved in calls[1:]]
    lengths = [np.linalg.norm(step, axis=1) for step in steps]
    np.testing.assert_allclose(
        lengths, np.outer([0.5, 2.0, 0.5, 2.0], np.ones(6)), rtol=1e-5
    )
    # The same directions at each radius, other ones for each example.
    np.testing.assert_allclose(4 * steps[0], steps[1], atol=1e-5)
    assert np.abs(4 * steps[2] - steps[1]).max() > 0.1
    assert np.abs(np.diff(steps[0], axis=0)).max(axis=1).min() > 0.01


def test_random_linear_map_has_the_ratio_of_its_norm(rng):
    """For a linear map, E ||W u||^2 = ||W||^2 / size of the input."""
    kernel = rng.normal(size=(40, 300)).astype("float32")
    found = contraction_ratio(
        lambda y: ops.matmul(y, kernel), np.zeros((200, 40)), [1.0], 5
    )
    expected = np.linalg.norm(kernel) / np.sqrt(40)
    np.testing.assert_allclose(found, expected, rtol=0.01)


def test_saturating_code_contracts_more_far_away():
    found = contraction_ratio(ops.tanh, np.zeros((50, 4)), [0.1, 2.0, 20.0], 3)
    assert found[0] == pytest.approx(1.0, abs=0.01)
    assert found[0] > found[1] > found[2]


def test_seed_decides_on_the_directions(rng):
    x = rng.normal(size=(5, 4))
    first, again, other = (
        contraction_ratio(ops.tanh, x, [1.0], seed=seed) for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_bad_radii_or_numbers_raise():
    x = np.ones((2, 3))
    for radii in ([], [0.0, 1.0], [np.nan], 1.0):
        with pytest.raises(ValueError, match="`radii` must be a list of"):
            contraction_ratio(ops.tanh, x, radii)
    with pytest.raises(ValueError, match="num_directions=0"):
        contraction_ratio(ops.tanh, x, [1.0], 0)
    with pytest.raises(ValueError, match="batch_size=0"):
        contraction_ratio(ops.tanh, x, [1.0], batch_size=0)
    with pytest.raises(ValueError, match="`inputs` must be finite"):
        contraction_ratio(ops.tanh, x * np.nan, [1.0])
