import numpy as np
from keras import ops

from keras_dl4.ops import normal_of_seeds


def test_numbers_are_standard_normal():
    seeds = np.arange(2000, dtype="int32")
    numbers = ops.convert_to_numpy(normal_of_seeds(seeds, (50,)))
    assert (numbers.shape, numbers.dtype) == ((2000, 50), "float32")
    error = 5.0 / np.sqrt(numbers.size)
    assert abs(numbers.mean()) < error
    assert abs((numbers**2).mean() - 1.0) < np.sqrt(2.0) * error
    # Neighboring seeds have nothing to do with each other.
    correlation = np.mean(numbers[1:] * numbers[:-1])
    assert abs(correlation) < error


def test_numbers_depend_on_their_own_seed_only():
    numbers = ops.convert_to_numpy(
        normal_of_seeds(np.int32([7, 8, 7, -1]), (2, 3))
    )
    alone = ops.convert_to_numpy(normal_of_seeds(np.int32([8]), (2, 3)))
    np.testing.assert_array_equal(numbers[0], numbers[2])
    np.testing.assert_array_equal(numbers[1], alone[0])
    assert np.all(numbers[0] != numbers[1])
    assert np.all(numbers[3] != numbers[1])
