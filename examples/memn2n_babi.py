"""End-to-end memory networks that answer questions about bAbI stories.

Paper:  End-To-End Memory Networks, https://arxiv.org/abs/1503.08895
Run:    python examples/memn2n_babi.py
        python examples/memn2n_babi.py --task all --source official
Expect: at most 0.5 % of errors in task 1; in the 20 official tasks, of each the
        best of ten restarts, a mean below the 13.9 % of the paper
Writes: runs/memn2n_babi/ (result.json, figures, models, SavedModel)
"""

import argparse
import os
import pathlib
import shlex
import shutil
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

import keras_dl4
from keras_dl4 import figures
from keras_dl4 import models
from keras_dl4.callbacks import RunRecorder
from keras_dl4.datasets import babi

NAME = "examples/memn2n_babi.py"
SETTINGS = (
    "task joint source test_source size preset restarts encoding hops "
    "embedding_dim noise epochs linear_epochs seed"
).split()
# Test error in percent, task by task, of Table 1 and of Table 3, which is of
# 10,000 questions; three hops. PE: position encoding, LS: linear start, RN:
# random noise. The column "PE LS RN joint" of 1,000 questions was read in
# other reports of the paper; the rest is remembered, and its means agree.
PAPER = {
    "1k BoW": (
        "0.6 17.6 71.0 32.0 18.3 8.7 23.5 11.4 21.1 22.8 4.1 0.3 10.5 1.3 "
        "24.3 52.0 45.4 48.1 89.7 0.1"
    ),
    "1k PE": (
        "0.1 21.6 64.2 3.8 14.1 7.9 21.6 12.6 23.3 17.4 4.3 0.3 9.9 1.8 0.0 "
        "52.1 50.1 13.6 87.4 0.0"
    ),
    "1k PE LS": (
        "0.2 12.8 58.8 11.6 15.7 8.7 20.3 12.7 17.0 18.6 0.0 0.1 0.3 2.0 0.0 "
        "1.6 49.0 10.1 85.6 0.0"
    ),
    "1k PE LS RN": (
        "0.0 8.3 40.3 2.8 13.1 7.6 17.3 10.0 13.2 15.1 0.9 0.2 0.4 1.7 0.0 "
        "1.3 51.0 11.1 82.8 0.0"
    ),
    "1k PE LS RN joint": (
        "0.0 11.4 21.9 13.4 14.4 2.8 18.3 9.3 1.9 6.5 0.3 0.1 0.2 6.9 0.0 "
        "2.7 40.4 9.4 88.0 0.0"
    ),
    "10k PE LS RN": (
        "0.0 0.3 9.3 0.0 0.8 0.0 3.7 0.8 0.8 2.4 0.0 0.0 0.0 0.0 0.0 0.4 40.7 "
        "6.7 66.5 0.0"
    ),
    "10k PE LS RN joint": (
        "0.0 1.0 6.8 0.0 6.1 0.1 6.6 2.7 0.0 0.5 0.0 0.1 0.0 0.0 0.2 0.2 41.8 "
        "8.0 75.7 0.0"
    ),
}


def published(args):
    """Errors of the paper by task, and the name of their column."""
    column = "BoW" if args.encoding == "bow" else "PE"
    column += " LS" * bool(args.linear_epochs) + " RN" * bool(args.noise)
    column = f"{args.size} {column}{' joint' * args.joint}"
    if args.hops != 3 or column not in PAPER:
        return {}, None
    errors = map(float, PAPER[column].split())
    return dict(enumerate(errors, 1)), column


def load(args, tasks):
    """Questions to train on, and those of the test by task."""
    trained, tests = [], {}
    folders = {"official": args.data_dir, "generated": None}
    for task in tasks:
        data = {
            name: babi.load(task, name, args.size, folders[name], args.seed)
            for name in {args.source, args.test_source}
        }
        trained.append(data[args.source].train)
        tests[task] = data[args.test_source].test
    return babi.StoryQuestions.join(trained), tests


