"""Neural Turing Machine, or the paper's LSTM, on one of the paper's tasks.

Paper:  Neural Turing Machines, https://arxiv.org/abs/1410.5401
Run:    python examples/ntm_tasks.py --task copy --demo
Expect: no wrong bits at lengths 10 to 50, and under 1 % at 120
Writes: runs/<task>_<model>/ (result.json, figures, weights, SavedModel)
"""

import argparse
import json
import os
import pathlib
import shlex
import shutil
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

import keras_dl4
from keras_dl4 import datasets
from keras_dl4.callbacks import AtomicBackup
from keras_dl4.callbacks import FirstBelow
from keras_dl4.callbacks import RunRecorder
from keras_dl4.metrics import BitsPerSequence
from keras_dl4.metrics import WrongBitsPerSequence

# Each task: class, training sequences of the quick preset, test batches
# (arguments of `batch_of`); per controller the heads of each kind, units and
# learning rate of Tables 1 and 2; units and rate of Table 3.
TASKS = {
    "copy": {
        "class": datasets.CopyTask,
        "sequences": 20_000,
        "tests": [(10,), (20,), (30,), (50,), (80,), (120,)],
        "dense": (1, [100], 1e-4),
        "lstm": (1, [100], 1e-4),
        "baseline": (256, 3e-5),
    },
    "repeat_copy": {
        "class": datasets.RepeatCopyTask,
        "sequences": 100_000,
        "tests": [(10, 10), (20, 10), (10, 20)],
        "dense": (1, [100], 1e-4),
        "lstm": (1, [100], 1e-4),
        "baseline": (512, 3e-5),
    },
    "associative_recall": {
        "class": datasets.AssociativeRecallTask,
        "sequences": 60_000,
        "tests": [(6,), (10,), (15,), (20,)],
        "dense": (4, [256], 1e-4),
        "lstm": (1, [100], 1e-4),
        "baseline": (256, 1e-4),
    },
    "dynamic_ngrams": {
        "class": datasets.DynamicNGramsTask,
        "sequences": 100_000,
        "tests": [(200,)],
        "dense": (1, [100], 3e-5),
        "lstm": (1, [100], 3e-5),
        "baseline": (128, 1e-4),
    },
    "priority_sort": {
        "class": datasets.PrioritySortTask,
        "sequences": 500_000,
        "tests": [(20,)],
        "dense": (8, [512], 3e-5),
        "lstm": (5, [100, 100], 3e-5),
        "baseline": (128, 3e-5),
    },
}
# `loss` averages or sums over the answer; `clip` bounds the norm of the
# gradient, or each component as in section 4.6; over the last part, `decay`,
# the rate falls to a hundredth. What worked for copy did not train the others.
QUICK_COPY = {
    "learning_rate": 2e-4,
    "loss": "mean_with_sample_weight",
    "clip": 1.0,
    "decay": 0.7,
}
QUICK = {"learning_rate": 1e-4, "loss": "sum", "clip": 10.0, "decay": 0.4}
PAPER = {"sequences": 10**6, "loss": "sum", "clip": 10.0, "decay": 0.0}
CLIPPING = {"quick": "global_clipnorm", "paper": "clipvalue"}
SETTINGS = (
    "task model controller preset sequences batch_size learning_rate loss "
    "clip decay seed steps_per_execution strategy jit"
).split()
VALIDATION_SEED, TEST_SEED = 2**31, 2**31 + 1
SEQUENCES_PER_EPOCH = 500
PAPER_COPY = {10: "0", 20: "0", 30: "about 0", 50: "about 0", 120: "1 vector"}


