"""Callbacks that make a training run resumable and put it on record."""

import json
import os
import platform
import shlex
import subprocess
import sys
import time
from importlib import metadata

import keras


class AtomicBackup(keras.callbacks.Callback):
    """Saves weights and optimizer at the end of each epoch, all or nothing.

    A run that is killed at any moment goes on bit for bit where its last
    whole epoch ended: `keras.callbacks.BackupAndRestore` writes weights and
    epoch in two steps, between which a kill repeats an epoch; here the epoch
    follows from the optimizer's own counter.

    Args:
        path: String, where to save; must end in `.weights.h5`.

    Raises:
        ValueError: If `path` has another ending, or holds a model of another
            geometry.

    Example:

    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> path = os.path.join(tempfile.mkdtemp(), "backup.weights.h5")
    >>> backup = keras_dl4.callbacks.AtomicBackup(path)
    >>> x, y = np.zeros((8, 2)), np.zeros((8, 1))
    >>> _ = model.fit(x, y, batch_size=4, callbacks=[backup], verbose=0)
    >>> backup.restore(model, steps_per_epoch=2)
    1
    """

    def __init__(self, path):
        super().__init__()
        if not str(path).endswith(".weights.h5"):
            raise ValueError(
                f"`path` must end in '.weights.h5'. Received: path={path!r}."
            )
        self.path = str(path)

    def on_epoch_end(self, epoch, logs=None):
        folder, name = os.path.split(self.path)
        os.makedirs(folder or ".", exist_ok=True)
        temporary = os.path.join(folder, f"partial-{name}")
        self.model.save_weights(temporary, overwrite=True)
        os.replace(temporary, self.path)

    def restore(self, model, steps_per_epoch):
        """Loads the last backup into a compiled model.

        Args:
            model: The compiled `keras.Model`.
            steps_per_epoch: Positive int, optimizer steps in an epoch.

        Returns:
            Int, the number of whole epochs behind the model; 0, with the
            model untouched, if there is no backup.
        """
        if not os.path.exists(self.path):
            return 0
        model.optimizer.build(model.trainable_variables)
        try:
            model.load_weights(self.path)
        except (ValueError, KeyError) as error:
            raise ValueError(
                f"{self.path} was saved by a model of another geometry. Give "
                "the run the same arguments as before, or start a new one "
                f"elsewhere. Keras says: {error}"
            ) from error
        steps = int(keras.ops.convert_to_numpy(model.optimizer.iterations))
        return steps // steps_per_epoch


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
    """

    def __init__(self, path, settings=None, sequences_per_epoch=None):
        super().__init__()
        self.path = str(path)
        self.sequences_per_epoch = sequences_per_epoch
        self.record = {
            "command": shlex.join([os.path.relpath(sys.argv[0]), *sys.argv[1:]]),
            "commit": _commit(),
            "settings": dict(settings or {}),
            "versions": _versions(),
            "machine": f"{platform.machine()}, {os.cpu_count()} CPU cores",
            "minutes": 0.0,
            "cpu_minutes": 0.0,
            "curve": [],
        }

    def resume(self, num_epochs):
        """Takes over the first epochs of the record already on disk."""
        if num_epochs and os.path.exists(self.path):
            with open(self.path) as file:
                earlier = json.load(file)
            self.record["curve"] = earlier["curve"][:num_epochs]
            for name in ("minutes", "cpu_minutes"):
                self.record[name] = self.record["curve"][-1][name]

    def add(self, **results):
        """Adds results to the record and writes it."""
        self.record.update(results)
        self._write()

    def best(self, name):
        """The lowest value of a quantity so far, or None."""
        values = [point[name] for point in self.record["curve"]]
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
            json.dump(self.record, file, indent=1)
            file.write("\n")
        os.replace(self.path + ".partial", self.path)


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