def train(args, data, recorder):
    """Restarts that are trained, and what turns text into their inputs."""
    longest = max(len(story) for story in data.stories)
    vectorizer = keras_dl4.layers.StoryVectorizer(min(longest, 50))
    vectorizer.adapt(data)
    preset = models.memn2n_preset(args.preset)
    settings = preset["model"] | {
        "memory_size": vectorizer.memory_size,
        "embedding_dim": args.embedding_dim,
        "num_hops": args.hops,
        "sentence_encoding": args.encoding,
        "random_noise": args.noise,
    }
    schedule = preset["training"] | {"epochs": args.epochs}
    schedule["linear_epochs"] = args.linear_epochs
    if not args.linear_epochs:  # The rate of the paper without linear start.
        schedule["learning_rate"] = 0.01
    restarts = models.MemN2NRestarts(
        vectorizer.vocabulary, args.restarts, args.seed, **settings
    )
    x, y = vectorizer.encode(data)
    restarts.train(x, y, callbacks=[recorder], verbose=args.verbose, **schedule)
    return restarts, vectorizer


def evaluate(restarts, vectorizer, questions):
    """Errors in percent: of the best restart, of all of them, and of each."""
    found = restarts.evaluate_restarts(*vectorizer.encode(questions))
    best = restarts.best_index
    errors = [round(100.0 * float(each), 3) for each in found["error"]]
    return {
        "best_error": errors[best],
        "ensemble_error": round(100.0 * found["ensemble_error"], 3),
        "error_of_each": errors,
    }


def train_and_test(args, tasks, recorder):
    """Trains on these tasks together, and writes down what came of each."""
    print(f"\nTraining on task {', '.join(map(str, tasks))}", flush=True)
    recorder.record["curve"] = []
    before = recorder.record["minutes"]
    data, tests = load(args, tasks)
    restarts, vectorizer = train(args, data, recorder)
    times = [point["minutes"] for point in recorder.record["curve"]]
    seconds = 60.0 * np.diff([before, *times])
    losses = keras.ops.convert_to_numpy(restarts.training_loss)
    about = {
        "num_train": len(data),
        "minutes": times[-1] - before,
        "seconds_per_epoch": float(np.median(seconds)),
        "training_loss_of_each": losses.tolist(),
    }
    results = {
        str(task): {
            **evaluate(restarts, vectorizer, test),
            "num_test": len(test),
            **about,
        }
        for task, test in tests.items()
    }
    recorder.add(
        tasks=recorder.record.get("tasks", {}) | results,
        minutes_of_tasks=times[-1],
    )
    return restarts.best(), vectorizer, tests


def keep(args, model, vectorizer, tests):
    """Saves the best model, and shows how it answers a question."""
    name = "joint" if args.joint else f"task_{min(tests)}"
    model.save(args.out / f"{name}.keras")
    test = tests[min(tests)][-1:]
    explained = model.explain(test.stories[0], test.questions[0])
    print(explained, flush=True)
    figures.plot_attention(
        explained.sentences,
        explained.attention,
        test.questions[0],
        explained.answer,
        test.supports[0],
    ).savefig(args.out / f"{name}_attention.png", dpi=150)
    if not args.demo:
        return
    path = args.out / "saved_model" / "1"
    shutil.rmtree(path.parent, ignore_errors=True)  # of a run that was resumed
    keras_dl4.serving.export_story_answers(model, vectorizer, path)
    print(f"{path}: loaded without keras_dl4 in a clean process, it agrees.")


def draw(args, tasks):
    """Errors of every task, beside those of the paper."""
    paper, column = published(args)
    errors = {
        f"{name} of {args.restarts}": [
            result[f"{name}_error"] for result in tasks.values()
        ]
        for name in ("best", "ensemble")
    }
    if column:
        errors["paper"] = [paper[int(number)] for number in tasks]
    figure = figures.plot_task_errors(errors, tasks=list(tasks))
    figure.savefig(args.out / "task_errors.png", dpi=150)


