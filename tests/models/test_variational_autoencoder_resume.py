"""A run that is loaded goes on bit for bit, with what it draws."""

import keras
import numpy as np
import pytest

from tests.models.variational_reference import WIDTH
from tests.models.variational_reference import dense_model
from tests.resumed_runs import NUM_EPOCHS
from tests.resumed_runs import WAYS
from tests.resumed_runs import largest_difference


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


@pytest.fixture(scope="module")
def uninterrupted():
    model = compiled_model(weight_seed=0)
    train(model, 0, NUM_EPOCHS)
    return model


@pytest.mark.parametrize("way", WAYS)
def test_run_goes_on_bit_for_bit(way, uninterrupted, tmp_path):
    resumed = WAYS[way](compiled_model, train, tmp_path)
    assert largest_difference(resumed, uninterrupted) == 0.0


def test_weight_of_the_divergence_is_saved(tmp_path):
    model = dense_model(kl_weight=1.0)
    model.update_kl_weight(0.25)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert float(again.bound.kl_weight) == 0.25
