"""What `export_saved_model` refuses, and what it leaves on the disk."""

import os
import pathlib

import keras
import numpy as np
import pytest

from keras_dl4.serving import check_saved_model
from keras_dl4.serving import export_saved_model

pytest.importorskip("tensorflow")


def dense_model():
    x = keras.Input((4,))
    return keras.Model(x, keras.layers.Dense(2)(x))


class Doubling(keras.Model):
    """A subclassed model, whose signature Keras does not know."""

    def call(self, inputs):
        return 2 * inputs


def test_export_prints_nothing(tmp_path, capfd):
    export_saved_model(dense_model(), tmp_path / "1")
    assert capfd.readouterr() == ("", "")


def test_missing_parents_are_made_and_check_passes(tmp_path):
    path = str(tmp_path / "runs" / "x" / "7")
    report = export_saved_model(dense_model(), path)
    assert check_saved_model(path) == report
    assert os.listdir(tmp_path / "runs" / "x") == ["7"]


@pytest.mark.parametrize("name", ["latest", "0", "-1", "1.5", "01", "v1"])
def test_path_without_version_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match="must be the version") as error:
        export_saved_model(dense_model(), tmp_path / name)
    assert str(tmp_path / name / "1") in str(error.value)
    assert os.listdir(tmp_path) == []


def test_existing_version_is_kept_and_the_next_one_named(tmp_path):
    export_saved_model(dense_model(), tmp_path / "1")
    export_saved_model(dense_model(), tmp_path / "9")
    before = (tmp_path / "1" / "saved_model.pb").read_bytes()
    with pytest.raises(FileExistsError, match="Version 1 exists") as error:
        export_saved_model(dense_model(), tmp_path / "1")
    assert str(tmp_path / "10") in str(error.value)
    assert (tmp_path / "1" / "saved_model.pb").read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == ["1", "9"]


def test_failure_while_writing_leaves_nothing(tmp_path, monkeypatch):
    written = []

    def write_half(archive, filepath, **kwargs):
        path = pathlib.Path(filepath)
        path.mkdir()
        (path / "saved_model.pb").write_bytes(b"half")
        written.append(path)
        raise OSError("No space left on device")

    archive_class = type(keras.export.ExportArchive())
    monkeypatch.setattr(archive_class, "write_out", write_half)
    with pytest.raises(OSError, match="No space left"):
        export_saved_model(dense_model(), tmp_path / "1")
    assert written[0].parent == tmp_path
    assert os.listdir(tmp_path) == []


def test_breach_of_the_contract_leaves_nothing(tmp_path):
    model = dense_model()
    with pytest.raises(ValueError, match="free batch axis"):
        export_saved_model(
            model,
            tmp_path / "1",
            signatures={"mean": lambda x: {"mean": keras.ops.mean(model(x))}},
        )
    assert os.listdir(tmp_path) == []


def test_version_written_meanwhile_is_kept(tmp_path, monkeypatch):
    archive_class = type(keras.export.ExportArchive())
    write_out = archive_class.write_out

    def write_while_another_does(archive, filepath, **kwargs):
        write_out(archive, filepath, **kwargs)
        (tmp_path / "1").mkdir()

    monkeypatch.setattr(archive_class, "write_out", write_while_another_does)
    with pytest.raises(FileExistsError, match="Version 1 exists"):
        export_saved_model(dense_model(), tmp_path / "1")
    assert os.listdir(tmp_path) == ["1"]
    assert os.listdir(tmp_path / "1") == []


def built_without_input():
    model = keras.Sequential([keras.layers.Dense(2)])
    model(np.zeros((3, 4), "float32"))
    return model


def called_subclass():
    model = Doubling()
    model(np.zeros((3, 4), "float32"))
    return model


@pytest.mark.parametrize(
    ("make_model", "arguments", "message"),
    [
        (Doubling, {}, "Call it once on a batch"),
        (called_subclass, {}, "`input_signature` is needed"),
        (built_without_input, {}, "Start the model with `keras.Input"),
        (
            called_subclass,
            {"input_signature": keras.InputSpec(shape=(None, 4))},
            "needs a dtype",
        ),
        (
            called_subclass,
            {"input_signature": keras.InputSpec(shape=(3, 4), dtype="int32")},
            "first axis, the batch, is None",
        ),
        (dense_model, {"input_names": ["a", "b"]}, "Expected 1 names"),
        (dense_model, {"input_names": "a/b"}, "letters, digits"),
        (dense_model, {"output_names": []}, "Expected 1 names"),
        (dense_model, {"signatures": {"serve": len}}, "other than"),
        (dense_model, {"signatures": {"a b": len}}, "Python identifier"),
    ],
)
def test_unclear_interface_is_refused(tmp_path, make_model, arguments, message):
    with pytest.raises(ValueError, match=message):
        export_saved_model(make_model(), tmp_path / "1", **arguments)
    assert os.listdir(tmp_path) == []


def test_other_backend_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    with pytest.raises(ValueError, match="KERAS_BACKEND=tensorflow"):
        export_saved_model(dense_model(), tmp_path / "1")
