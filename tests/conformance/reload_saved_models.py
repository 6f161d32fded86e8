"""Serves SavedModels in a process that has no keras_dl4.

Run:    python reload_saved_models.py <folder of folders>
Writes: report.json there, with the largest error of each case
"""

import json
import pathlib
import sys
import traceback

from recording import BlockedImports
from recording import largest_error
from recording import load_arrays

sys.meta_path.insert(0, BlockedImports("keras_dl4"))

import tensorflow as tf  # noqa: E402


def pack(named):
    """The inputs as the model takes them: an array, a list or a dict."""
    names = [name for name, _ in named]
    arrays = [tf.convert_to_tensor(array) for _, array in named]
    if names == [""]:
        return arrays[0]
    if names[0] == "0":
        return arrays
    return dict(zip(names, arrays, strict=True))


def error_of(folder):
    loaded = tf.saved_model.load(str(folder / "saved_model"))
    groups = load_arrays(folder)
    errors = []
    while f"inputs_{len(errors)}" in groups:
        number = len(errors)
        outputs = loaded.serve(pack(groups[f"inputs_{number}"]))
        outputs = [output.numpy() for output in tf.nest.flatten(outputs)]
        expected = [array for _, array in groups[f"outputs_{number}"]]
        errors.append(largest_error(outputs, expected))
    return {"requests": len(errors), "error": max(errors)}


def main(root):
    report = {}
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        try:
            report[folder.name] = error_of(folder)
        except Exception:
            report[folder.name] = {"failure": traceback.format_exc()}
    if "keras_dl4" in sys.modules:
        raise RuntimeError("keras_dl4 was imported")
    (root / "report.json").write_text(json.dumps(report))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
