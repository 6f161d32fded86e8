"""Seconds per epoch of an end-to-end memory network on a bAbI task.

compiled_epoch: `MemN2NRestarts.train` with one restart, an epoch a program
fit:            `MemN2N.fit`, with XLA and without
torch:          a plain PyTorch implementation of the same network
Run:            python benchmarks/memn2n.py [--quick]
Writes:         runs/memn2n_benchmark.json, or ..._quick.json

All have three hops, d = 20, position encoding, time vectors, no random noise,
batches of 32 and clipped gradient descent, in float32. Epochs are timed in
turns: A B C A B C. The ratio is to `compiled_epoch`: the median over rounds of
the ratio within a round, which slow drifts of a busy machine leave alone. If
torch is not installed that is said and it is left out; `--torch-python` names
another Python that has it.
"""

import argparse
import contextlib
import datetime
import functools
import json
import os
import pathlib
import shlex
import sys
import tempfile
import time

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import spatial_transformer
from autoencoders_report import add_ratios
from autoencoders_report import table
from autoencoders_report import time_in_turns
from ntm import machine

import keras_dl4
from keras_dl4.datasets import babi

# What is timed: its library, and how that runs it.
VARIANTS = {
    "compiled_epoch": ("compiled_epoch", "xla"),
    "fit_xla": ("fit", "xla"),
    "fit_graph": ("fit", "graph"),
    "torch": ("torch", "eager"),
}
NAMES = ("library", "mode")
WORKER = pathlib.Path(__file__).with_name("memn2n_worker.py")
# In milliseconds, on an idle core.
GOAL = 20.0


class Worker(spatial_transformer.Worker):
    """A process with one framework and its threads."""

    script = WORKER


def write_questions(args, path):
    """Leaves the encoded questions for the workers, and tells their sizes."""
    train = babi.load(args.task, args.source, "1k", args.data_dir).train
    train = train[: args.questions]
    longest = max(len(story) for story in train.stories)
    vectorizer = keras_dl4.layers.StoryVectorizer(min(longest, 50))
    vectorizer.adapt(train)
    x, y = vectorizer.encode(train)
    size = len(vectorizer.vocabulary)
    np.savez(path, answer=y, vocabulary_size=size, **x)
    return {"questions": len(y), "vocabulary": size, "memory": longest}


def build_in(workers, path, setting):
    """A timer of epochs in a worker, and the seconds of building that."""
    worker = workers[framework_of(setting[0])]
    setting = (*setting, str(path))
    compile_s = worker.ask("prepare", setting)["compile_s"]

    def seconds_of(number):
        return worker.ask("time", setting, steps=number)["seconds"]

    return seconds_of, compile_s


def framework_of(library):
    return "torch" if library == "torch" else "tensorflow"


def measure(args, path):
    """Rows of all variants, and the versions behind them."""
    chosen = [VARIANTS[name] for name in args.variants]
    has_torch = spatial_transformer.is_installed("torch", args.torch_python)
    if not has_torch and VARIANTS["torch"] in chosen:
        print("Not installed, and left out: torch", flush=True)
        chosen.remove(VARIANTS["torch"])
    with contextlib.ExitStack() as stack:
        workers = {}
        for library, _ in chosen:
            framework = framework_of(library)
            if framework not in workers:
                python = spatial_transformer.python_of(framework, args)
                workers[framework] = stack.enter_context(
                    Worker(framework, args.threads, python)
                )
        rows = time_in_turns(
            NAMES,
            chosen,
            functools.partial(build_in, workers, path),
            args.rounds,
        )
        versions = {name: each.versions for name, each in workers.items()}
    add_ratios(rows, {"library": "compiled_epoch"}, ())
    return rows, versions


def parse(argv):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="3 rounds")
    add("--task", type=int, default=1)
    add("--source", choices=("generated", "official"), default="generated")
    add("--data-dir", help="of official files (default: KERAS_DL4_DATA)")
    add("--questions", type=int, default=1000)
    add("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    add("--threads", type=int, default=1)
    add("--rounds", type=int, help="(default: 11)")
    add("--torch-python", default=sys.executable, help="has torch")
    add("--out", type=pathlib.Path, help="JSON file to write")
    args = parser.parse_args(argv)
    if args.rounds is None:
        args.rounds = 3 if args.quick else 11
    if args.out is None:
        name = f"memn2n_benchmark{'_quick' * args.quick}.json"
        args.out = pathlib.Path("runs") / name
    return args


def main(argv=None):
    start = time.perf_counter()
    argv = sys.argv[1:] if argv is None else argv
    args = parse(argv)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    record = {
        "command": shlex.join(["python", "benchmarks/memn2n.py", *argv]),
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "task": args.task,
        "source": args.source,
        "threads": args.threads,
        "rounds": args.rounds,
        "goal_ms": GOAL,
    }
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "questions.npz"
        record["sizes"] = write_questions(args, path)
        record["rows"], record["versions"] = measure(args, path)
    print(f"\nAn epoch\n{table(NAMES, record['rows'])}", flush=True)
    record["minutes"] = (time.perf_counter() - start) / 60
    args.out.write_text(json.dumps(record, indent=1) + "\n")
    print(f"\n{record['minutes']:.1f} minutes. Written: {args.out}")
    return record


if __name__ == "__main__":
    main()
