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
parts = {"inputs": {}, "outputs": {}}
for key in data.files:
    kind, name = key.split("/", 1)
    parts[kind][name] = data[key]
loaded = tf.saved_model.load(sys.argv[1])
found = loaded.signatures[sys.argv[3]](
    **{name: tf.constant(x) for name, x in parts["inputs"].items()}
)
errors = [
    np.abs(found[name].numpy() - expected).max()
    for name, expected in parts["outputs"].items()
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
    parts = {"inputs": inputs, "outputs": outputs}
    with tempfile.TemporaryDirectory() as folder:
        sample = pathlib.Path(folder) / "sample.npz"
        np.savez(
            sample,
            **{
                f"{kind}/{name}": np.asarray(value)
                for kind, values in parts.items()
                for name, value in values.items()
            },
        )
        ran = subprocess.run(
            [sys.executable, "-I", "-c", _SCRIPT, path, sample, signature],
            capture_output=True,
            text=True,
        )
    if ran.returncode:
        raise ValueError(
            f"The SavedModel at {path} failed in a process of its own, with "
            f"signature {signature!r}:\n{ran.stderr.strip()}"
        )
    error = float(ran.stdout.split()[-1])
    if not error <= tolerance:
        raise ValueError(
            f"The SavedModel at {path} differs from what was expected by up "
            f"to {error}. `tolerance` lets {tolerance} pass."
        )
    return error
