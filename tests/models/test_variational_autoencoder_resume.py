"""A run that is loaded goes on bit for bit, with what it draws."""

import keras
import numpy as np
import pytest
from keras import ops

from tests.models.variational_reference import WIDTH
from tests.models.variational_reference import dense_model

NUM_EPOCHS = 4


def compiled_model(weight_seed):
    """Its noise has no seed: what is drawn must come from the file."""
    keras.utils.set_random_seed(weight_seed)
    model = dense_model(binarize=True, num_samples=2, importance_weighted=True)
    model.compile("adam")
    return model


def train(model, start, stop, callbacks=()):
    x = np.random.default_rng(0).uniform(size=(8, WIDTH)).astype("float32")
    model.fit(
        x,
        batch_size=4,
        initial_epoch=start,
        epochs=stop,
        shuffle=False,
        callbacks=list(callbacks),
        verbose=0,
    )


def assert_same_state(model, other):
    """Weights, seeds and optimizer."""
    pairs = zip(
        [*model.variables, *model.optimizer.variables],
        [*other.variables, *other.optimizer.variables],
        strict=True,
    )
    for one, another in pairs:
        np.testing.assert_array_equal(
            ops.convert_to_numpy(one),
            ops.convert_to_numpy(another),
            err_msg=one.path,
        )


@pytest.fixture(scope="module")
def uninterrupted():
    model = compiled_model(weight_seed=0)
    train(model, 0, NUM_EPOCHS)
    return model


def test_from_a_weights_file(uninterrupted, tmp_path):
    killed = compiled_model(weight_seed=0)
    train(killed, 0, 2)
    killed.save_weights(tmp_path / "run.weights.h5")
    resumed = compiled_model(weight_seed=1)
    resumed.optimizer.build(resumed.trainable_variables)
    resumed.load_weights(tmp_path / "run.weights.h5")
    train(resumed, 2, NUM_EPOCHS)
    assert_same_state(resumed, uninterrupted)


def test_from_a_keras_file(uninterrupted, tmp_path):
    killed = compiled_model(weight_seed=0)
    train(killed, 0, 2)
    killed.save(tmp_path / "run.keras")
    keras.utils.set_random_seed(1)
    resumed = keras.saving.load_model(tmp_path / "run.keras")
    train(resumed, 2, NUM_EPOCHS)
    assert_same_state(resumed, uninterrupted)


class Kill(keras.callbacks.Callback):
    """Ends the run in the middle of its third epoch."""

    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.optimizer.iterations) == 5:
            raise KeyboardInterrupt


def test_from_a_backup(uninterrupted, tmp_path):
    def backup():
        return keras.callbacks.BackupAndRestore(tmp_path / "backup")

    with pytest.raises(KeyboardInterrupt):
        train(compiled_model(weight_seed=0), 0, NUM_EPOCHS, [backup(), Kill()])
    resumed = compiled_model(weight_seed=1)
    train(resumed, 0, NUM_EPOCHS, [backup()])
    assert int(resumed.optimizer.iterations) == 2 * NUM_EPOCHS
    assert_same_state(resumed, uninterrupted)


def test_weight_of_the_divergence_is_saved(tmp_path):
    model = dense_model(kl_weight=1.0)
    model.update_kl_weight(0.25)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert float(again.bound.kl_weight) == 0.25
