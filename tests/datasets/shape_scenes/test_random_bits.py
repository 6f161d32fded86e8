import numpy as np

from keras_dl4.datasets.shape_scenes.random_bits import bell_noise
from keras_dl4.datasets.shape_scenes.random_bits import random_bits
from keras_dl4.datasets.shape_scenes.random_bits import uniforms


def test_bits_are_those_of_the_published_generator():
    """The first outputs of SplitMix64 from the state 0."""
    expected = np.array([0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4], "uint64")
    np.testing.assert_array_equal(random_bits([0, 1]), expected)


def test_every_key_changes_the_bits_and_their_order_counts():
    keys = np.array([(0, 1, 2), (2, 1, 0), (0, 2, 1), (0, 1, 3), (4, 1, 2)])
    assert len(set(random_bits(*keys.T).tolist())) == len(keys)
    np.testing.assert_array_equal(
        random_bits(7, np.arange(6))[3:], random_bits(7, np.arange(3, 6))
    )


def test_uniform_numbers_are_uniform_and_independent():
    u = uniforms(3, np.arange(50_000)[:, None], np.arange(2))
    assert u.min() >= 0.0
    assert u.max() < 1.0
    counts = np.histogram2d(*u.T, bins=4)[0]
    expected = 50_000 / 16
    # Chi square with 15 degrees of freedom exceeds 37.7 once in 1,000 times.
    assert ((counts - expected) ** 2 / expected).sum() < 37.7


def test_noise_has_mean_0_and_deviation_1_without_correlation():
    noise = bell_noise(2000, 5, np.arange(20)[:, None])
    assert noise.shape == (20, 2000)
    assert noise.dtype == np.float32
    assert abs(noise.mean()) < 0.02
    assert abs(noise.std() - 1.0) < 0.02
    assert (
        abs(np.corrcoef(noise[:, :1000].ravel(), noise[:, 1000:].ravel())[0, 1])
        < 0.03
    )