def report(args, tasks):
    """Prints the errors beside those of the paper; returns their means."""
    paper, column = published(args)
    print(f"\n{'task':26} {'best %':>7} {'ensemble %':>11} {'paper %':>8}")
    for number, result in tasks.items():
        name = f"{number:>2} {babi.TASK_NAMES[int(number)]}"
        line = f"{name:26} {result['best_error']:7.1f} "
        line += f"{result['ensemble_error']:11.1f}"
        print(f"{line} {paper.get(int(number), np.nan):8.1f}")
    means = {
        name: float(np.mean([result[name] for result in tasks.values()]))
        for name in ("best_error", "ensemble_error")
    }
    if len(tasks) > 1:
        of_paper = [paper.get(int(number), np.nan) for number in tasks]
        line = f"{'mean':26} {means['best_error']:7.1f} "
        line += f"{means['ensemble_error']:11.1f}"
        print(f"{line} {np.mean(of_paper):8.1f}")
    if column:
        print(f"Paper: {column}, ten restarts, on the official files.")
    return means


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--task", nargs="+", default=["1"], help="1 to 20, several, or all")
    add("--joint", action="store_true", help="one model for all of the tasks")
    add("--source", choices=("generated", "official"), default="generated")
    add("--test-source", choices=("generated", "official"), help="(the same)")
    add("--size", choices=("1k", "10k"), default="1k", help="questions a task")
    add("--data-dir", help="of official files (default: KERAS_DL4_DATA)")
    add("--preset", help="of memn2n_preset (default: by --size and --joint)")
    add("--restarts", type=int, default=10)
    add("--encoding", choices=("bow", "position", "position_matlab"))
    add("--hops", type=int)
    add("--embedding-dim", type=int)
    add("--noise", type=float, help="random noise, 0 for none")
    add("--epochs", type=int, help="with the softmax of the hops")
    add("--linear-epochs", type=int, help="before them, 0 for none")
    add("--seed", type=int, default=0)
    add("--out", default="runs/memn2n_babi")
    one_of = parser.add_mutually_exclusive_group().add_argument
    one_of("--resume", action="store_true", help="skip tasks that are done")
    one_of("--overwrite", action="store_true", help="replace the run in --out")
    add("--demo", action="store_true", help="overwrite, and export")
    add("--verbose", type=int, choices=(0, 1), default=1)
    args = parser.parse_args(argv)
    args.out = pathlib.Path(args.out)
    args.test_source = args.test_source or args.source
    known = list(map(str, babi.TASK_NAMES))
    args.task = known if args.task == ["all"] else args.task
    if not set(args.task) <= set(known):
        parser.error(f"--task takes 1 to 20, or all, not {args.task}")
    if args.preset is None:
        joint = "_joint" if args.joint and args.size == "1k" else ""
        args.preset = f"paper_{args.size}{joint}"
    preset = models.memn2n_preset(args.preset)
    for name, default in {
        "encoding": preset["model"]["sentence_encoding"],
        "hops": preset["model"]["num_hops"],
        "embedding_dim": preset["model"]["embedding_dim"],
        "noise": preset["model"]["random_noise"],
        "epochs": preset["training"]["epochs"],
        "linear_epochs": preset["training"]["linear_epochs"],
    }.items():
        if getattr(args, name) is None:
            setattr(args, name, default)
    if args.demo and keras.backend.backend() != "tensorflow":
        parser.error("--demo exports a SavedModel: it needs TensorFlow")
    return args


def main(argv=None):
    args = parse(argv)
    overwrite = args.overwrite or (args.demo and not args.resume)
    keras_dl4.callbacks.prepare_run_folder(args.out, args.resume, overwrite)
    recorder = RunRecorder(
        args.out / "result.json",
        {name: vars(args)[name] for name in SETTINGS},
        command=f"{NAME} {shlex.join(argv or sys.argv[1:])}",
    )
    recorder.resume(int(args.resume))
    recorder.record["minutes"] = recorder.record.get("minutes_of_tasks", 0.0)
    done = recorder.record.get("tasks", {})
    tasks = [int(task) for task in args.task]
    for together in [tasks] if args.joint else [[task] for task in tasks]:
        if all(str(task) in done for task in together):
            print(f"Done already: {', '.join(map(str, together))}", flush=True)
            continue
        keep(args, *train_and_test(args, together, recorder))
    results = report(args, recorder.record["tasks"])
    recorder.add(**results)
    draw(args, recorder.record["tasks"])
    print(f"{recorder.record['minutes']:.1f} minutes. See {args.out}/")
    return results


if __name__ == "__main__":
    main()
