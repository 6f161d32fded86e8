"""Records cases and runs them in other processes, one for all cases."""

import json
import os
import pathlib
import re
import subprocess
import sys
import traceback

import keras

from tests.conformance.gradients import eager_values_and_gradients
from tests.conformance.noise import fed_noise
from tests.conformance.recording import save_arrays
from tests.conformance.subject import cropped
from tests.conformance.subject import named_inputs
from tests.conformance.subject import subject_of
from tests.conformance.subject import to_numpy

HERE = pathlib.Path(__file__).parent
SECONDS = 300


def folder_name(case):
    return re.sub(r"\W", "_", case.name)


def export_case(case, folder):
    """Writes a SavedModel, and what it has to answer to two requests."""
    subject, groups = subject_of(case), {}
    batch_size = named_inputs(subject.inputs)[0][1].shape[0]
    other = cropped(case, subject.inputs, batch_size - 1, 1)
    for number, inputs in enumerate([subject.inputs, other]):
        groups[f"inputs_{number}"] = named_inputs(inputs)
        groups[f"outputs_{number}"] = subject.values(inputs)
    save_arrays(folder, **groups)
    # A signature returns a tensor, a list or a dict, but nothing nested.
    model = keras.Model(subject.model.input, subject.model.outputs)
    with fed_noise(case):
        model.export(folder / "saved_model", verbose=False)


def record_case(case, folder):
    """Writes inputs, weights, values and gradients."""
    subject = subject_of(case)
    values, gradients = eager_values_and_gradients(case)
    save_arrays(
        folder,
        inputs=[array for _, array in named_inputs(subject.inputs)],
        weights=to_numpy(subject.variables),
        values=values,
        gradients=gradients,
    )


def _write(cases, root, write):
    """Writes each case to its folder; returns the failures to do so."""
    failures = {}
    for case in cases:
        folder = root / folder_name(case)
        folder.mkdir()
        try:
            write(case, folder)
        except Exception:
            failures[folder.name] = {"failure": traceback.format_exc()}
    return failures


class OtherProcess:
    """A script at work on recorded cases, meanwhile this process goes on."""

    def __init__(self, script, root, failures, **environment):
        if keras.backend.backend() != "tensorflow":
            raise RuntimeError("What is recorded must come from TensorFlow")
        self.root = root
        self.failures = failures
        self.output = (root / "output.txt").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, HERE / script, root],
            env={**os.environ, **environment},
            stdout=self.output,
            stderr=subprocess.STDOUT,
        )

    def report(self):
        """Waits for it; what it says by folder name."""
        if self.process.wait(timeout=SECONDS):
            raise RuntimeError((self.root / "output.txt").read_text())
        report = json.loads((self.root / "report.json").read_text())
        return {**report, **self.failures}

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.output.close()


def reload_saved_models(cases, root):
    """Starts a process without keras_dl4 that serves the cases."""
    failures = _write(cases, root, export_case)
    return OtherProcess("reload_saved_models.py", root, failures)


def run_on_jax(cases, root):
    """Starts a process without TensorFlow that runs the cases.

    `cases` is a dict from (module, name of its list of cases) to the cases
    to run; that is how the other process finds them again.
    """
    flat = [case for members in cases.values() for case in members]
    failures = _write(flat, root, record_case)
    index = [
        ((*place, case.name), folder_name(case))
        for place, members in cases.items()
        for case in members
        if folder_name(case) not in failures
    ]
    (root / "index.json").write_text(json.dumps(index))
    environment = {
        "KERAS_BACKEND": "jax",
        # Each case is compiled to run once.
        "XLA_FLAGS": "--xla_backend_optimization_level=0",
    }
    return OtherProcess("run_on_jax.py", root, failures, **environment)


def check_report(report, case):
    result = report[folder_name(case)]
    if "failure" in result:
        raise AssertionError(f"{case.name} did not run: {result['failure']}")
    if result["error"] > 1e-5 or result.get("gradient_error", 0.0) > 1e-4:
        raise AssertionError(f"{case.name} differs: {result}")
