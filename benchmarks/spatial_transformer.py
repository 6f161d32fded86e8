"""Sampling beside PyTorch and others, as ratios.

Work:   an affine warp, bilinear, zeros outside: its result; with the gradient
        for the parameters; with that for the images too
Ours:   keras_dl4.ops.affine_grid and grid_sample with XLA, as a graph, on JAX
Others: PyTorch grid_sample (divides the ratios), kornia warp_affine, Keras
        map_coordinates, tensorflow-addons dense_image_warp
Run:    python benchmarks/spatial_transformer.py [--quick]
Writes: runs/spatial_transformer_benchmark.json, or ..._quick.json

Each framework runs in a process of its own that only computes when asked, so
that all are timed in turns: A B C A B C. A ratio is the median over rounds of
the ratio within a round; what takes more than a second takes part in three.
Libraries that are not installed are named and left out; `--torch-python` names
another Python that has PyTorch and kornia.
"""

import argparse
import contextlib
import datetime
import json
import os
import pathlib
import platform
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

import ntm
from spatial_transformer_report import WHATS
from spatial_transformer_report import add_ratios
from spatial_transformer_report import goals
from spatial_transformer_report import growth
from spatial_transformer_report import growth_table
from spatial_transformer_report import summary
from spatial_transformer_report import table

# (Library, mode): framework, and the package that must be installed.
VARIANTS = {
    ("torch", "eager"): ("torch", "torch"),
    ("kornia", "eager"): ("torch", "kornia"),
    ("keras_dl4", "xla"): ("tensorflow", "tensorflow"),
    ("keras_dl4", "graph"): ("tensorflow", "tensorflow"),
    ("keras_dl4", "jax"): ("jax", "jax"),
    ("map_coordinates", "xla"): ("tensorflow", "tensorflow"),
    ("map_coordinates", "graph"): ("tensorflow", "tensorflow"),
    ("tensorflow_addons", "xla"): ("tensorflow", "tensorflow_addons"),
    ("tensorflow_addons", "graph"): ("tensorflow", "tensorflow_addons"),
}
GROWTH_VARIANTS = [("torch", "eager"), ("keras_dl4", "xla")]
GROWTH_BATCH, GROWTH_CHANNELS = 8, 3
SECONDS_PER_TURN = 0.15
MAX_STEPS_PER_TURN = 20
# A step this long needs few rounds: noise and caches hardly count.
SLOW_STEP_S, SLOW_ROUNDS = 1.0, 3
WORKER = pathlib.Path(__file__).with_name("spatial_transformer_worker.py")
FULL = {
    "shapes": ["128x28x28x1", "32x64x64x16", "16x128x128x3"],
    "threads": [2, 1],
    "rounds": 11,
    "growth_sides": [16, 32, 64, 128, 256],
    "out": pathlib.Path("runs/spatial_transformer_benchmark.json"),
}
QUICK = {
    "shapes": ["128x28x28x1"],
    "threads": [2],
    "rounds": 3,
    "growth_sides": [],
    "out": pathlib.Path("runs/spatial_transformer_benchmark_quick.json"),
}


