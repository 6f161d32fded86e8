"""Runs recorded cases on JAX, in a process that has no TensorFlow.

Run:    KERAS_BACKEND=jax python run_on_jax.py <folder of folders>
Writes: report.json there, with the largest errors of each case
"""

import importlib
import json
import pathlib
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).parents[2]))

from tests.conformance.recording import BlockedImports  # noqa: E402
from tests.conformance.recording import largest_error  # noqa: E402
from tests.conformance.recording import load_arrays  # noqa: E402

sys.meta_path.insert(0, BlockedImports("tensorflow"))

from keras import tree  # noqa: E402

from tests.conformance.gradients import values_and_gradients  # noqa: E402
from tests.conformance.subject import Subject  # noqa: E402
from tests.conformance.subject import set_weights  # noqa: E402


def errors_of(case, folder):
    groups = {
        name: [array for _, array in members]
        for name, members in load_arrays(folder).items()
    }
    subject = Subject(case)
    subject.inputs = tree.pack_sequence_as(subject.inputs, groups["inputs"])
    set_weights(subject.variables, groups["weights"])
    values, gradients = values_and_gradients(subject)
    return {
        "error": largest_error(values, groups["values"]),
        "gradient_error": largest_error(gradients, groups["gradients"]),
    }


def main(root):
    report = {}
    for place, folder in json.loads((root / "index.json").read_text()):
        module, collection, name = place
        start = time.monotonic()
        try:
            cases = getattr(importlib.import_module(module), collection)
            case = {case.name: case for case in cases}[name]
            report[folder] = errors_of(case, root / folder)
        except Exception:
            report[folder] = {"failure": traceback.format_exc()}
        report[folder]["seconds"] = time.monotonic() - start
    (root / "report.json").write_text(json.dumps(report))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
