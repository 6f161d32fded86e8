"""One backend's side of the benchmark `ntm.py`, which starts this script.

Reads one JSON request a line from the standard input and answers each with one
JSON line: "prepare" builds, compiles and runs a training step once, "time"
times it, "clear" forgets all.
"""

import ctypes
import gc
import importlib
import itertools
import json
import math
import os
import pathlib
import sys
import time

import keras

from keras_dl4.datasets import CopyTask
from keras_dl4.layers import NTM

PROC = pathlib.Path("/proc/self")


def peak_bytes():
    """Largest resident memory of this process so far."""
    if PROC.exists():
        # Linux hands `ru_maxrss` of a parent down to a child that it starts.
        (line,) = [
            line
            for line in (PROC / "status").read_text().splitlines()
            if line.startswith("VmHWM:")
        ]
        return 1024 * int(line.split()[1])
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def forget_peak():
    """Lets the peak start again from the present; returns whether it did."""
    gc.collect()
    try:
        # What was freed counts as used until the C library gives it back.
        ctypes.CDLL(None).malloc_trim(0)
        (PROC / "clear_refs").write_text("5")
    except (AttributeError, OSError):
        return False
    return True


def build_step(model, mode, length, batch, memory_size):
    """Returns a function that does one training step, compiled, run once."""
    keras.utils.set_random_seed(0)
    task = CopyTask(batch_size=batch, seed=0)
    data = tuple(map(keras.ops.convert_to_tensor, task.batch_of(length)))
    x = inputs = keras.Input((None, task.input_dim))
    if model == "ntm":
        layers = [
            NTM(
                task.target_dim,
                memory_size=memory_size,
                return_sequences=True,
            )
        ]
    else:
        layers = [
            keras.layers.LSTM(256, return_sequences=True) for _ in range(3)
        ] + [keras.layers.Dense(task.target_dim)]
    for layer in layers:
        x = layer(x)
    model = keras.Model(inputs, x)
    model.compile(
        keras.optimizers.RMSprop(
            1e-4,
            rho=0.95,
            momentum=0.9,
            epsilon=1e-4,
            centered=True,
            global_clipnorm=1.0,
        ),
        keras.losses.BinaryCrossentropy(
            from_logits=True, reduction="mean_with_sample_weight"
        ),
        jit_compile=mode != "graph",
    )
    model.train_on_batch(*data)
    # `train_on_batch` adds a millisecond or more to each step (on JAX it
    # traces the model anew); its train function alone does not.
    if keras.backend.backend() != "jax":
        return lambda: float(model.train_function(iter([data]))["loss"])
    # As copies, since the train function gives its state away.
    state = tuple(
        [variable.value + 0 for variable in variables]
        for variables in (
            model.trainable_variables,
            model.non_trainable_variables,
            model.optimizer.variables,
            model.metrics_variables,
        )
    )

    def step():
        nonlocal state
        logs, state = model.train_function(state, iter([data]))
        return float(logs["loss"])

    return step


def serve():
    """Does what the lines on the standard input ask for, one at a time."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # What libraries print must not mix with the replies.

    def reply(**values):
        print(json.dumps(values), file=replies, flush=True)

    keras.ops.convert_to_tensor(0.0) + 1.0  # Starts the backend.
    backend = keras.backend.backend()
    version = importlib.import_module(backend).__version__
    reply(versions={"keras": keras.__version__, backend: version})
    forget_peak()
    memory_at_start = peak_bytes()
    steps = {}
    for line in sys.stdin:
        request = json.loads(line)
        setting = tuple(request.get("setting", ()))
        start = time.perf_counter()
        if request["do"] == "prepare":
            step = steps[setting] = build_step(*setting)
            first = time.perf_counter() - start
            compile_peak = peak_bytes() - memory_at_start
            is_new_peak = forget_peak()
            step()
            start = time.perf_counter()
            loss = step()
            seconds = time.perf_counter() - start
            if not math.isfinite(loss):
                raise ArithmeticError(f"The loss of {setting} is {loss}.")
            step_peak = peak_bytes() - memory_at_start
            reply(
                compile_s=first - seconds,
                step_s=seconds,
                compile_peak=compile_peak,
                step_peak=step_peak if is_new_peak else None,
            )
        elif request["do"] == "time":
            times = [start]
            for _ in range(request["steps"]):
                steps[setting]()
                times.append(time.perf_counter())
            reply(seconds=[b - a for a, b in itertools.pairwise(times)])
        else:
            steps.clear()
            keras.utils.clear_session()
            reply()


if __name__ == "__main__":
    serve()