def build_model(args, task, return_trace=False):
    """The NTM, or three LSTM layers; both end in logits."""
    settings = TASKS[args.task]
    inputs = keras.Input((None, task.input_dim), name="sequence")
    if args.model == "lstm":
        x, units = inputs, settings["baseline"][0]
        for _ in range(3):
            x = keras.layers.LSTM(units, return_sequences=True)(x)
        outputs = keras.layers.Dense(task.target_dim, name="logits")(x)
        return keras.Model(inputs, outputs, name=f"{args.task}_lstm")
    controller = args.controller
    num_heads, units, _ = settings[controller]
    if len(units) > 1:
        controller = keras.layers.StackedRNNCells(
            [keras.layers.LSTMCell(width, dtype="float32") for width in units],
            dtype="float32",
        )
    outputs = keras_dl4.layers.NTM(
        task.target_dim,
        controller,
        units[0],
        num_read_heads=num_heads,
        num_write_heads=num_heads,
        return_sequences=True,
        return_trace=return_trace,
        name="logits",
    )(inputs)
    return keras.Model(inputs, outputs, name=f"{args.task}_ntm")


def compile_model(args, model, num_steps, placement):
    rate = args.learning_rate  # RMSprop: Graves (2013), equations 38 to 45
    if args.decay:
        decay_steps = max(1, round(args.decay * num_steps))
        rate = keras.optimizers.schedules.CosineDecay(
            rate,
            decay_steps,
            alpha=0.01,
            warmup_target=rate,
            warmup_steps=num_steps - decay_steps,
        )
    model.compile(
        keras.optimizers.RMSprop(
            rate,
            rho=0.95,
            momentum=0.9,
            epsilon=1e-4,
            centered=True,
            **{CLIPPING[args.preset]: args.clip},
        ),
        keras.losses.BinaryCrossentropy(from_logits=True, reduction=args.loss),
        weighted_metrics=[BitsPerSequence(), WrongBitsPerSequence()],
        jit_compile=placement.jit_compile,
        steps_per_execution=args.steps_per_execution,
    )


def train(args, model, task, recorder, backup):
    """Trains, keeps the weights that are best in validation, loads them."""
    epoch = 0
    if args.resume:
        epoch = backup.restore(model, len(task))
        recorder.resume(epoch)
        print(f"Going on after epoch {epoch} of {args.epochs}.", flush=True)
    validation = TASKS[args.task]["class"](
        100, seed=VALIDATION_SEED, batches_per_epoch=2, fixed_epoch=True
    )
    best = args.out / "best.weights.h5"
    first_below = FirstBelow("wrong_bits_per_sequence", 0.1, args.batch_size)
    if recorder.record["curve"]:
        first_below.num_examples = recorder.record["curve"][-1]["first_below"]
    model.fit(
        task,
        epochs=args.epochs,
        initial_epoch=epoch,
        shuffle=False,
        validation_data=validation,
        verbose=args.verbose,
        callbacks=[
            keras.callbacks.TerminateOnNaN(raise_error=True),
            keras.callbacks.LambdaCallback(
                on_epoch_begin=lambda epoch, logs: setattr(task, "epoch", epoch)
            ),
            keras.callbacks.ModelCheckpoint(
                best,
                monitor="val_bits_per_sequence",
                mode="min",
                save_best_only=True,
                save_weights_only=True,
                initial_value_threshold=recorder.best("val_bits_per_sequence"),
            ),
            first_below,
            recorder,
            backup,
        ],
    )
    recorder.add(solved_at=first_below.num_examples)
    model.load_weights(best)


def test(args, model):
    """Wrong bits and cost on 100 fresh sequences of each test length."""
    task = TASKS[args.task]["class"](args.num_tests, seed=TEST_SEED)
    tests = TASKS[args.task]["tests"]
    batches = {test: task.batch_of(*test) for test in tests}
    # Padded to one length, XLA compiles once; what follows changes nothing.
    longest = max(x.shape[1] for x, _, _ in batches.values())
    rows, outputs = [], {}
    for test, (x, y, weight) in batches.items():
        padding = [(0, 0), (0, longest - x.shape[1]), (0, 0)]
        logits = model.predict(np.pad(x, padding), batch_size=50, verbose=0)
        logits = logits[:, : x.shape[1]]
        row = {"test": " x ".join(map(str, test))}
        for metric in (BitsPerSequence(), WrongBitsPerSequence()):
            row[metric.name] = float(metric(y, logits, sample_weight=weight))
        num_bits = weight.sum() * y.shape[-1] / len(y)
        wrong = row["wrong_bits_per_sequence"]
        row["wrong_percent"] = float(100 * wrong / num_bits)
        if args.task == "dynamic_ngrams":
            optimum = task.optimal_bits_per_sequence((x, y, weight))
            row["optimal_bits_per_sequence"] = float(np.mean(optimum))
        rows.append(row)
        outputs[test] = (y[0], logits[0], weight[0])
    return rows, outputs, batches


