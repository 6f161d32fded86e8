"""Encoders that draw at random go on where a killed run left them."""

import keras
import numpy as np
import pytest

from keras_dl4.layers import CaptionEncoder
from keras_dl4.models import VisualSemanticEmbedding
from tests.resumed_runs import NUM_EPOCHS
from tests.resumed_runs import WAYS
from tests.resumed_runs import largest_difference

PAIRS = {
    "image": np.array(
        [[1, 0, 1, 0], [0, 1, 1, 0], [1, 0, 0, 1], [0, 1, 0, 1]], "float32"
    ),
    "tokens": np.array([[2, 4], [3, 4], [2, 5], [3, 5]]),
}


def create(weight_seed):
    """Both encoders are built by the model, of shapes of the data."""
    keras.utils.set_random_seed(weight_seed)
    model = VisualSemanticEmbedding(
        keras.Sequential(
            [keras.layers.Dense(8), keras.layers.GaussianNoise(0.5)]
        ),
        keras.Sequential(
            [
                CaptionEncoder(6, 8, "bag_of_words"),
                keras.layers.Dropout(0.5),
                keras.layers.Dense(8),
                keras.layers.Dropout(0.2),
            ]
        ),
        8,
    )
    model.build({"image": (None, 4), "tokens": (None, 2)})
    model.compile(keras.optimizers.Adam(0.05))
    model.optimizer.build(model.trainable_variables)
    return model


def train(model, first, last, callbacks=()):
    model.fit(
        PAIRS,
        np.arange(4),
        batch_size=2,
        initial_epoch=first,
        epochs=last,
        shuffle=False,
        verbose=0,
        callbacks=list(callbacks),
    )


@pytest.fixture(scope="module")
def uninterrupted():
    model = create(weight_seed=0)
    train(model, 0, NUM_EPOCHS)
    return model


@pytest.mark.parametrize("way", WAYS)
def test_dropout_in_encoders_goes_on_bit_for_bit(way, uninterrupted, tmp_path):
    resumed = WAYS[way](create, train, tmp_path)
    assert largest_difference(resumed, uninterrupted) == 0.0
