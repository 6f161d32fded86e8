"""Training step of the NTM beside the paper's baseline, as ratios.

Task:   copy; forward, backward, clipping and RMSprop on one batch in memory
NTM:    LSTM controller of 100 units, 128 x 20 memory, 1 read and 1 write head
LSTM:   3 x 256 keras.layers.LSTM + Dense; the faster of XLA and graph divides
Run:    python benchmarks/ntm.py [--quick]
Writes: runs/ntm_benchmark.json, or runs/ntm_benchmark_quick.json

Each backend runs in a process of its own that only computes when asked, so
that all are timed in turns: A B C A B C. A ratio is the median over rounds of
the ratio within a round, which slow drifts of a busy machine leave alone.
Memory is the largest resident size of a new process for each row, less its size
after the imports: up to the end of the first step, which compiles, and in the
steps after that (Linux only; what compiling leaves behind counts). `-` was not
measured.
"""

import argparse
import concurrent.futures
import contextlib
import datetime
import importlib.util
import json
import math
import os
import pathlib
import platform
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

from ntm_report import add_ratios
from ntm_report import growth
from ntm_report import growth_table
from ntm_report import label
from ntm_report import memory
from ntm_report import summary
from ntm_report import table

VARIANTS = [
    ("ntm", "xla"),
    ("ntm", "graph"),
    ("ntm", "jax"),
    ("lstm", "xla"),
    ("lstm", "graph"),
]
NAMES = ("model", "mode", "length", "batch", "memory_size")
MEMORY_SIZE = 128
GROWTH_AT = (20, 16, MEMORY_SIZE)  # What stays while one size varies.
SECONDS_PER_TURN = 0.15
MAX_STEPS_PER_TURN = 20
MIB = 2**20
WORKER = pathlib.Path(__file__).with_name("ntm_worker.py")
FULL = {
    "lengths": [20, 60, 120],
    "rounds": 7,
    "growth_lengths": [20, 40, 60, 120],
    "growth_batches": [1, 2, 4, 8, 16, 32],
    "memory_sizes": [32, 64, 128, 256, 512],
    "out": pathlib.Path("runs/ntm_benchmark.json"),
}
QUICK = {
    "lengths": [20],
    "rounds": 3,
    "growth_lengths": [],
    "growth_batches": [1, 16, 32],
    "memory_sizes": [32, 128, 512],
    "out": pathlib.Path("runs/ntm_benchmark_quick.json"),
}


class Worker:
    """A process of `ntm_worker.py` with one backend, a context manager."""

    def __init__(self, backend):
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [sys.executable, WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=os.environ
            | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
        )

    def __enter__(self):
        self.versions = self.receive()["versions"]
        return self

    def __exit__(self, *_):
        self.process.communicate()
        self.errors.close()

    def ask(self, do, setting=(), **values):
        request = {"do": do, "setting": setting, **values}
        # A broken pipe is reported below, with what the process has said.
        with contextlib.suppress(BrokenPipeError):
            print(json.dumps(request), file=self.process.stdin, flush=True)
        return self.receive()

    def receive(self):
        line = self.process.stdout.readline()
        if not line:
            self.errors.seek(0)
            raise RuntimeError(
                f"A worker failed:\n{self.errors.read()[-3000:]}"
            )
        return json.loads(line)


def backend_of(setting):
    return "jax" if setting[1] == "jax" else "tensorflow"


def time_in_turns(workers, settings, rounds):
    """Rows with the times of all settings, measured one after the other."""
    rows, num_steps = [], []
    for setting in settings:
        prepared = workers[backend_of(setting)].ask("prepare", setting)
        row = dict(zip(NAMES, setting, strict=True))
        rows.append(row | {"compile_s": prepared["compile_s"], "rounds_ms": []})
        fitting = int(SECONDS_PER_TURN / prepared["step_s"])
        num_steps.append(min(max(fitting, 1), MAX_STEPS_PER_TURN))
    fastest = [math.inf] * len(rows)
    for _ in range(rounds):
        for i, setting in enumerate(settings):
            # The first step of a turn finds the caches full of other data.
            seconds = workers[backend_of(setting)].ask(
                "time", setting, steps=num_steps[i] + 1
            )["seconds"][1:]
            rows[i]["rounds_ms"].append(1e3 * statistics.median(seconds))
            fastest[i] = min(fastest[i], *seconds, math.inf)
    for row, least in zip(rows, fastest, strict=True):
        row["median_ms"] = statistics.median(row["rounds_ms"])
        row["min_ms"] = 1e3 * least
        spread = max(row["rounds_ms"]) - min(row["rounds_ms"])
        row["spread"] = spread / row["median_ms"]
    for worker in workers.values():
        worker.ask("clear")
    return rows


def measure_memory(setting):
    """The memory that one setting takes in a process of its own, in MiB."""
    with Worker(backend_of(setting)) as worker:
        prepared = worker.ask("prepare", setting)
    return {
        name: prepared[name] and prepared[name] / MIB
        for name in ("compile_peak", "step_peak")
    }


