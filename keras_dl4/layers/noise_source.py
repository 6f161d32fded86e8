"""Random numbers of a layer: own state, saved, other on each replica."""

import numbers

import keras
from keras import ops

from keras_dl4.backend import random_normal
from keras_dl4.backend import random_uniform
from keras_dl4.backend import replica_index

# Added to a seed once per replica; large and odd, so that seeds which users
# choose for two layers do not meet on two replicas.
_REPLICA_STRIDE = 715_225_739


class ReplicaSeedGenerator(keras.random.SeedGenerator):
    """A seed generator that gives each replica seeds of its own.

    Its state is the same everywhere, and so depends on the number of draws
    only. The first replica draws what a single device would.
    """

    def next(self, ordered=True):
        """The next seed, of this replica."""
        seed = super().next(ordered)
        offset = ops.cast(replica_index(), seed.dtype) * _REPLICA_STRIDE
        return seed + ops.stack([offset, ops.zeros_like(offset)])


@keras.saving.register_keras_serializable(package="keras_dl4")
class NoiseSource(keras.layers.Layer):
    """Draws noise for the layer or model that it is an attribute of.

    Keras saves no state of a `keras.random.SeedGenerator`
    (https://github.com/keras-team/keras/issues/19796). This saves its own with
    the weights, so that a run which is loaded again goes on bit for bit. Noise
    is float32 under any dtype policy: there are too few numbers in half
    precision for small probabilities.

    Args:
        seed: Int, where the sequence of draws starts, or `None` for a random
            start. Defaults to `None`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Raises:
        ValueError: If a weights file holds no state for it.
    """

    def __init__(self, seed=None, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        # Keras takes no integers of NumPy.
        self.seed = int(seed) if isinstance(seed, numbers.Integral) else seed
        self.seed_generator = ReplicaSeedGenerator(self.seed)
        self.built = True

    def normal(self, shape):
        """Standard normal numbers."""
        return random_normal(shape, self.seed_generator)

    def uniform(self, shape):
        """Numbers in [0, 1)."""
        return random_uniform(shape, self.seed_generator)

    def save_own_variables(self, store):
        store["seed_state"] = self.seed_generator.state

    def load_own_variables(self, store):
        if "seed_state" not in store.keys():
            raise ValueError(
                f"The file must hold the seed state of {self.name!r}. "
                f"Received: {sorted(store.keys())}. Load weights of a model "
                "with the same noise layers, or pass skip_mismatch=True to "
                "start the noise anew."
            )
        self.seed_generator.state.assign(store["seed_state"])

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}


def check_rate(rate, name="rate"):
    """Refuses what is not a probability.

    Args:
        rate: The argument of a layer.
        name: String, what it is called there. Defaults to `"rate"`.

    Raises:
        ValueError: If it is not a number from 0 to 1.
    """
    is_number = isinstance(rate, numbers.Real) and not isinstance(rate, bool)
    if not is_number or not 0.0 <= rate <= 1.0:
        raise ValueError(
            f"`{name}` must be a share of what is corrupted, a number from 0 "
            f"to 1. Received: {name}={rate!r}. Write 30 % as 0.3."
        )
