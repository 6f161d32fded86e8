"""Restarts of a memory network, against each of them alone."""

import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.models import MemN2N
from keras_dl4.models import MemN2NRestarts
from keras_dl4.models import memn2n_preset

ROOT = pathlib.Path(__file__).parents[2]
WORDS, MEMORIES = 8, 5
SETTINGS = {
    "embedding_dim": 4,
    "num_hops": 2,
    "memory_size": MEMORIES,
    "random_noise": 0.0,
}
BRIEFLY = {"epochs": 2, "linear_epochs": 1, "batch_size": 6, "verbose": 0}


def questions(count=40, seed=0):
    """The answer is the first word of the newest sentence."""
    rng = np.random.default_rng(seed)
    story = rng.integers(2, WORDS, (count, MEMORIES, 3)).astype("int32")
    for row, length in zip(story, rng.integers(1, 6, count), strict=True):
        row[length:] = 0
    question = rng.integers(2, WORDS, (count, 2)).astype("int32")
    return {"story": story, "question": question}, story[:, 0, 0]


def restarts_of(seed=3, num_restarts=3, **settings):
    return MemN2NRestarts(WORDS, num_restarts, seed, **(SETTINGS | settings))


def arrays(model):
    return {
        name: ops.convert_to_numpy(weight)
        for name, weight in model.memory_weights.items()
    }


class Recorded:
    """The programs of restarts, and the batches that they train on."""

    def __init__(self, restarts):
        self.programs, restarts._programs = restarts._programs, self
        self.judge = self.programs.judge
        self.epochs = []

    def train_epoch(self, weights, data):
        self.epochs.append(
            {
                name: ops.convert_to_numpy(data[name])
                for name in ("order", "rate", "linear")
            }
        )
        return self.programs.train_epoch(weights, data)


@pytest.mark.parametrize(
    "settings",
    [{}, {"weight_tying": "layerwise", "sentence_encoding": "bow"}],
    ids=["adjacent", "layerwise"],
)
def test_restarts_are_single_models_trained_by_keras(settings):
    """By plain SGD on the sum over a batch; no gradient is clipped here."""
    restarts, (x, y) = restarts_of(**settings), questions()
    single = restarts.restart(1)
    before = arrays(restarts)
    recorded = Recorded(restarts)
    restarts.train(x, y, **BRIEFLY, learning_rate=0.02)

    def summed(y_true, y_pred):
        losses = keras.losses.sparse_categorical_crossentropy(
            y_true, y_pred, from_logits=True
        )
        return losses * len(recorded.epochs[0]["order"][0])

    single.compile(keras.optimizers.SGD(0.005), summed)
    for epoch in recorded.epochs:
        single.linear.assign(bool(epoch["linear"]))
        single.optimizer.learning_rate = float(epoch["rate"])
        for chosen in epoch["order"]:
            batch = {name: values[chosen] for name, values in x.items()}
            single.train_on_batch(batch, y[chosen])
    trained = arrays(restarts.restart(1))
    for name, expected in arrays(single).items():
        np.testing.assert_allclose(trained[name], expected, atol=1e-5)
        assert abs(arrays(restarts)[name] - before[name]).max() > 1e-3


def test_epochs_are_those_of_the_paper():
    """Linear first, then a rate that is halved; nothing of what is held out."""
    restarts, (x, y) = restarts_of(), questions()
    recorded = Recorded(restarts)
    schedule = {"epochs": 5, "linear_epochs": 2, "halve_every": 2}
    history = restarts.train(
        x,
        y,
        **schedule,
        learning_rate=0.01,
        linear_learning_rate=0.003,
        batch_size=6,
        verbose=0,
    )
    assert [bool(each["linear"]) for each in recorded.epochs] == [True] * 2 + [
        False
    ] * 5
    np.testing.assert_allclose(
        [each["rate"] for each in recorded.epochs],
        [0.003, 0.003, 0.01, 0.01, 0.005, 0.005, 0.0025],
    )
    seen = {int(n) for each in recorded.epochs for n in each["order"].flat}
    assert seen == set(range(36))
    assert {each["order"].shape for each in recorded.epochs} == {(6, 6)}
    assert set(history.history) == {
        *("loss", "mean_loss", "val_loss", "val_error")
    }
    assert len(history.history["loss"]) == 7


def test_a_random_tenth_can_be_held_out():
    restarts, (x, y) = restarts_of(), questions()
    recorded = Recorded(restarts)
    restarts.train(x, y, **(BRIEFLY | {"epochs": 20}), held_out_from="random")
    seen = {int(n) for each in recorded.epochs for n in each["order"].flat}
    assert len(seen) == 36
    assert seen != set(range(36))