def add_memory(rows, lengths, batches):
    """Adds the peak memory to the rows at the given lengths and batches."""
    chosen = [r for r in rows if r["length"] in lengths]
    chosen = [r for r in chosen if r["batch"] in batches]
    settings = [tuple(row[name] for name in NAMES) for row in chosen]
    # What is measured here is no time, so it may use more than one core.
    with concurrent.futures.ThreadPoolExecutor(min(2, os.cpu_count())) as pool:
        peaks = pool.map(measure_memory, settings)
        for row, peak in zip(chosen, peaks, strict=True):
            row["memory_mib"] = peak
            say(f"{label(row)}: {memory(row)} MiB, compiling / later")


def say(text):
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)


def machine():
    """What the numbers were measured on."""
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [s.split(":")[1].strip() for s in lines if "model name" in s]
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "load_at_start": os.getloadavg()[0],
    }


def parse(argv):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    ints = {"type": int, "nargs": "*"}
    add("--quick", action="store_true", help="length 20 only, 3 rounds")
    add("--lengths", **ints, help="(default: 20 60 120)")
    add("--batches", **ints, help="(default: 1 16 32)")
    add("--rounds", type=int, help="(default: 7)")
    modes = ["xla", "graph", "jax"]
    add("--modes", nargs="+", choices=modes, help="(default: all there are)")
    add("--growth-lengths", **ints, help="(default: 20 40 60 120)")
    add("--growth-batches", **ints, help="(default: 1 2 4 8 16 32)")
    add("--memory-sizes", **ints, help="(default: 32 64 128 256 512)")
    add("--out", type=pathlib.Path, help="JSON file to write")
    args = parser.parse_args(argv)
    if importlib.util.find_spec("jax") is None:
        modes.remove("jax")
    defaults = {"batches": [1, 16, 32], "modes": modes}
    defaults |= QUICK if args.quick else FULL
    for name, default in defaults.items():
        if getattr(args, name) is None:
            setattr(args, name, default)
    if not {"xla", "graph"} & set(args.modes):
        parser.error("--modes needs xla or graph: the LSTM divides the ratios.")
    return args


def measure_times(args, workers):
    """Rows of the NTM and the LSTM at every length and batch."""
    rows = []
    variants = [v for v in VARIANTS if v[1] in args.modes]
    for length in args.lengths:
        for batch in args.batches:
            settings = [(*v, length, batch, MEMORY_SIZE) for v in variants]
            group = time_in_turns(workers, settings, args.rounds)
            add_ratios(group)
            for row in group:
                say(summary(row))
            rows += group
    return rows


def measure_growth(args, workers):
    """Rows of the NTM with one size varied at a time, and how they grow."""
    fixed = dict(zip(NAMES[2:], GROWTH_AT, strict=True))
    varied = {
        "length": args.growth_lengths,
        "batch": args.growth_batches,
        "memory_size": args.memory_sizes,
    }
    mode = "xla" if "xla" in args.modes else "graph"
    settings = [
        ("ntm", mode, *(fixed | {axis: size}).values())
        for axis, sizes in varied.items()
        for size in sizes
    ]
    # What several axes share is measured once.
    rows = time_in_turns(workers, list(dict.fromkeys(settings)), args.rounds)
    for row in rows:
        say(summary(row))
    found = [growth(rows, axis, fixed) for axis in varied]
    return rows, [each for each in found if each]


def main(argv=None):
    start = time.perf_counter()
    argv = sys.argv[1:] if argv is None else argv
    args = parse(argv)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    record = {
        "command": shlex.join(["python", "benchmarks/ntm.py", *argv]),
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "rounds": args.rounds,
    }
    if record["machine"]["load_at_start"] > 0.5:
        say("This machine is busy: trust the ratios more than the times.")
    names = ["tensorflow", "jax"] if "jax" in args.modes else ["tensorflow"]
    with contextlib.ExitStack() as stack:
        workers = {name: stack.enter_context(Worker(name)) for name in names}
        record["versions"] = {"python": platform.python_version()}
        for worker in workers.values():
            record["versions"] |= worker.versions
        record["rows"] = measure_times(args, workers)
        record["growth_rows"], record["growth"] = measure_growth(args, workers)
    ends = {args.batches[0], args.batches[-1]}
    add_memory(
        record["rows"],
        {args.lengths[0], args.lengths[-1]},
        {args.batches[-1]} if args.quick else ends,
    )
    record["minutes"] = (time.perf_counter() - start) / 60
    args.out.write_text(json.dumps(record, indent=1) + "\n")
    for found in record["growth"]:
        print(f"\n{growth_table(found)}")
    print(f"\n{table(record['rows'])}")
    print(f"\n{record['minutes']:.1f} minutes. Written: {args.out}")
    return record


if __name__ == "__main__":
    main()
