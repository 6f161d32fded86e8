"""Loads a SavedModel where a server would: without keras_dl4."""

import pathlib
import subprocess
import sys
import tempfile

import numpy as np

_SCRIPT = """
import sys
import numpy as np
import tensorflow as tf
data = np.load(sys.argv[2])
calls = {}
for key in data.files:
    signature, kind, name = key.split("/", 2)
    call = calls.setdefault(signature, {"inputs": {}, "outputs": {}})
    call[kind][name] = data[key]
def difference(found, expected):
    if expected.dtype.kind == "S":  # Text is right or wrong.
        return float(np.any(found.astype("S") != expected))
    return np.abs(found.astype("float64") - expected).max()
loaded = tf.saved_model.load(sys.argv[1])
errors = []
for signature, call in calls.items():
    found = loaded.signatures[signature](
        **{name: tf.constant(x) for name, x in call["inputs"].items()}
    )
    errors += [
        difference(found[name].numpy(), expected)
        for name, expected in call["outputs"].items()
    ]
if "keras_dl4" in sys.modules:
    sys.exit("keras_dl4 was imported.")
print(float(np.max(errors)))  # NaN, if one is
"""


def check_in_clean_process(
    path, inputs, outputs, signature="serving_default", tolerance=1e-3
):
    """Checks that a SavedModel answers as expected in a process of its own.

    The process knows nothing of this one: what works there works on a server.
    Use it after `export_saved_model`, with what the model itself predicts.

    Args:
        path: String or path, the version directory of the SavedModel.
        inputs: Dictionary of arrays, by the names of the signature.
        outputs: Dictionary of arrays, what is expected, by name.
        signature: String, which signature to call. Defaults to
            `"serving_default"`.
        tolerance: Positive float, the largest absolute difference that is
            let pass. Defaults to `1e-3`.

    Returns:
        Float, the largest absolute difference.

    Raises:
        ValueError: If the model cannot be loaded, fails, or differs.

    Example:

    >>> import os
    >>> import tempfile
    >>> from keras_dl4 import serving
    >>> x = keras.Input((4,), name="features")
    >>> model = keras.Model(x, keras.layers.Dense(2, name="logits")(x))
    >>> path = os.path.join(tempfile.mkdtemp(), "1")
    >>> _ = serving.export_saved_model(model, path)
    >>> features = np.ones((3, 4), "float32")
    >>> error = serving.check_in_clean_process(
    ...     path,
    ...     {"features": features},
    ...     {"logits": model.predict(features, verbose=0)},
    ... )
    >>> error < 1e-5
    True
    """
    return _largest_error(path, {signature: (inputs, outputs)}, tolerance)


def check_signatures_in_clean_process(path, signatures, inputs, tolerance=1e-3):
    """Checks several signatures of a SavedModel in one process of its own.

    Each is held against the function that it was made of, called here.

    Args:
        path: String or path, the version directory of the SavedModel.
        signatures: Dictionary from names to functions, or to pairs of a
            function and what it takes: the `signatures` that
            `export_saved_model` was given.
        inputs: Dictionary from names of signatures to dictionaries of arrays,
            by the names of their inputs. A function is called with the array
            where there is one, else with the dictionary.
        tolerance: Positive float, the largest absolute difference that is
            let pass. Defaults to `1e-3`.

    Returns:
        Float, the largest absolute difference.

    Raises:
        ValueError: If a signature is left out, the model cannot be loaded,
            fails, or differs.

    Example:

    >>> import os
    >>> import tempfile
    >>> from keras_dl4 import serving
    >>> x = keras.Input((4,), name="features")
    >>> model = keras.Model(x, keras.layers.Dense(2, name="logits")(x))
    >>> signatures = {"probabilities": lambda x: {
    ...     "probability": keras.ops.softmax(model(x))}}
    >>> path = os.path.join(tempfile.mkdtemp(), "1")
    >>> _ = serving.export_saved_model(model, path, signatures=signatures)
    >>> features = {"features": np.ones((3, 4), "float32")}
    >>> error = serving.check_signatures_in_clean_process(
    ...     path, signatures, {"probabilities": features}
    ... )
    >>> error < 1e-5
    True
    """
    if set(inputs) != set(signatures):
        raise ValueError(
            "`inputs` must hold examples for each of the signatures "
            f"{sorted(signatures)}. Received: {sorted(inputs)}. Add or remove "
            "some."
        )
    calls = {}
    for name, given in inputs.items():
        function = signatures[name]
        if isinstance(function, tuple):
            function, _ = function
        (*arrays,) = given.values()
        outputs = function(arrays[0] if len(arrays) == 1 else given)
        calls[name] = given, outputs
    return _largest_error(path, calls, tolerance)


def _largest_error(path, calls, tolerance):
    """Of calls by signature, each a pair of inputs and expected outputs."""
    with tempfile.TemporaryDirectory() as folder:
        sample = pathlib.Path(folder) / "sample.npz"
        np.savez(
            sample,
            **{
                f"{signature}/{kind}/{name}": _storable(np.asarray(value))
                for signature, call in calls.items()
                for kind, values in zip(
                    ("inputs", "outputs"), call, strict=True
                )
                for name, value in values.items()
            },
        )
        ran = subprocess.run(
            [sys.executable, "-I", "-c", _SCRIPT, path, sample],
            capture_output=True,
            text=True,
        )
    names = ", ".join(map(repr, calls))
    if ran.returncode:
        raise ValueError(
            f"The SavedModel at {path} failed in a process of its own, with "
            f"signature {names}:\n{ran.stderr.strip()}"
        )
    error = float(ran.stdout.split()[-1])
    if not error <= tolerance:
        raise ValueError(
            f"The SavedModel at {path} differs from what was expected by up "
            f"to {error}, with signature {names}. `tolerance` lets "
            f"{tolerance} pass."
        )
    return error


def _storable(array):
    """Text as bytes and half precision as floats, stored without pickle."""
    if array.dtype.name == "bfloat16":
        return array.astype("float32")
    if array.dtype.kind == "U":
        return np.char.encode(array, "utf-8")
    return array.astype("S") if array.dtype.kind == "O" else array
