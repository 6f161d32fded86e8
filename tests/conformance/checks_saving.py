"""Saved and loaded again, everything is as before."""

import contextlib
import pathlib
import tempfile

import keras

from tests.conformance.checks_config import through_json
from tests.conformance.subject import Subject
from tests.conformance.subject import assert_same
from tests.conformance.subject import subject_of
from tests.conformance.training import training_model


@contextlib.contextmanager
def temporary_file(name):
    with tempfile.TemporaryDirectory() as folder:
        yield pathlib.Path(folder) / name


def save_and_load(model):
    with temporary_file("model.keras") as path:
        model.save(path)
        return keras.saving.load_model(path, safe_mode=True)


def check_keras_file(case):
    """Loads in safe mode, without `custom_objects`."""
    subject = subject_of(case)
    if case.kind == "model":
        # The object itself and not the functional model around it: that is
        # what its users save.
        again = Subject(case, save_and_load(subject.object))
    else:
        again = Subject(case)
        again.model = save_and_load(subject.model)
    assert_same(again.values(), subject.reference, 1e-6, "Loaded .keras")


def check_weights_file(case):
    subject, again = subject_of(case), Subject(case, seed=1)
    with temporary_file("model.weights.h5") as path:
        subject.model.save_weights(path)
        again.model.load_weights(path)
    assert_same(again.values(), subject.reference, 1e-6, "Loaded weights")


def check_keras_file_of_compiled_model(case):
    """A loss, metric or regularizer comes back with the model it is in."""
    subject = subject_of(case)
    model, _ = training_model(case)
    again = save_and_load(model)
    if case.kind == "regularizer":
        layer = again.layers[-1]
        created = layer.penalty if case.attach else layer.activity_regularizer
        values = Subject(case, created).values()
        assert_same(values, subject.reference, 1e-6, "Loaded .keras")
        return
    config = through_json(again.get_compile_config())
    if config != through_json(model.get_compile_config()):
        raise AssertionError(f"{case.name}: compiled differently: {config}")
    key = "loss" if case.kind == "loss" else "weighted_metrics"
    if type(subject.object).__name__ not in str(config[key]):
        raise AssertionError(f"{case.name} is not in the file: {config}")