class Worker(ntm.Worker):
    """A process of the worker script with one framework and its threads."""

    script = WORKER

    def __init__(self, framework, threads, python=sys.executable):
        self.errors = tempfile.TemporaryFile("w+")
        backend = "tensorflow" if framework == "torch" else framework
        self.process = subprocess.Popen(
            [python, self.script, framework, str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=os.environ
            | {
                "KERAS_BACKEND": backend,
                "TF_CPP_MIN_LOG_LEVEL": "3",
                "TF_NUM_INTRAOP_THREADS": str(threads),
                "OMP_NUM_THREADS": str(threads),
            },
        )


def is_installed(package, python):
    code = (
        "import importlib.util, sys; importlib.util.find_spec(sys.argv[1]).name"
    )
    command = [python, "-c", code, package]
    return subprocess.run(command, capture_output=True).returncode == 0


def python_of(framework, args):
    return args.torch_python if framework == "torch" else sys.executable


def find_variants(args):
    """The variants that can run, and the packages that are missing."""
    found, missing = {}, []
    for variant, (framework, package) in VARIANTS.items():
        if variant[0] not in args.libraries:
            continue
        if is_installed(package, python_of(framework, args)):
            found[variant] = framework
        elif package not in missing:
            missing.append(package)
    return found, missing


def time_in_turns(workers, variants, what, shape, args):
    """Rows with the times of all variants, measured one after the other."""
    rows, num_steps = [], []
    for (library, mode), framework in variants.items():
        setting = (library, mode, what, shape)
        prepared = workers[framework].ask("prepare", setting)
        row = {"library": library, "mode": mode, "what": what, "shape": shape}
        row |= {"compile_s": prepared["compile_s"], "rounds_ms": []}
        rows.append(row | {"min_ms": 1e3 * prepared["step_s"]})
        fitting = int(SECONDS_PER_TURN / prepared["step_s"])
        num_steps.append(min(max(fitting, 1), MAX_STEPS_PER_TURN))
    for number in range(args.rounds):
        for row, steps, framework in zip(
            rows, num_steps, variants.values(), strict=True
        ):
            if number >= SLOW_ROUNDS and row["min_ms"] > 1e3 * SLOW_STEP_S:
                continue
            setting = (row["library"], row["mode"], what, shape)
            # The first step of a turn finds the caches full of other data.
            seconds = workers[framework].ask("time", setting, steps=steps + 1)[
                "seconds"
            ][1:]
            row["rounds_ms"].append(1e3 * statistics.median(seconds))
            row["min_ms"] = min(row["min_ms"], 1e3 * min(seconds))
    for row in rows:
        row["median_ms"] = statistics.median(row["rounds_ms"])
    for worker in workers.values():
        worker.ask("clear")
    add_ratios(rows)
    return rows


def measure(args, variants, shapes, whats, threads):
    """Rows of every shape and kind of work at one number of threads."""
    rows = []
    with contextlib.ExitStack() as stack:
        workers = {
            framework: stack.enter_context(
                Worker(framework, threads, python_of(framework, args))
            )
            for framework in dict.fromkeys(variants.values())
        }
        for shape in shapes:
            for what in whats:
                found = time_in_turns(workers, variants, what, shape, args)
                for row in found:
                    row["threads"] = threads
                    ntm.say(summary(row))
                rows += found
        versions = {}
        for worker in workers.values():
            versions |= worker.versions
    return rows, versions


def parse(argv):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    ints = {"type": int, "nargs": "*"}
    names = list(dict.fromkeys(library for library, _ in VARIANTS))
    add("--quick", action="store_true", help="one shape, 2 threads, 3 rounds")
    add("--shapes", nargs="+", help="(default: the three of the README)")
    add("--threads", **ints, help="(default: 1 2)")
    add("--rounds", type=int, help="(default: 11)")
    add("--growth-sides", **ints, help="(default: 16 32 64 128 256)")
    add("--libraries", nargs="+", choices=names, default=names)
    add("--torch-python", default=sys.executable, help="(default: this one)")
    add("--out", type=pathlib.Path, help="JSON file to write")
    args = parser.parse_args(argv)
    for name, default in (QUICK if args.quick else FULL).items():
        if getattr(args, name) is None:
            setattr(args, name, default)
    args.shapes = [[int(n) for n in s.split("x")] for s in args.shapes]
    if any(len(shape) != 4 for shape in args.shapes):
        parser.error("--shapes are batch x height x width x channels.")
    return args


def main(argv=None):
    start = time.perf_counter()
    argv = sys.argv[1:] if argv is None else argv
    args = parse(argv)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    variants, missing = find_variants(args)
    for package in missing:
        ntm.say(f"Left out: {package} is not installed.")
    record = {
        "command": shlex.join(["benchmarks/spatial_transformer.py", *argv]),
        "date": datetime.date.today().isoformat(),
        "machine": ntm.machine(),
        "rounds": args.rounds,
        "missing": missing,
        "rows": [],
        "growth": [],
    }
    if record["machine"]["load_at_start"] > 0.5:
        ntm.say("This machine is busy: trust the ratios more than the times.")
    versions = {"python": platform.python_version()}
    for threads in args.threads:
        rows, found = measure(args, variants, args.shapes, WHATS, threads)
        record["rows"] += rows
        versions |= found
    record["versions"] = versions
    record["goals"] = goals(record["rows"])
    if args.growth_sides:
        shapes = [
            [GROWTH_BATCH, side, side, GROWTH_CHANNELS]
            for side in args.growth_sides
        ]
        chosen = {v: variants[v] for v in GROWTH_VARIANTS if v in variants}
        rows, _ = measure(args, chosen, shapes, ["image"], max(args.threads))
        record["growth_rows"], record["growth"] = rows, growth(rows)
    record["minutes"] = (time.perf_counter() - start) / 60
    args.out.write_text(json.dumps(record, indent=1) + "\n")
    for found in record["growth"]:
        print(f"\n{growth_table(found)}")
    print(f"\n{table(record['rows'])}")
    if record["goals"]:
        print(
            "\nGoal: {reached} of {cells}, worst {worst:.2f}".format_map(
                record["goals"]
            )
        )
    print(f"\n{record['minutes']:.1f} minutes. Written: {args.out}")
    return record


if __name__ == "__main__":
    main()
