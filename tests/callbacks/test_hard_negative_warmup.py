import numpy as np
import pytest

from keras_dl4.callbacks import HardNegativeWarmup
from keras_dl4.layers import CaptionEncoder
from keras_dl4.losses import PairwiseRankingLoss
from keras_dl4.models import VisualSemanticEmbedding

PAIRS = {
    "image": np.eye(3, dtype="float32"),
    "tokens": np.array([[1], [2], [3]]),
}


def run(negatives, **arguments):
    model = VisualSemanticEmbedding(
        None, CaptionEncoder(4, 5, "bag_of_words"), 5
    )
    model.compile("sgd", PairwiseRankingLoss(0.9, negatives))
    warmup = HardNegativeWarmup(2)
    history = model.fit(
        PAIRS, np.arange(3), callbacks=[warmup], verbose=0, **arguments
    )
    return model, history.history


def test_weight_rises_in_the_compiled_training():
    model, history = run("max", epochs=4)
    assert history["hard_weight"] == [0.0, 0.5, 1.0, 1.0]
    assert float(model.loss.hard_weight) == 1.0
    # All negatives cost more than the hardest: a change that is no training.
    assert history["loss"][0] > 1.2 * history["loss"][3]


def test_resumed_run_goes_on_as_it_would_have():
    _, history = run("max", epochs=3, initial_epoch=1)
    assert history["hard_weight"] == [0.5, 1.0]


def test_loss_without_a_weight_is_refused():
    with pytest.raises(ValueError, match="Compile the model with"):
        run("sum")


@pytest.mark.parametrize("num_epochs", [0, 1.5, True])
def test_bad_number_is_refused(num_epochs):
    with pytest.raises(ValueError, match="`num_epochs` must be a positive"):
        HardNegativeWarmup(num_epochs)
