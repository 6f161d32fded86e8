"""The part `vae` of `autoencoders.py`: ours beside pythae."""

import contextlib
import functools
import pathlib

import spatial_transformer
from autoencoders_report import add_ratios
from autoencoders_report import time_in_turns

NAMES = ("library", "mode", "threads")
WORKER = pathlib.Path(__file__).with_name("autoencoders_vae_worker.py")


class Worker(spatial_transformer.Worker):
    """A process with one framework and its threads."""

    script = WORKER


def measure(args):
    """Rows of all libraries, each number of threads in its own turns."""
    variants = [("keras_dl4", mode) for mode in args.modes]
    if spatial_transformer.is_installed("pythae", args.torch_python):
        variants.append(("pythae", "eager"))
    else:
        print("\nNot installed, and left out: pythae", flush=True)
    rows = []
    for threads in args.threads:
        with contextlib.ExitStack() as stack:
            workers = {}
            for library, _ in variants:
                if library in workers:
                    continue
                framework = "torch" if library == "pythae" else "tensorflow"
                python = spatial_transformer.python_of(framework, args)
                workers[library] = stack.enter_context(
                    Worker(framework, threads, python)
                )
            rows += time_in_turns(
                NAMES,
                [(*variant, threads) for variant in variants],
                functools.partial(built_in_worker, workers),
                args.rounds,
            )
            for row in rows[-len(variants) :]:
                row["versions"] = workers[row["library"]].versions
    add_ratios(rows, {"library": "pythae", "mode": "eager"}, ("threads",))
    return rows


def built_in_worker(workers, setting):
    """A timer of a step that a worker does, and the seconds of building it."""
    worker = workers[setting[0]]
    compile_s = worker.ask("prepare", setting)["compile_s"]

    def seconds_of(number):
        return worker.ask("time", setting, steps=number)["seconds"]

    return seconds_of, compile_s