def draw(args, task, model, record, outputs, batches):
    """Learning curve, outputs beside targets, and memory use."""
    records = {model.name: record}
    if args.compare:
        records["3 x 256 LSTM (recorded)"] = args.compare
    curves = {
        name: [
            [point[axis] for point in shown["curve"]]
            for axis in ("sequences", "val_bits_per_sequence")
        ]
        for name, shown in records.items()
    }
    optimum = record["tests"][0].get("optimal_bits_per_sequence")
    keras_dl4.figures.plot_learning_curves(curves, reference=optimum).savefig(
        args.out / "learning_curve.png", dpi=150
    )
    targets, logits, weights = zip(*outputs.values(), strict=True)
    keras_dl4.figures.plot_outputs(
        targets, logits, sample_weights=weights
    ).savefig(args.out / "outputs.png", dpi=150)
    if args.model == "ntm":
        tracing = build_model(args, task, return_trace=True)
        tracing.set_weights(model.get_weights())
        x = batches[TASKS[args.task]["tests"][0]][0][:1]
        logits, trace = tracing(x)
        keras_dl4.figures.plot_memory_use(
            x[0], logits[0], {name: part[0] for name, part in trace.items()}
        ).savefig(args.out / "memory_use.png", dpi=150)


def export(args, model, batches):
    """Writes a SavedModel and checks it in a process without keras_dl4."""
    path = args.out / "saved_model" / "1"
    shutil.rmtree(path.parent, ignore_errors=True)  # of a run that was resumed
    keras_dl4.serving.export_saved_model(model, path)
    x = batches[TASKS[args.task]["tests"][-1]][0][:8]
    keras_dl4.serving.check_in_clean_process(
        path, {"sequence": x}, {"logits": model.predict(x, verbose=0)}
    )
    print(f"{path}: loaded without keras_dl4 in a clean process, it agrees.")


