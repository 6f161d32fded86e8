"""A record of how a run was made and what came of it."""

import json
import math
import os
import platform
import shlex
import subprocess
import sys
import time
from importlib import metadata

import keras


class RunRecorder(keras.callbacks.Callback):
    """Keeps a JSON record of a run: how it was made, its curve, its results.

    The file is rewritten as a whole at the end of each epoch, and read back
    when a run is resumed. It holds the command, commit, seed, versions,
    machine, minutes of training, the curve (one dictionary an epoch) and
    whatever is passed to `add`.

    Args:
        path: String, the JSON file.
        settings: Dictionary of what describes the run. Defaults to `None`.
        sequences_per_epoch: Positive int, adds the count `sequences` to each
            point of the curve. Defaults to `None`.
        command: String, what starts the run. Defaults to `None`, the command
            line of this process.

    Raises:
        ValueError: If a run is resumed with other settings.

    Example:

    >>> import os
    >>> import tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "result.json")
    >>> recorder = keras_dl4.callbacks.RunRecorder(path, {"seed": 0})
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> x, y = np.zeros((8, 2)), np.zeros((8, 1))
    >>> _ = model.fit(x, y, callbacks=[recorder], epochs=3, verbose=0)
    >>> recorder.best("loss")
    0.0
    """

    def __init__(
        self, path, settings=None, sequences_per_epoch=None, command=None
    ):
        super().__init__()
        self.path = str(path)
        self.sequences_per_epoch = sequences_per_epoch
        self.record = {
            "command": command or shlex.join(sys.argv),
            "commit": _commit(),
            "settings": dict(settings or {}),
            "versions": _versions(),
            "machine": f"{platform.machine()}, {os.cpu_count()} CPU cores",
            "minutes": 0.0,
            "cpu_minutes": 0.0,
            "curve": [],
        }

    def resume(self, num_epochs):
        """Takes over the record on disk, with the first epochs of its curve."""
        if not num_epochs or not os.path.exists(self.path):
            return
        with open(self.path) as file:
            earlier = json.load(file)
        settings = self.record["settings"]
        changed = {
            name: (earlier["settings"].get(name), value)
            for name, value in settings.items()
            if earlier["settings"].get(name) != value
        }
        if changed:
            raise ValueError(
                f"The run of {self.path} had other settings; (then, now): "
                f"{changed}. Resume it with the same ones, or start anew."
            )
        curve = earlier["curve"][:num_epochs]
        minutes = {
            name: curve[-1][name] if curve else 0.0
            for name in ("minutes", "cpu_minutes")
        }
        again = {name: self.record[name] for name in ("commit", "command")}
        again["epoch"] = num_epochs
        self.record = earlier | minutes | {"curve": curve}
        self.record["settings"] = settings
        self.record["resumed"] = [*earlier.get("resumed", []), again]

    def add(self, **results):
        """Adds results to the record and writes it."""
        self.record.update(results)
        self._write()

    def best(self, name):
        """The lowest value of a quantity so far, or None."""
        values = [point[name] for point in self.record["curve"]]
        values = [v for v in values if v is not None and math.isfinite(v)]
        return min(values, default=None)

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch_start = time.perf_counter(), time.process_time()

    def on_epoch_end(self, epoch, logs=None):
        now = time.perf_counter(), time.process_time()
        point = {"epoch": epoch + 1}
        for name, start, end in zip(
            ("minutes", "cpu_minutes"), self._epoch_start, now, strict=True
        ):
            self.record[name] += (end - start) / 60
            point[name] = self.record[name]
        if self.sequences_per_epoch:
            point["sequences"] = (epoch + 1) * self.sequences_per_epoch
        point |= {name: float(value) for name, value in (logs or {}).items()}
        self.record["curve"].append(point)
        self._write()

    def _write(self):
        os.makedirs(os.path.dirname(self.path) or ".", exist_ok=True)
        with open(self.path + ".partial", "w") as file:
            json.dump(_without_nan(self.record), file, indent=1)
            file.write("\n")
        os.replace(self.path + ".partial", self.path)


def _without_nan(value):
    """JSON knows no NaN and no infinity; they are put down as null."""
    if isinstance(value, dict):
        return {name: _without_nan(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_without_nan(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _versions():
    names = ["keras", "numpy", keras.backend.backend()]
    versions = {"python": platform.python_version()}
    for name in names:
        for package in (name, f"{name}-cpu"):
            try:
                versions[name] = metadata.version(package)
            except metadata.PackageNotFoundError:
                continue
            break
    return versions


def _commit():
    try:
        return subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12"],
            capture_output=True,
            text=True,
            check=True,
            cwd=os.path.dirname(os.path.abspath(sys.argv[0])),
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
