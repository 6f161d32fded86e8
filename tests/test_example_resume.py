"""An example that is killed goes on as if nothing had happened."""

import json
import pathlib
import subprocess
import sys
import time

import h5py
import numpy as np

EXAMPLE = pathlib.Path(__file__).parents[1] / "examples" / "ntm_tasks.py"
ARGUMENTS = (
    "--task associative_recall --sequences 1500 --batch-size 50 "
    "--num-tests 2 --jit off --verbose 0 --steps-per-execution 5"
).split()


def start(out, *more):
    command = [sys.executable, EXAMPLE, *ARGUMENTS, "--out", out, *more]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


def record_in(out):
    try:
        return json.loads((out / "result.json").read_text())
    except FileNotFoundError:
        return {"curve": []}


def without_times(curve):
    return [
        {name: value for name, value in point.items() if "minutes" not in name}
        for point in curve
    ]


def arrays_in(path):
    arrays = {}
    with h5py.File(path) as file:
        file.visititems(
            lambda name, item: (
                arrays.update({name: item[()]})
                if isinstance(item, h5py.Dataset)
                else None
            )
        )
    return arrays


def test_killed_run_resumes_bit_for_bit(tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    uninterrupted, process = start(whole), start(killed)
    while process.poll() is None and not record_in(killed)["curve"]:
        time.sleep(0.1)
    process.kill()
    process.wait()
    assert len(record_in(killed)["curve"]) < 3
    assert start(killed, "--resume").wait() == 0
    assert uninterrupted.wait() == 0

    expected, received = record_in(whole), record_in(killed)
    assert without_times(received["curve"]) == without_times(expected["curve"])
    assert received["tests"] == expected["tests"]
    arrays = arrays_in(killed / "backup.weights.h5")
    for name, array in arrays_in(whole / "backup.weights.h5").items():
        np.testing.assert_array_equal(arrays[name], array, err_msg=name)