def report(args, record):
    """Prints the results, for copy beside the paper's and the LSTM's."""
    is_copy = args.task == "copy" and args.model == "ntm"
    lstm = (args.compare or {}).get("tests", [])
    lstm = {row["test"]: f"{row['wrong_percent']:.1f}" for row in lstm}
    head = f"\n{'test':>10} {'wrong bits':>12} {'wrong %':>9}"
    print(head + (f" {'LSTM %':>9} {'paper':>9}" if is_copy else ""))
    for row in record["tests"]:
        line = f"{row['test']:>10} {row['wrong_bits_per_sequence']:>12.2f}"
        line += f" {row['wrong_percent']:>9.3f}"
        if is_copy:
            paper = PAPER_COPY.get(int(row["test"]), "-")
            line += f" {lstm.get(row['test'], '-'):>9} {paper:>9}"
        print(line)
    if is_copy:
        print(
            "Wrong bits a sequence; of all bits, chance is 50 %. Paper: Fig. 4."
        )
    if args.compare:
        print("LSTM: the recorded run results/ntm/copy_lstm.json.")
    print(f"{record['minutes']:.1f} minutes of training. See {args.out}/")


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--task", choices=TASKS, default="copy")
    add("--model", choices=("ntm", "lstm"), default="ntm")
    add("--controller", choices=("lstm", "dense"), default="lstm")
    add("--preset", choices=CLIPPING, default="quick")
    add("--sequences", type=int, help="to train on (default: the preset's)")
    add("--batch-size", type=int, default=1)
    add("--learning-rate", type=float, help="(default: the preset's)")
    add("--loss", choices=("sum", "mean_with_sample_weight"))
    add("--clip", type=float, help="bound on gradients")
    add("--decay", type=float, help="last part in which the rate falls")
    add("--seed", type=int, default=0)
    add("--num-tests", type=int, default=100, help="sequences per test")
    steps = 1 if keras.backend.backend() == "torch" else 50  # its only choice
    add("--steps-per-execution", type=int, default=steps)
    add("--out", help="folder of the run (default: runs/<task>_<model>)")
    one_of = parser.add_mutually_exclusive_group().add_argument
    one_of("--resume", action="store_true", help="go on with the run in --out")
    one_of("--overwrite", action="store_true", help="replace the run in --out")
    add("--demo", action="store_true", help="overwrite, compare, export")
    add("--verbose", type=int, choices=(0, 1, 2), default=1)
    keras_dl4.distribute.add_arguments(parser)
    args = parser.parse_args(argv)
    settings = TASKS[args.task]
    kind = "baseline" if args.model == "lstm" else args.controller
    args.out = pathlib.Path(args.out or f"runs/{args.task}_{args.model}")
    defaults = {"learning_rate": settings[kind][-1]}
    defaults["sequences"] = settings["sequences"]
    quick = QUICK_COPY if args.task == "copy" else QUICK
    defaults |= quick if args.preset == "quick" else PAPER
    for name, value in defaults.items():
        if getattr(args, name) is None:
            setattr(args, name, value)
    if not 1 <= args.batch_size <= min(args.sequences, SEQUENCES_PER_EPOCH):
        parser.error("--batch-size must be from 1 to 500 and to --sequences")
    if args.demo and keras.backend.backend() != "tensorflow":
        parser.error("--demo exports a SavedModel: it needs TensorFlow")
    return args


def main(argv=None):
    args = parse(argv)
    overwrite = args.overwrite or (args.demo and not args.resume)
    keras_dl4.callbacks.prepare_run_folder(args.out, args.resume, overwrite)
    recorded = pathlib.Path(__file__).parents[1] / "results/ntm/copy_lstm.json"
    is_compared = args.demo and args.task == "copy" and recorded.exists()
    args.compare = json.loads(recorded.read_text()) if is_compared else None
    keras.utils.set_random_seed(args.seed)
    placement = keras_dl4.distribute.configure(args.strategy, args.jit)
    if args.batch_size % placement.num_replicas:
        raise ValueError(
            f"--batch-size must be a multiple of {placement.num_replicas}, the "
            f"number of replicas. Received: {args.batch_size}"
        )
    per_epoch = min(SEQUENCES_PER_EPOCH, args.sequences) // args.batch_size
    args.epochs = max(1, args.sequences // SEQUENCES_PER_EPOCH)
    task = TASKS[args.task]["class"](
        args.batch_size, seed=args.seed, batches_per_epoch=per_epoch
    )
    with placement.scope():
        model = build_model(args, task)
        compile_model(args, model, args.epochs * per_epoch, placement)
    recorder = RunRecorder(
        args.out / "result.json",
        {name: vars(args)[name] for name in SETTINGS},
        per_epoch * args.batch_size,
        f"examples/ntm_tasks.py {shlex.join(argv or sys.argv[1:])}",
    )
    backup = AtomicBackup(args.out / "backup.weights.h5")
    train(args, model, task, recorder, backup)
    rows, outputs, batches = test(args, model)
    recorder.add(tests=rows)
    draw(args, task, model, recorder.record, outputs, batches)
    if args.demo:
        export(args, model, batches)
    report(args, recorder.record)
    results = {"val_bits_per_sequence": recorder.best("val_bits_per_sequence")}
    for row in rows:
        name = row["test"].replace(" ", "")
        results[f"wrong_bits_at_{name}"] = row["wrong_bits_per_sequence"]
        results[f"bits_at_{name}"] = row["bits_per_sequence"]
    return results


if __name__ == "__main__":
    main()
