"""The record of a run: valid JSON at every moment, also after a kill."""

import json
import os
import sys
import time

import keras
import numpy as np
import pytest

from keras_dl4.callbacks import RunRecorder


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run" / "result.json"


def read(path):
    """Reads strictly: JSON knows no NaN and no infinity."""

    def refuse(constant):
        raise ValueError(f"{constant} is not JSON")

    return json.loads(path.read_text(), parse_constant=refuse)


def record(recorder, *losses, first=0):
    for epoch, loss in enumerate(losses, first):
        recorder.on_epoch_begin(epoch)
        recorder.on_epoch_end(epoch, {"loss": loss})


def test_record_of_a_fit_tells_how_it_was_made(path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["train.py", "--name", "two words"])
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    recorder = RunRecorder(path, {"seed": 7}, sequences_per_epoch=8)
    x, y = np.zeros((8, 2)), np.zeros((8, 1))
    history = model.fit(
        x, y, validation_data=(x, y), epochs=3, callbacks=[recorder], verbose=0
    )
    result = read(path)
    assert result["command"] == "train.py --name 'two words'"
    assert result["settings"] == {"seed": 7}
    assert result["versions"]["keras"] == keras.__version__
    assert result["versions"]["numpy"] == np.__version__
    assert keras.backend.backend() in result["versions"]
    assert [point["epoch"] for point in result["curve"]] == [1, 2, 3]
    assert [point["sequences"] for point in result["curve"]] == [8, 16, 24]
    for name in ("loss", "val_loss"):
        values = [point[name] for point in result["curve"]]
        assert values == history.history[name]


def test_minutes_count_up_and_leave_out_what_is_between_epochs(
    path, monkeypatch
):
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(time, "process_time", lambda: now[0] / 2)
    recorder = RunRecorder(path)
    for epoch in range(3):
        now[0] += 1000.0
        recorder.on_epoch_begin(epoch)
        now[0] += 60.0
        recorder.on_epoch_end(epoch, {"loss": 1.0})
    result = read(path)
    assert [point["minutes"] for point in result["curve"]] == [1.0, 2.0, 3.0]
    assert result["minutes"] == 3.0
    assert result["cpu_minutes"] == 1.5


def test_results_are_added_to_the_record(path):
    recorder = RunRecorder(path)
    recorder.add(wrong_bits={"20": 0.0})
    record(recorder, 1.0)
    recorder.add(note="done")
    result = read(path)
    assert result["wrong_bits"] == {"20": 0.0}
    assert result["note"] == "done"
    assert len(result["curve"]) == 1


def test_record_is_there_after_each_epoch(path):
    recorder = RunRecorder(path)
    for epoch in range(3):
        record(recorder, 1.0, first=epoch)
        assert len(read(path)["curve"]) == epoch + 1
        assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("moment", ["dump", "replace"])
def test_kill_while_writing_keeps_the_last_record(moment, path, monkeypatch):
    recorder = RunRecorder(path)
    record(recorder, 3.0, 2.0)

    def killed(*args, **kwargs):
        if moment == "dump":
            args[1].write('{"curve": [')
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(json if moment == "dump" else os, moment, killed)
        with pytest.raises(KeyboardInterrupt):
            record(recorder, 1.0, first=2)
    assert [point["loss"] for point in read(path)["curve"]] == [3.0, 2.0]


def test_resumed_record_forgets_what_came_after_the_backup(path, monkeypatch):
    now = [0.0]

    def tick():
        now[0] += 60.0
        return now[0]

    monkeypatch.setattr(time, "perf_counter", tick)
    record(RunRecorder(path), 4.0, 3.0, 2.0)
    resumed = RunRecorder(path)
    resumed.resume(2)
    assert resumed.record["minutes"] == 2.0
    record(resumed, 2.5, first=2)
    result = read(path)
    assert [point["loss"] for point in result["curve"]] == [4.0, 3.0, 2.5]
    assert [point["epoch"] for point in result["curve"]] == [1, 2, 3]
    assert result["minutes"] == 3.0
    assert resumed.best("loss") == 2.5


@pytest.mark.parametrize("exists", [False, True])
def test_new_run_takes_nothing_over(exists, path):
    if exists:
        record(RunRecorder(path), 4.0)
    recorder = RunRecorder(path)
    recorder.resume(0 if exists else 2)
    assert recorder.record["curve"] == []
    assert recorder.record["minutes"] == 0.0


def test_resume_of_a_record_without_a_curve_starts_one(path):
    """A kill between the first backup and the first point of the curve."""
    RunRecorder(path).add(note="before training")
    recorder = RunRecorder(path)
    recorder.resume(1)
    record(recorder, 1.0, first=1)
    assert [point["epoch"] for point in read(path)["curve"]] == [2]


def test_best_is_the_lowest_so_far(path):
    recorder = RunRecorder(path)
    assert recorder.best("loss") is None
    record(recorder, 3.0, 1.0, 2.0)
    assert recorder.best("loss") == 1.0


@pytest.mark.parametrize("losses", [(float("nan"), 1.0), (1.0, float("nan"))])
def test_best_is_a_number_where_there_is_one(losses, path):
    recorder = RunRecorder(path)
    record(recorder, *losses)
    assert recorder.best("loss") == 1.0


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_record_stays_json_when_training_diverges(value, path):
    recorder = RunRecorder(path)
    record(recorder, 1.0, value)
    recorder.add(final={"loss": value})
    assert len(read(path)["curve"]) == 2


def test_values_of_any_number_type_are_recorded(path):
    recorder = RunRecorder(path)
    record(recorder, np.float32(0.5), np.array(0.25), 1)
    losses = [point["loss"] for point in read(path)["curve"]]
    assert losses == [0.5, 0.25, 1.0]


def test_run_with_other_settings_does_not_take_over(path):
    record(RunRecorder(path, {"seed": 7}), 1.0)
    before = path.read_text()
    with pytest.raises(ValueError, match="result.json.*seed.*7, 8.*Resume"):
        RunRecorder(path, {"seed": 8}).resume(1)
    assert path.read_text() == before


def test_resumed_record_tells_where_and_keeps_earlier_results(path):
    recorder = RunRecorder(path, {"seed": 7, "dropped": 1}, command="first")
    record(recorder, 1.0, 2.0)
    recorder.add(note="kept")
    for epoch in (1, 2):
        resumed = RunRecorder(path, {"seed": 7}, command=f"from {epoch}")
        resumed.resume(epoch)
        record(resumed, 3.0, first=epoch)
    result = read(path)
    assert result["command"] == "first"
    assert [(each["epoch"], each["command"]) for each in result["resumed"]] == [
        *[(1, "from 1"), (2, "from 2")]
    ]
    assert result["settings"] == {"seed": 7}
    assert result["note"] == "kept"
