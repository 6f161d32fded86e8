"""What a ranking loss changes in training, saved with the model."""

import keras


class RankingLossState(keras.layers.Layer):
    """Holds the variables of a loss, as a part of the model it trains.

    Keras saves no variables of losses, and on JAX a compiled training step
    sees only those that the model has. As an attribute of a model this makes
    a run with random negatives, or a warm-up, go on bit for bit. A file of a
    model with another loss leaves the variables as they are.
    """

    def attach(self, loss):
        """Takes over the variables of a loss, in place of another one's."""
        for name in ("hard_weight", "seed_generator"):
            old = getattr(self, name, None)
            new = getattr(loss, name, None)
            if old is not None and old is not new:
                self._tracker.untrack(old)
            setattr(self, name, new)

    def _states(self):
        generator = getattr(self, "seed_generator", None)
        states = {
            "hard_weight": getattr(self, "hard_weight", None),
            "seed_state": generator and generator.state,
        }
        return {k: v for k, v in states.items() if v is not None}

    def save_own_variables(self, store):
        for name, variable in self._states().items():
            store[name] = variable

    def load_own_variables(self, store):
        for name, variable in self._states().items():
            if name in store.keys():
                variable.assign(store[name])
