"""Neural Turing Machine, or the paper's LSTM, on one of the paper's tasks.

Paper:  Neural Turing Machines, https://arxiv.org/abs/1410.5401
Run:    python examples/ntm_tasks.py --task copy
Writes: runs/ntm_<task>/ (result.json, figures, weights)
"""

import argparse
import os
import pathlib
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras

from keras_dl4 import datasets
from keras_dl4 import distribute
from keras_dl4.callbacks import AtomicBackup
from keras_dl4.callbacks import RunRecorder
from keras_dl4.layers import NTM
from keras_dl4.metrics import BitsPerSequence
from keras_dl4.metrics import WrongBitsPerSequence

TASKS = {
    "copy": datasets.CopyTask,
    "repeat_copy": datasets.RepeatCopyTask,
    "associative_recall": datasets.AssociativeRecallTask,
    "dynamic_ngrams": datasets.DynamicNGramsTask,
    "priority_sort": datasets.PrioritySortTask,
}
# Tables 1 and 2 of the paper: number of read heads and of write heads,
# controller units, learning rate.
PAPER_NTM = {
    ("copy", "dense"): (1, [100], 1e-4),
    ("copy", "lstm"): (1, [100], 1e-4),
    ("repeat_copy", "dense"): (1, [100], 1e-4),
    ("repeat_copy", "lstm"): (1, [100], 1e-4),
    ("associative_recall", "dense"): (4, [256], 1e-4),
    ("associative_recall", "lstm"): (1, [100], 1e-4),
    ("dynamic_ngrams", "dense"): (1, [100], 3e-5),
    ("dynamic_ngrams", "lstm"): (1, [100], 3e-5),
    ("priority_sort", "dense"): (8, [512], 3e-5),
    ("priority_sort", "lstm"): (5, [100, 100], 3e-5),
}
# Table 3: units of each of the three layers, learning rate.
PAPER_LSTM = {
    "copy": (256, 3e-5),
    "repeat_copy": (512, 3e-5),
    "associative_recall": (256, 1e-4),
    "dynamic_ngrams": (128, 1e-4),
    "priority_sort": (128, 3e-5),
}
SEQUENCES_PER_EPOCH = 500
VALIDATION_SEED = 2**31


def build_ntm(task, name, controller, num_heads, units, return_trace=False):
    if controller == "lstm" and len(units) > 1:
        controller = keras.layers.StackedRNNCells(
            [keras.layers.LSTMCell(width) for width in units]
        )
    inputs = keras.Input((None, task.input_dim), name="sequence")
    outputs = NTM(
        task.target_dim,
        controller,
        units[0],
        num_read_heads=num_heads,
        num_write_heads=num_heads,
        return_sequences=True,
        return_trace=return_trace,
        name="logits",
    )(inputs)
    return keras.Model(inputs, outputs, name=name)


def build_lstm(task, name, units):
    inputs = keras.Input((None, task.input_dim), name="sequence")
    x = inputs
    for _ in range(3):
        x = keras.layers.LSTM(units, return_sequences=True)(x)
    outputs = keras.layers.Dense(task.target_dim, name="logits")(x)
    return keras.Model(inputs, outputs, name=name)


def learning_rate(rate, preset, num_steps):
    if preset == "paper":
        return rate
    return keras.optimizers.schedules.CosineDecay(
        rate,
        decay_steps=round(0.4 * num_steps),
        alpha=0.01,
        warmup_target=rate,
        warmup_steps=round(0.6 * num_steps),
    )


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", choices=TASKS, default="copy")
    parser.add_argument("--model", choices=("ntm", "lstm"), default="ntm")
    parser.add_argument(
        "--controller", choices=("lstm", "dense"), default="lstm"
    )
    parser.add_argument("--preset", choices=("quick", "paper"), default="quick")
    parser.add_argument("--sequences", type=int, default=15000)
    parser.add_argument("--batch-size", type=int, default=1)
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--loss-reduction", default="mean_with_sample_weight")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps-per-execution", type=int, default=50)
    parser.add_argument("--out")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--overwrite", action="store_true")
    parser.add_argument("--verbose", type=int, default=1)
    distribute.add_arguments(parser)
    args = parser.parse_args(argv)
    args.out = pathlib.Path(args.out or f"runs/{args.model}_{args.task}")
    return args


def main(argv=None):
    args = parse(argv)
    if args.overwrite:
        shutil.rmtree(args.out, ignore_errors=True)
    elif args.out.exists() and not args.resume:
        raise FileExistsError(
            f"{args.out} holds a run. Go on with it by --resume, replace it "
            "by --overwrite, or give another --out."
        )
    keras.utils.set_random_seed(args.seed)
    placement = distribute.configure(args.strategy, args.jit)
    task_class = TASKS[args.task]
    steps_per_epoch = SEQUENCES_PER_EPOCH // args.batch_size
    num_epochs = args.sequences // SEQUENCES_PER_EPOCH
    task = task_class(
        args.batch_size, seed=args.seed, batches_per_epoch=steps_per_epoch
    )
    validation = task_class(
        100, seed=VALIDATION_SEED, batches_per_epoch=2, fixed_epoch=True
    )
    name = f"{args.model}_{args.task}"
    with placement.scope():
        if args.model == "ntm":
            num_heads, units, rate = PAPER_NTM[args.task, args.controller]
            model = build_ntm(task, name, args.controller, num_heads, units)
        else:
            units, rate = PAPER_LSTM[args.task]
            model = build_lstm(task, name, units)
        model.compile(
            keras.optimizers.RMSprop(
                learning_rate(
                    args.learning_rate or rate,
                    args.preset,
                    num_epochs * steps_per_epoch,
                ),
                rho=0.95,
                momentum=0.9,
                epsilon=1e-4,
                centered=True,
                **(
                    {"clipvalue": 10.0}
                    if args.preset == "paper"
                    else {"global_clipnorm": 10.0}
                ),
            ),
            keras.losses.BinaryCrossentropy(
                from_logits=True, reduction=args.loss_reduction
            ),
            weighted_metrics=[BitsPerSequence(), WrongBitsPerSequence()],
            jit_compile=placement.jit_compile,
            steps_per_execution=args.steps_per_execution,
        )
    backup = AtomicBackup(args.out / "backup.weights.h5")
    recorder = RunRecorder(
        args.out / "result.json",
        settings={
            k: str(v) if isinstance(v, pathlib.Path) else v
            for k, v in vars(args).items()
        },
        sequences_per_epoch=steps_per_epoch * args.batch_size,
    )
    epoch = 0
    if args.resume:
        epoch = backup.restore(model, steps_per_epoch)
        recorder.resume(epoch)
        print(f"Resuming after epoch {epoch}.", flush=True)
    best = keras.callbacks.ModelCheckpoint(
        args.out / "best.weights.h5",
        monitor="val_bits_per_sequence",
        mode="min",
        save_best_only=True,
        save_weights_only=True,
        initial_value_threshold=recorder.best("val_bits_per_sequence"),
    )
    set_epoch = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: setattr(task, "epoch", epoch)
    )
    model.fit(
        task,
        epochs=num_epochs,
        initial_epoch=epoch,
        shuffle=False,
        validation_data=validation,
        callbacks=[
            set_epoch,
            best,
            recorder,
            backup,
            keras.callbacks.TerminateOnNaN(),
        ],
        verbose=args.verbose,
    )
    model.load_weights(args.out / "best.weights.h5")
    return {"bits_per_sequence": recorder.best("val_bits_per_sequence")}


if __name__ == "__main__":
    print(main())
