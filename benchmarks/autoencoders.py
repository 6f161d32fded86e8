"""Contractive penalties beside a plain training step of the encoder, as ratios.

Plain:   value and gradients of mean(code^2), forward and backward once
Alone:   value and gradients of the penalty
Added:   value and gradients of the sum of both
Encoder: 784-256 sigmoid, and 784-256-64 sigmoid; float32, batch 128
Run:     python benchmarks/autoencoders.py [--quick]
Writes:  runs/autoencoders_benchmark.json, or ..._quick.json

All steps of an encoder are timed in turns: A B C A B C. A ratio is the median
over rounds of the ratio within a round to the plain step of the same mode,
which slow drifts of a busy machine leave alone. One process measures all, on
the backend TensorFlow.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import shlex
import statistics
import sys
import time

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
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
SECONDS_PER_TURN = 0.15
MAX_STEPS_PER_TURN = 50
FULL = {"rounds": 15, "out": pathlib.Path("runs/autoencoders_benchmark.json")}
QUICK = {
    "rounds": 5,
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


def time_in_turns(settings, rounds):
    """Rows with the times of all settings, measured one after the other."""
    rows, steps, num_steps = [], [], []
    for setting in settings:
        start = time.perf_counter()
        step = build_step(*setting)
        compiled = time.perf_counter()
        step()
        seconds = time.perf_counter() - compiled
        row = dict(zip(NAMES, setting, strict=True))
        rows.append(row | {"compile_s": compiled - start, "rounds_ms": []})
        steps.append(step)
        fitting = int(SECONDS_PER_TURN / seconds)
        num_steps.append(min(max(fitting, 1), MAX_STEPS_PER_TURN))
    fastest = [float("inf")] * len(rows)
    for _ in range(rounds):
        for i, step in enumerate(steps):
            seconds = []
            # The first step of a turn finds the caches full of other data.
            for _ in range(num_steps[i] + 1):
                start = time.perf_counter()
                step()
                seconds.append(time.perf_counter() - start)
            rows[i]["rounds_ms"].append(1e3 * statistics.median(seconds[1:]))
            fastest[i] = min(fastest[i], *seconds)
    for row, least in zip(rows, fastest, strict=True):
        row["median_ms"] = statistics.median(row["rounds_ms"])
        row["min_ms"] = 1e3 * least
    return rows


def add_ratios(rows):
    """Adds the ratio to the plain step of the same encoder and mode."""
    for row in rows:
        (plain,) = [
            other
            for other in rows
            if other["step"] == "plain"
            and all(other[k] == row[k] for k in ("encoder", "mode"))
        ]
        pairs = zip(row["rounds_ms"], plain["rounds_ms"], strict=True)
        row["ratio"] = statistics.median(ours / its for ours, its in pairs)
        row["ratio_of_min"] = row["min_ms"] / plain["min_ms"]
        goal = GOALS.get(tuple(row[name] for name in NAMES))
        if goal:
            row["goal"] = goal


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
        group = time_in_turns(settings, args.rounds)
        add_ratios(group)
        rows += group
    return rows


# Name: what measures it, a function from the arguments to its rows.
PARTS = {"penalties": measure_penalties}


def table(rows):
    """Markdown with a line for each row."""
    lines = [
        "| encoder | method | step | mode | ms | min ms | compile s | ratio "
        "| of minima | goal |",
        "|---|---|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        goal = f"<= {row['goal']:.2f}" if "goal" in row else ""
        lines.append(
            f"| {row['encoder']} | {row['method']} | {row['step']} "
            f"| {row['mode']} | {row['median_ms']:.2f} | {row['min_ms']:.2f} "
            f"| {row['compile_s']:.1f} | {row['ratio']:.2f} "
            f"| {row['ratio_of_min']:.2f} | {goal} |"
        )
    return "\n".join(lines)


def parse(argv):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="784-256 only, 5 rounds")
    add("--encoders", nargs="+", choices=ENCODERS, help="(default: both)")
    add("--modes", nargs="+", choices=MODES, default=list(MODES))
    add("--rounds", type=int, help="(default: 15)")
    add("--out", type=pathlib.Path, help="JSON file to write")
    args = parser.parse_args(argv)
    defaults = QUICK if args.quick else FULL
    defaults["encoders"] = ["784-256"] if args.quick else list(ENCODERS)
    for name, default in defaults.items():
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
    for name, measure in PARTS.items():
        record[name] = measure(args)
        print(f"\n{name}\n{table(record[name])}")
    record["minutes"] = (time.perf_counter() - start) / 60
    args.out.write_text(json.dumps(record, indent=1) + "\n")
    print(f"\n{record['minutes']:.1f} minutes. Written: {args.out}")
    return record


if __name__ == "__main__":
    main()