def test_best_has_the_lowest_training_loss_and_equal_logits():
    restarts, (x, y) = restarts_of(), questions()
    with pytest.raises(ValueError, match="Call `train` first"):
        restarts.best()
    restarts.train(x, y, **BRIEFLY, held_out=0.0)
    found = restarts.evaluate_restarts(x, y)
    loss = ops.convert_to_numpy(restarts.training_loss)
    np.testing.assert_allclose(loss, found["loss"], rtol=1e-5)
    probabilities = 0.0
    for index in range(3):
        logits = restarts.restart(index).predict(x, verbose=0)
        wrong = logits.argmax(axis=-1) != y
        np.testing.assert_allclose(found["error"][index], wrong.mean(), 1e-6)
        exponentials = np.exp(logits)
        share = exponentials / exponentials.sum(axis=-1, keepdims=True)
        probabilities += share / 3
        if index == loss.argmin():
            best = restarts.best()
            assert isinstance(best, MemN2N)
            np.testing.assert_allclose(
                best.predict(x, verbose=0), logits, atol=1e-6
            )
    together = restarts.predict(x, verbose=0)
    np.testing.assert_allclose(np.exp(together), probabilities, atol=1e-5)
    wrong = together.argmax(axis=-1) != y
    np.testing.assert_allclose(found["ensemble_error"], wrong.mean(), 1e-6)


def test_seeds_are_reproducible():
    """Of weights, batches and noise."""
    x, y = questions()
    trained = []
    for seed in (0, 0, 1):
        restarts = restarts_of(seed, random_noise=0.3)
        restarts.train(x, y, **BRIEFLY)
        trained.append(arrays(restarts)["words"])
    np.testing.assert_array_equal(trained[0], trained[1])
    assert abs(trained[0] - trained[2]).max() > 0.01
    apart = trained[0].reshape(WORDS, -1, 3, 4)
    assert abs(apart[:, :, 0] - apart[:, :, 1]).max() > 0.01


def test_loss_falls_and_training_can_be_stopped():
    restarts, (x, y) = restarts_of(), questions()

    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = logs["loss"] < 0.5

    schedule = BRIEFLY | {"epochs": 300, "learning_rate": 0.03}
    loss = restarts.train(x, y, [Stop()], **schedule).history["loss"]
    assert len(loss) < 301
    assert loss[-2] > 0.5 > loss[-1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"linear": True}, "no `linear`"),
        ({"return_attention": True}, "Ask `best"),
        ({"num_restarts": 0}, "`num_restarts` must be a positive int"),
        ({"num_hops": 0}, "`num_hops` must be a positive int"),
    ],
)
def test_bad_settings_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        restarts_of(**arguments)


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ({"epochs": -1}, "`epochs` must be an int of at least 0"),
        ({"batch_size": 0}, "`batch_size` must be an int of at least 1"),
        ({"learning_rate": 0.0}, "`learning_rate` must be a positive"),
        ({"held_out": 1.0}, "`held_out` must be a share"),
        ({"held_out_from": "first"}, "'last' or 'random'"),
        ({"learning_rate": 1e30, "clip": 1e30}, "Lower `learning_rate`"),
    ],
)
def test_bad_schedules_are_refused(schedule, message):
    x, y = questions()
    with pytest.raises(ValueError, match=message):
        restarts_of().train(x, y, **(BRIEFLY | schedule))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x, y: (x["story"], y), "Expected a dict"),
        (lambda x, y: (x, y[:, None]), "Expected a dict"),
        (lambda x, y: (x, y[1:]), "a story and an answer for each"),
        (lambda x, y: (x, y + WORDS), "must hold ids of words"),
    ],
)
def test_bad_data_is_refused(change, message):
    x, y = change(*questions())
    for method in (restarts_of().train, restarts_of().evaluate_restarts):
        with pytest.raises(ValueError, match=message):
            method(x, y)


def test_presets_are_the_protocol_of_the_paper():
    single, joint = map(memn2n_preset, ("paper_1k", "paper_1k_joint"))
    assert single["training"]["linear_epochs"] == 20
    assert (joint["training"]["epochs"], joint["training"]["halve_every"]) == (
        60,
        15,
    )
    restarts = MemN2NRestarts(WORDS, 2, memory_size=5, **joint["model"])
    assert restarts.architecture.embedding_dim == 50
    restarts_of().train(*questions(), **(single["training"] | BRIEFLY))
    single["training"].clear()
    assert memn2n_preset("paper_1k")["training"]
    with pytest.raises(ValueError, match="The presets are"):
        memn2n_preset("paper")


TRAIN = """
import sys
import numpy as np
from keras import ops
from tests.models.test_memn2n_restarts import *
restarts = restarts_of(random_noise=0.3)
start = np.load(sys.argv[1])
for name, weight in restarts.memory_weights.items():
    weight.assign(start[name])
restarts.train(*questions(), **BRIEFLY)
np.savez(sys.argv[2], **arrays(restarts))
"""


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="it starts the other"
)
def test_jax_trains_to_the_same_weights(tmp_path):
    """Batches and noise are NumPy's, the same on every backend."""
    pytest.importorskip("jax")
    restarts = restarts_of(random_noise=0.3)
    np.savez(tmp_path / "start.npz", **arrays(restarts))
    command = [sys.executable, "-c", TRAIN, "start.npz", "end.npz"]
    command[3:] = [tmp_path / name for name in command[3:]]
    ran = subprocess.run(
        command,
        env={**os.environ, "KERAS_BACKEND": "jax"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    restarts.train(*questions(), **BRIEFLY)
    with np.load(tmp_path / "end.npz") as found:
        for name, expected in arrays(restarts).items():
            np.testing.assert_allclose(found[name], expected, atol=1e-5)
