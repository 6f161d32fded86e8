"""A training step of a GAN beside the plain loop of the Keras guide.

Steps:  the discriminator once and the generator once, with Adam, on images in
        memory; `keras_dl4`, a step of `fit` of our model; `guide`, two
        gradient tapes in a `tf.function`, as the Keras guide writes them. The
        guide's loop, not compiled by XLA, divides
Run:    python benchmarks/gan.py [--quick]
Writes: runs/gan_benchmark.json, or ..._quick.json

Networks: `dense`, those of 2014 (maxout and dropout, 3.7 million weights, batch
100), and `convolutional`, a DCGAN of 28 x 28 pixels and half the width (batch
64). Modes: graph and XLA of TensorFlow, and ours on JAX, by `train_on_batch`,
which hands all weights over in each call. All steps are timed in turns: A B C A
B C. A ratio is the median over rounds of the ratio within a round, which slow
drifts of a busy machine leave alone. Each backend has a process of its own,
which only computes when asked.
"""

import argparse
import contextlib
import datetime
import functools
import json
import pathlib
import platform
import shlex
import sys
import time

import spatial_transformer
from autoencoders_report import add_ratios
from autoencoders_report import table
from autoencoders_report import time_in_turns
from autoencoders_vae import built_in_worker
from ntm import machine

NAMES = ("library", "mode", "network", "threads")
NETWORKS = ("dense", "convolutional")
# Backend that each variant runs on.
VARIANTS = {
    ("keras_dl4", "xla"): "tensorflow",
    ("keras_dl4", "graph"): "tensorflow",
    ("guide", "xla"): "tensorflow",
    ("guide", "graph"): "tensorflow",
    ("keras_dl4", "jax"): "jax",
}
MODES = ("xla", "graph", "jax")
GOAL = 1.0  # highest ratio to the guide's loop to aim at, of our default
FULL = {
    "rounds": 15,
    "networks": list(NETWORKS),
    "modes": list(MODES),
    "out": pathlib.Path("runs/gan_benchmark.json"),
}
QUICK = {
    "rounds": 5,
    "networks": ["dense"],
    "modes": ["xla", "graph"],
    "out": pathlib.Path("runs/gan_benchmark_quick.json"),
}


class Worker(spatial_transformer.Worker):
    """A process with one backend and its threads."""

    script = pathlib.Path(__file__).with_name("gan_worker.py")


def measure(args):
    """Rows of all variants, each network in its own turns."""
    variants = {
        variant: backend
        for variant, backend in VARIANTS.items()
        if variant[1] in args.modes
        and spatial_transformer.is_installed(backend, sys.executable)
    }
    rows = []
    with contextlib.ExitStack() as stack:
        workers = {
            backend: stack.enter_context(Worker(backend, args.threads))
            for backend in sorted(set(variants.values()))
        }
        of_variant = {
            variant: workers[backend] for variant, backend in variants.items()
        }
        for network in args.networks:
            rows += time_in_turns(
                NAMES,
                [(*variant, network, args.threads) for variant in variants],
                functools.partial(built_by_variant, of_variant),
                args.rounds,
            )
        for row in rows:
            worker = of_variant[row["library"], row["mode"]]
            row["versions"] = worker.versions
    add_ratios(rows, {"library": "guide", "mode": "graph"}, ("network",))
    for row in rows:
        if (row["library"], row["mode"]) == ("keras_dl4", "xla"):
            row["goal"] = GOAL
    return rows


def built_by_variant(workers, setting):
    library, mode, *_ = setting
    return built_in_worker({library: workers[library, mode]}, setting)


def parse(argv):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="less of all, 5 rounds")
    add("--networks", nargs="+", choices=NETWORKS, help="(default: both)")
    add("--modes", nargs="+", choices=MODES, help="(default: all)")
    add("--threads", type=int, default=2)
    add("--rounds", type=int, help="(default: 15)")
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
    rows = measure(args)
    record = {
        "command": shlex.join(["python", "benchmarks/gan.py", *argv]),
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "rounds": args.rounds,
        "versions": {"python": platform.python_version()},
        "rows": rows,
        "minutes": (time.perf_counter() - start) / 60,
    }
    print(f"\n{table(NAMES, rows)}", flush=True)
    args.out.write_text(json.dumps(record, indent=1) + "\n")
    print(f"\n{record['minutes']:.1f} minutes. Written: {args.out}")
    return record


if __name__ == "__main__":
    main()
