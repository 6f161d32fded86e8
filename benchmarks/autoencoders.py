"""Contractive penalties and variational autoencoders, timed as ratios.

penalties: value and gradients of mean(code^2) of an encoder, forward and
           backward once (plain); of the penalty (alone); of the sum of both
           (added). Encoders 784-256 and 784-256-64, sigmoid, batch 128. All
           are divided by plain of the same mode
vae:       a training step of a variational autoencoder, 784-200-200-50 and
           back, tanh, with Adam on 100 binary images in memory; ours and
           pythae's, which divides
Run:       python benchmarks/autoencoders.py [--quick]
Writes:    runs/autoencoders_benchmark.json, or ..._quick.json

All steps of a part are timed in turns: A B C A B C. A ratio is the median over
rounds of the ratio within a round, which slow drifts of a busy machine leave
alone. Float32 throughout. The penalties are measured in one process, on the
backend TensorFlow; the autoencoders in one for each framework and number of
threads, which only compute when asked. If pythae is not installed that is said
and it is left out; `--torch-python` names another Python that has it.
"""

import argparse
import datetime
import functools
import json
import os
import pathlib
import platform
import shlex
import sys
import time

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import autoencoders_vae
import keras
import numpy as np
import tensorflow as tf
from autoencoders_report import add_ratios
from autoencoders_report import built_here
from autoencoders_report import table
from autoencoders_report import time_in_turns
from keras import ops
from ntm import machine

from keras_dl4.regularizers import ContractivePenalty

BATCH = 128
ENCODERS = {"784-256": (784, 256), "784-256-64": (784, 256, 64)}
# `exact` takes a backward pass for each output: 256 of them are too many.
METHODS = {
    "784-256": ("closed_form", "hutchinson"),
    "784-256-64": ("chain", "exact", "hutchinson"),
}
MODES = ("xla", "graph")
# Highest ratio to the plain step to aim at.
GOALS = {("784-256", "closed_form", "alone", "xla"): 1.3}
NAMES = ("encoder", "method", "step", "mode")
FULL = {
    "rounds": 15,
    "encoders": list(ENCODERS),
    "threads": [1, 2],
    "out": pathlib.Path("runs/autoencoders_benchmark.json"),
}
QUICK = {
    "rounds": 5,
    "encoders": ["784-256"],
    "threads": [2],
    "out": pathlib.Path("runs/autoencoders_benchmark_quick.json"),
}


def build_step(encoder_name, method, what, mode, batch=BATCH):
    """Returns a function that does one step, compiled, run once."""
    keras.utils.set_random_seed(0)
    num_inputs, *units = ENCODERS[encoder_name]
    encoder = keras.Sequential(
        [keras.Input((num_inputs,))]
        + [keras.layers.Dense(each, "sigmoid") for each in units]
    )
    rng = np.random.default_rng(0)
    inputs = tf.constant(rng.uniform(size=(batch, num_inputs)), "float32")
    penalty = None
    if what != "plain":
        penalty = ContractivePenalty(0.1, method)
    variables = [v.value for v in encoder.trainable_variables]

    @tf.function(jit_compile=mode == "xla")
    def compute(inputs):
        with tf.GradientTape() as tape:
            loss = 0.0
            if what != "alone":
                loss += ops.mean(ops.square(encoder(inputs, training=True)))
            if what != "plain":
                loss += penalty(encoder, inputs, seed=1)
        return loss, tape.gradient(loss, variables)

    def step():
        loss, gradients = compute(inputs)
        return float(loss), gradients[-1].numpy()

    loss, _ = step()
    if not np.isfinite(loss):
        raise ArithmeticError(f"The loss of {method}, {what}, is {loss}.")
    return step


def measure_penalties(args):
    """Rows of all penalties, each encoder in its own turns."""
    rows = []
    for encoder in args.encoders:
        kinds = [("none", "plain")] + [
            (method, what)
            for method in METHODS[encoder]
            for what in ("alone", "added")
        ]
        settings = [
            (encoder, *kind, mode) for mode in args.modes for kind in kinds
        ]
        rows += time_in_turns(
            NAMES,
            settings,
            functools.partial(built_here, build_step),
            args.rounds,
        )
    add_ratios(rows, {"step": "plain", "method": "none"}, ("encoder", "mode"))
    for row in rows:
        goal = GOALS.get(tuple(row[name] for name in NAMES))
        if goal:
            row["goal"] = goal
    return rows


# Name: what measures it, a function from the arguments to its rows, and what
# distinguishes these.
PARTS = {
    "penalties": (measure_penalties, NAMES),
    "vae": (autoencoders_vae.measure, autoencoders_vae.NAMES),
}


def parse(argv):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="less of all, 5 rounds")
    add("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    add("--encoders", nargs="+", choices=ENCODERS, help="(default: both)")
    add("--modes", nargs="+", choices=MODES, default=list(MODES))
    add("--threads", nargs="+", type=int, help="of the vae (default: 1 2)")
    add("--rounds", type=int, help="(default: 15)")
    add("--torch-python", default=sys.executable, help="has pythae")
    add("--out", type=pathlib.Path, help="JSON file to write")
    args = parser.parse_args(argv)
    for name, default in (QUICK if args.quick else FULL).items():
        if getattr(args, name) is None:
            setattr(args, name, default)
    return args


def main(argv=None):
    start = time.perf_counter()
    argv = sys.argv[1:] if argv is None else argv
    args = parse(argv)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    record = {
        "command": shlex.join(["python", "benchmarks/autoencoders.py", *argv]),
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "rounds": args.rounds,
        "versions": {
            "python": platform.python_version(),
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
        },
    }
    for part in args.parts:
        measure, names = PARTS[part]
        record[part] = measure(args)
        print(f"\n{part}\n{table(names, record[part])}", flush=True)
    record["minutes"] = (time.perf_counter() - start) / 60
    args.out.write_text(json.dumps(record, indent=1) + "\n")
    print(f"\n{record['minutes']:.1f} minutes. Written: {args.out}")
    return record


if __name__ == "__main__":
    main()
