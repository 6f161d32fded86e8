"""The states of all random numbers in a network, saved with its weights."""

import keras

from keras_dl4.backend import seed_generators


class SeedStates(keras.layers.Layer):
    """Saves the seeds of networks, such as those of dropout layers.

    Keras saves no state of a `keras.random.SeedGenerator`
    (https://github.com/keras-team/keras/issues/19796). As an attribute of a
    model this does it, so that a run which is loaded again goes on bit for
    bit.

    Args:
        networks: List of layers or models, whose seeds are saved in the order
            of their layers.
        **kwargs: Arguments of `keras.layers.Layer`.

    Raises:
        ValueError: If a weights file holds another number of seeds.
    """

    def __init__(self, networks, **kwargs):
        super().__init__(**kwargs)
        # Behind a function, since they are no layers of this one.
        self._generators = lambda: [
            generator
            for network in networks
            for generator in seed_generators(network)
        ]
        self.built = True

    def save_own_variables(self, store):
        for index, generator in enumerate(self._generators()):
            store[str(index)] = generator.state

    def load_own_variables(self, store):
        generators = self._generators()
        if len(store.keys()) != len(generators):
            raise ValueError(
                f"The file must hold {len(generators)} seed states, one for "
                f"each layer with random numbers. Received: "
                f"{len(store.keys())}. Load weights of a model with the same "
                "layers, or pass skip_mismatch=True to start the noise anew."
            )
        for index, generator in enumerate(generators):
            generator.state.assign(store[str(index)])
