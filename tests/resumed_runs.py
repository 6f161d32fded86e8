"""Trainings that were killed, in each way in which Keras lets one go on.

A test trains `create(weight_seed)`, a compiled model without a seed of its
own whose optimizer is built, by `train(model, first, last, callbacks)` to the
end, and compares it with what comes of `WAYS[name](create, train, folder)`:
what is drawn at random has to come from the file.
"""

import keras
import pytest
from keras import ops

NUM_EPOCHS = 4
STEPS_PER_EPOCH = 2


class Kill(keras.callbacks.Callback):
    """Ends the run in the middle of its third epoch."""

    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.optimizer.iterations) == 2 * STEPS_PER_EPOCH + 1:
            raise KeyboardInterrupt


def from_a_weights_file(create, train, folder):
    killed = create(weight_seed=0)
    train(killed, 0, 2)
    killed.save_weights(folder / "run.weights.h5")
    resumed = create(weight_seed=1)
    resumed.load_weights(folder / "run.weights.h5")
    train(resumed, 2, NUM_EPOCHS)
    return resumed


def from_a_keras_file(create, train, folder):
    killed = create(weight_seed=0)
    train(killed, 0, 2)
    killed.save(folder / "run.keras")
    keras.utils.set_random_seed(1)
    resumed = keras.saving.load_model(folder / "run.keras")
    train(resumed, 2, NUM_EPOCHS)
    return resumed


def from_a_backup(create, train, folder):
    def backup():
        return keras.callbacks.BackupAndRestore(folder / "backup")

    killed = create(weight_seed=0)
    with pytest.raises(KeyboardInterrupt):
        train(killed, 0, NUM_EPOCHS, [backup(), Kill()])
    resumed = create(weight_seed=1)
    train(resumed, 0, NUM_EPOCHS, [backup()])
    assert int(resumed.optimizer.iterations) == STEPS_PER_EPOCH * NUM_EPOCHS
    return resumed


WAYS = {
    "weights file": from_a_weights_file,
    "keras file": from_a_keras_file,
    "backup": from_a_backup,
}


def state_of(model):
    """Arrays of weights, seeds and optimizer."""
    variables = [*model.variables, *model.optimizer.variables]
    return [ops.convert_to_numpy(variable) for variable in variables]


def largest_difference(model, other):
    """Of the states of two models."""
    pairs = zip(state_of(model), state_of(other), strict=True)
    return max(abs(a.astype("float64") - b).max() for a, b in pairs)
