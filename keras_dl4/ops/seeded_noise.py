"""Noise that is a function of seeds which are data."""

import keras
from keras import ops


class _GivenSeed(keras.random.SeedGenerator):
    """A generator without state, since Keras takes no tensor for a seed."""

    def __init__(self, seed):
        self.seed = seed

    def next(self, ordered=True):
        return ops.stack([self.seed, ops.zeros_like(self.seed)])


def normal_of_seeds(seeds, shape):
    """Standard normal numbers for each seed, which depend on it alone.

    What a server can answer requests with: the same seed gives the same
    numbers, whatever other requests are in the batch.

    Args:
        seeds: Int tensor `(batch,)`.
        shape: Tuple of ints, of the numbers for one seed.

    Returns:
        Float32 tensor `(batch, *shape)`.

    Example:

    >>> from keras_dl4.ops import normal_of_seeds
    >>> numbers = np.array(normal_of_seeds(np.int32([7, 8, 7]), (2,)))
    >>> (numbers == numbers[0]).tolist()
    [[True, True], [False, False], [True, True]]
    """

    def draw(seed):
        return keras.random.normal(
            shape, dtype="float32", seed=_GivenSeed(seed)
        )

    return ops.map(draw, ops.convert_to_tensor(seeds))
