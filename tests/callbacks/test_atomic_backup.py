"""A run goes on bit for bit after a kill, at whatever moment it came."""

import os

import keras
import numpy as np
import pytest

from keras_dl4.callbacks import AtomicBackup

STEPS = 3


def make_model(units=4, optimizer=None):
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(units, "tanh"),
            keras.layers.Dense(1),
        ]
    )
    optimizer = optimizer or keras.optimizers.RMSprop(
        1e-2, momentum=0.9, centered=True
    )
    model.compile(optimizer, "mse")
    return model


class Batches(keras.utils.PyDataset):
    """Other numbers in each epoch, as in a training run."""

    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch

    def __len__(self):
        return STEPS

    def __getitem__(self, index):
        rng = np.random.default_rng([self.epoch, index])
        return rng.normal(size=(4, 2)), rng.normal(size=(4, 1))

    def on_epoch_end(self):
        self.epoch += 1


def train(model, first, last, *callbacks):
    model.fit(
        Batches(first),
        initial_epoch=first,
        epochs=last,
        shuffle=False,
        callbacks=list(callbacks),
        verbose=0,
    )


def everything(model):
    variables = [*model.variables, *model.optimizer.variables]
    return [np.array(v) for v in variables]


def assert_identical(model, expected):
    for got, want in zip(everything(model), expected, strict=True):
        np.testing.assert_array_equal(got, want)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "new" / "backup.weights.h5"


@pytest.mark.parametrize("optimizer", ["rmsprop", "adam"])
def test_resumed_run_is_the_uninterrupted_one(optimizer, path):
    def make():
        if optimizer == "adam":
            return make_model(optimizer=keras.optimizers.Adam(1e-2))
        return make_model()

    whole = make()
    train(whole, 0, 4)
    train(make(), 0, 2, AtomicBackup(path))
    resumed = make()
    # The weights of a new process are others.
    for weight in resumed.weights:
        weight.assign(weight + 1.0)
    assert AtomicBackup(path).restore(resumed, STEPS) == 2
    train(resumed, 2, 4)
    assert len(everything(whole)) > 2 * len(whole.weights)
    assert_identical(resumed, everything(whole))


def test_backup_follows_every_epoch_and_leaves_one_file(path):
    model = make_model()
    epochs = []

    class Look(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            epochs.append(AtomicBackup(path).restore(make_model(), STEPS))
            assert [p.name for p in path.parent.iterdir()] == [path.name]

    train(model, 0, 3, AtomicBackup(path), Look())
    assert epochs == [1, 2, 3]


def test_kill_while_saving_keeps_the_last_backup(path, monkeypatch):
    model = make_model()
    train(model, 0, 1, AtomicBackup(path))
    expected = everything(model)

    def killed(self, filepath, **kwargs):
        with open(filepath, "wb") as file:
            file.write(b"half of a fi")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(keras.Model, "save_weights", killed)
        with pytest.raises(KeyboardInterrupt):
            train(model, 1, 2, AtomicBackup(path))
    resumed = make_model()
    assert AtomicBackup(path).restore(resumed, STEPS) == 1
    assert_identical(resumed, expected)
    # What the kill left behind is in nobody's way.
    train(resumed, 1, 2, AtomicBackup(path))
    assert AtomicBackup(path).restore(make_model(), STEPS) == 2


def test_kill_before_the_rename_keeps_the_last_backup(path, monkeypatch):
    model = make_model()
    train(model, 0, 1, AtomicBackup(path))
    expected = everything(model)

    def killed(source, destination):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            train(model, 1, 2, AtomicBackup(path))
    resumed = make_model()
    assert AtomicBackup(path).restore(resumed, STEPS) == 1
    assert_identical(resumed, expected)


def test_no_backup_leaves_the_model_alone(path):
    model = make_model()
    expected = everything(model)
    assert AtomicBackup(path).restore(model, STEPS) == 0
    assert_identical(model, expected)
    assert not path.parent.exists()


@pytest.mark.parametrize(
    "make_other",
    [
        lambda: make_model(units=5),
        lambda: make_model(optimizer=keras.optimizers.SGD(1e-2)),
    ],
    ids=["units", "optimizer"],
)
def test_backup_of_another_model_is_refused(make_other, path):
    train(make_model(), 0, 1, AtomicBackup(path))
    with pytest.raises(ValueError, match="backup.weights.h5.*same arguments"):
        AtomicBackup(path).restore(make_other(), STEPS)


def test_backup_of_another_number_of_layers_is_refused(path):
    train(make_model(), 0, 1, AtomicBackup(path))
    deeper = keras.Sequential(
        [keras.Input((2,)), *(keras.layers.Dense(4) for _ in range(4))]
    )
    deeper.compile(keras.optimizers.RMSprop(momentum=0.9, centered=True), "mse")
    with pytest.raises(ValueError, match="backup.weights.h5.*same arguments"):
        AtomicBackup(path).restore(deeper, STEPS)


@pytest.mark.parametrize("wrong", ["backup.h5", "backup.keras", "weights"])
def test_path_with_another_ending_is_refused(wrong):
    with pytest.raises(ValueError, match=f"weights.h5.*{wrong}"):
        AtomicBackup(wrong)


def test_path_without_folder_works(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    train(make_model(), 0, 1, AtomicBackup("b.weights.h5"))
    assert AtomicBackup("b.weights.h5").restore(make_model(), STEPS) == 1
