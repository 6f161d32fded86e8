"""The package works on JAX where TensorFlow is not installed."""

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]

# Runs in its own process, whose first act is to hide TensorFlow.
SCRIPT = """
import importlib
import importlib.util
import pkgutil
import sys


class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"{name} is hidden", name=name)


HIDDEN = {"tensorflow", "tensorflow_datasets", "torch"}
sys.meta_path.insert(0, Hidden())

import keras
import numpy as np

import keras_dl4

assert "keras_dl4.figures" not in sys.modules, "it must load lazily"

# These are for one backend: they may need its library, and nothing else.
BOUND = {
    "keras_dl4.backend.tensorflow",
    "keras_dl4.backend.torch",
}
if not importlib.util.find_spec("matplotlib"):
    BOUND.add("keras_dl4.figures")

for module in pkgutil.walk_packages(keras_dl4.__path__, "keras_dl4."):
    if module.name.endswith("__main__"):
        continue
    try:
        importlib.import_module(module.name)
    except ImportError:
        if module.name not in BOUND:
            raise
    print("imported", module.name)

inputs = keras.Input((None, 9))
outputs = keras_dl4.layers.NTM(
    8, controller_units=5, memory_size=6, word_dim=4, return_sequences=True
)(inputs)
model = keras.Model(inputs, outputs)
model.compile("sgd", keras.losses.BinaryCrossentropy(from_logits=True))
before = [np.array(w) for w in model.get_weights()]
task = keras_dl4.datasets.CopyTask(
    batch_size=2, max_length=2, batches_per_epoch=1
)
history = model.fit(task, verbose=0)
assert np.isfinite(history.history["loss"]).all()
assert any((a != b).any() for a, b in zip(before, model.get_weights()))
assert keras.backend.backend() == "jax"
assert "tensorflow" not in sys.modules
print("trained one step")
"""


def run_script(script):
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
    )


def test_package_imports_and_trains_on_jax_without_tensorflow():
    pytest.importorskip("jax", reason="JAX is not installed")
    result = run_script(SCRIPT)
    assert result.returncode == 0, result.stderr
    assert "imported keras_dl4.layers" in result.stdout
    assert result.stdout.endswith("trained one step\n")


def test_import_of_tensorflow_is_noticed():
    head = SCRIPT.split("import keras\n")[0]
    result = run_script(head + "import tensorflow\n")
    assert result.returncode != 0
    assert "tensorflow is hidden" in result.stderr
