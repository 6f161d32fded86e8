import numpy as np
import pytest
from keras import ops

from keras_dl4.evaluation import mode_masses
from keras_dl4.evaluation import wasserstein_distance


def test_distance_of_equal_numbers_is_the_mean_gap_of_sorted_points(rng):
    x, y = rng.normal(size=(2, 50)).astype("float32")
    gaps = [abs(a - b) for a, b in zip(sorted(x), sorted(y), strict=True)]
    expected = sum(gaps) / 50
    assert wasserstein_distance(x, y) == pytest.approx(expected, rel=1e-5)
    assert wasserstein_distance(y, x) == pytest.approx(expected, rel=1e-5)


def test_distance_of_other_numbers_repeats_points(rng):
    """Each of 3 points counts 4 times, each of 4 points 3 times."""
    x, y = rng.normal(size=3), rng.normal(size=4)
    expected = wasserstein_distance(np.repeat(x, 4), np.repeat(y, 3))
    assert wasserstein_distance(x, y) == pytest.approx(expected)
    assert expected > 0.0


def test_distance_agrees_with_scipy(rng):
    stats = pytest.importorskip("scipy.stats")
    x = rng.normal(size=70).astype("float32")
    y = 1 + rng.exponential(size=30).astype("float32")
    assert wasserstein_distance(x, y) == pytest.approx(
        stats.wasserstein_distance(x, y), rel=1e-6
    )


def test_distance_to_a_shifted_set_is_the_shift(rng):
    x = rng.normal(size=(40, 1))
    tensor = ops.convert_to_tensor(x + 3.0)
    assert wasserstein_distance(tensor, x) == pytest.approx(3.0, rel=1e-5)
    assert wasserstein_distance(x, x) == 0.0


def test_masses_count_the_nearest_mode(rng):
    modes = rng.normal(size=(4, 2))
    samples = rng.normal(size=(200, 2))
    counts, bounded = np.zeros(4), np.zeros(4)
    for sample in samples:
        gaps = [np.sqrt(np.sum((sample - mode) ** 2)) for mode in modes]
        counts[gaps.index(min(gaps))] += 1
        bounded[gaps.index(min(gaps))] += min(gaps) <= 0.5
    found = mode_masses(samples, modes)
    np.testing.assert_allclose(found, counts / 200)
    assert found.sum() == pytest.approx(1.0)
    found = mode_masses(samples, modes, radius=0.5)
    np.testing.assert_allclose(found, bounded / 200)
    assert 0.0 < found.sum() < 1.0


def test_collapsed_samples_leave_modes_with_nothing():
    found = mode_masses(np.full(10, 1.9), [0.0, 1.0, 2.0])
    np.testing.assert_array_equal(found, [0, 0, 1])
    found = mode_masses(np.full(10, 9.0), [0.0, 1.0, 2.0], radius=1.0)
    np.testing.assert_array_equal(found, [0, 0, 0])


def test_bad_points_raise(rng):
    x = rng.normal(size=9)
    with pytest.raises(ValueError, match="`samples` must be points on a line"):
        wasserstein_distance(np.ones((4, 2)), x)
    with pytest.raises(ValueError, match="`reference` must be finite"):
        wasserstein_distance(x, x * np.nan)
    with pytest.raises(ValueError, match="same number of coordinates.* 1 and"):
        mode_masses(x, np.ones((3, 2)))
    with pytest.raises(ValueError, match="`modes` must have an axis"):
        mode_masses(x, [])
    for radius in (0.0, -1.0, np.nan):
        with pytest.raises(ValueError, match="radius="):
            mode_masses(x, [0.0], radius)
