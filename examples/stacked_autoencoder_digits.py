"""Few labels, many digits: a deep network pretrained layer by layer.

Paper:  Stacked Denoising Autoencoders,
        https://jmlr.org/papers/v11/vincent10a.html
Run:    python examples/stacked_autoencoder_digits.py
Expect: a smaller error than that of the same network without pretraining
Writes: runs/stacked_<kind>/ (result.json, figures, weights, SavedModel)

Denoising autoencoders are trained on each other, without labels, on all digits
but those for validation. A classifier on top is then trained on a few labels.
The baseline is the same network, initialized at random and trained in the same
way on the same labels. Both keep the weights of the epoch with the least error
on validation digits.
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
from keras_dl4 import datasets
from keras_dl4 import layers
from keras_dl4 import models
from keras_dl4.callbacks import RunRecorder

NUM_VALIDATION = {"sklearn": 137, "mnist": 10_000}  # digits, the last ones
NUM_LABELS = {"sklearn": 50, "mnist": 1000}
PRETRAINING_EPOCHS = {"sklearn": 60, "mnist": 15}
EPOCHS = {"sklearn": 200, "mnist": 100}
KINDS = ("denoising", "contractive", "sparse", "plain")
SETTINGS = (
    "data kind level widths num_labels pretraining_epochs epochs batch_size "
    "learning_rate seed strategy jit"
)


def autoencoder(args, num_inputs, units, name):
    """One of the stack, of the kind that was asked for."""
    regularizers = keras_dl4.regularizers
    corruption, penalties, sparsity = None, [], None
    if args.kind == "denoising":
        corruption = layers.MaskingNoise(args.level)
    elif args.kind == "contractive":
        penalties = [regularizers.ContractivePenalty(args.level)]
    elif args.kind == "sparse":
        sparsity = regularizers.KLSparsity(0.1, weight=args.level)
    hidden = keras.layers.Dense(units, "sigmoid", activity_regularizer=sparsity)
    return models.Autoencoder(
        keras.Sequential(
            [keras.Input((num_inputs,)), hidden], name=f"{name}_encoder"
        ),
        keras.Sequential(
            [keras.Input((units,)), layers.TiedDense(hidden)],
            name=f"{name}_decoder",
        ),
        corruption,
        penalties,
        "bce",
        from_logits=True,
        name=name,
    )


def build_stack(args):
    widths = [28 * 28, *args.widths]
    return models.StackedAutoencoder(
        [
            autoencoder(args, *widths[index : index + 2], f"layer_{index + 1}")
            for index in range(len(args.widths))
        ]
    )


def load(args):
    """Images without labels, and labelled, validation and test digits."""
    sets = datasets.load_digits(args.data, args.data_dir)
    (x, y), test = (
        (images.reshape(len(images), -1), labels) for images, labels in sets
    )
    held_out = NUM_VALIDATION[args.data]
    validation = x[-held_out:], y[-held_out:]
    x, y = x[:-held_out][: args.num_train], y[:-held_out][: args.num_train]
    chosen = balanced(y, args.num_labels, args.seed)
    return x, (x[chosen], y[chosen]), validation, test


def balanced(labels, number, seed):
    """Places of as many examples of each class, chosen by the seed."""
    order = np.random.default_rng(seed).permutation(len(labels))
    of_class = [order[labels[order] == digit] for digit in range(10)]
    each = number // 10
    if number % 10 or min(map(len, of_class)) < each:
        raise ValueError(
            "--num-labels must be ten times a number of digits that there "
            f"are of each class. Received: {number}"
        )
    return np.concatenate([places[:each] for places in of_class])


def compiled_classifier(args, stack, placement):
    classifier = stack.to_classifier(10)
    classifier.compile(
        keras.optimizers.Adam(args.learning_rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=placement.jit_compile,
    )
    return classifier


def fine_tune(args, classifier, labelled, validation, test, recorder):
    """Trains a classifier; returns its error on the test digits in %."""
    path = str(args.out / "classifier.weights.h5")
    best = keras.callbacks.ModelCheckpoint(
        path,
        monitor="val_accuracy",
        mode="max",
        save_best_only=True,
        save_weights_only=True,
    )
    classifier.fit(
        *labelled,
        batch_size=args.batch_size,
        epochs=args.epochs,
        validation_data=validation,
        validation_batch_size=1000,
        callbacks=[recorder, best],
        verbose=0 if args.verbose == 0 else 2,
    )
    classifier.load_weights(path)
    accuracy = classifier.evaluate(
        *test, batch_size=1000, verbose=0, return_dict=True
    )["accuracy"]
    return 100.0 * (1.0 - accuracy)


def put_curve_aside(recorder, name):
    """The curve that follows is of another training."""
    recorder.add(**{name: recorder.record["curve"]})
    recorder.record["curve"] = []


def train(args, data, placement, recorder):
    """Trains baseline and stack; returns the stack and both errors in %."""
    x, labelled, validation, test = data
    errors = {}
    for name in ("without_pretraining", "with_pretraining"):
        keras.utils.set_random_seed(args.seed)
        with placement.scope():
            stack = build_stack(args)
            if name == "with_pretraining":
                stack.pretrain(
                    x,
                    args.pretraining_epochs,
                    keras.optimizers.Adam(args.learning_rate),
                    args.batch_size,
                    callbacks=[recorder],
                    verbose=args.verbose,
                    jit_compile=placement.jit_compile,
                )
                put_curve_aside(recorder, "pretraining_curve")
                stack.save(args.out / "pretrained.keras")
            classifier = compiled_classifier(args, stack, placement)
        print(f"Classifier {name.replace('_', ' ')}", flush=True)
        errors[f"test_error_{name}"] = fine_tune(
            args, classifier, labelled, validation, test, recorder
        )
        if name == "without_pretraining":
            put_curve_aside(recorder, "baseline_curve")
    return keras.saving.load_model(args.out / "pretrained.keras"), errors


def draw(args, stack, images, record):
    kernel = np.asarray(stack.autoencoders[0].encoder.layers[-1].kernel)
    strongest = np.argsort(-np.linalg.norm(kernel, axis=0))[:100]
    keras_dl4.figures.plot_filters(kernel[:, strongest], (28, 28)).savefig(
        args.out / "filters.png", dpi=150
    )
    rows = {"image": images, "from the top": stack.reconstruct(images)}
    keras_dl4.figures.plot_reconstructions(
        {name: np.reshape(x, (-1, 28, 28)) for name, x in rows.items()}
    ).savefig(args.out / "reconstructions.png", dpi=150)
    curves = {
        label: (
            [args.num_labels * point["epoch"] for point in record[name]],
            [100 * (1 - point["val_accuracy"]) for point in record[name]],
        )
        for label, name in (
            ("pretrained", "curve"),
            ("not pretrained", "baseline_curve"),
        )
    }
    figure = keras_dl4.figures.plot_learning_curves(
        curves, ylabel="Error in validation (%)"
    )
    figure.axes[0].set_xlabel("Labelled images (thousands)")
    figure.savefig(args.out / "learning_curve.png", dpi=150)


def export(args, model, images):
    """Writes a SavedModel and checks it in a process without keras_dl4."""
    path = args.out / "saved_model" / "1"
    shutil.rmtree(path.parent, ignore_errors=True)  # of a run that was resumed
    keras_dl4.serving.export_autoencoder(model, path, images)
    print(f"{path}: loaded without keras_dl4 in a clean process, it agrees.")


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--kind", choices=KINDS, default="denoising")
    add("--level", type=float, help="rate of masking, or weight of a penalty")
    add("--data", choices=EPOCHS, default="sklearn")
    add("--data-dir", help="folder of mnist.npz (default: KERAS_DL4_DATA)")
    add("--widths", type=int, nargs="+", default=[500, 500, 500])
    add("--num-train", type=int, help="digits without labels (default: all)")
    add("--num-labels", type=int, help=f"(default: {NUM_LABELS})")
    add("--pretraining-epochs", type=int, help="of each layer")
    add("--epochs", type=int, help=f"of fine-tuning (default: {EPOCHS})")
    add("--batch-size", type=int, default=64)
    add("--learning-rate", type=float, default=1e-3)
    add("--seed", type=int, default=0)
    add("--out", help="folder of the run (default: runs/stacked_<kind>)")
    add("--overwrite", action="store_true", help="replace the run in --out")
    add("--demo", action="store_true", help="overwrite, and export")
    add("--verbose", type=int, choices=(0, 1, 2), default=2)
    keras_dl4.distribute.add_arguments(parser)
    args = parser.parse_args(argv)
    args.out = pathlib.Path(args.out or f"runs/stacked_{args.kind}")
    levels = {"denoising": 0.25, "contractive": 0.1, "sparse": 0.1}
    if args.level is None:
        args.level = levels.get(args.kind)
    for name, defaults in (
        ("num_labels", NUM_LABELS),
        ("pretraining_epochs", PRETRAINING_EPOCHS),
        ("epochs", EPOCHS),
    ):
        if getattr(args, name) is None:
            setattr(args, name, defaults[args.data])
    if args.demo and keras.backend.backend() != "tensorflow":
        parser.error("--demo exports a SavedModel: it needs TensorFlow")
    return args


def main(argv=None):
    args = parse(argv)
    keras_dl4.callbacks.prepare_run_folder(
        args.out, overwrite=args.overwrite or args.demo
    )
    placement = keras_dl4.distribute.configure(args.strategy, args.jit)
    data = load(args)
    recorder = RunRecorder(
        args.out / "result.json",
        {name: vars(args)[name] for name in SETTINGS.split()},
        command="examples/stacked_autoencoder_digits.py "
        + shlex.join(argv or sys.argv[1:]),
    )
    stack, errors = train(args, data, placement, recorder)
    recorder.add(num_params=stack.count_params(), **errors)
    draw(args, stack, data[-1][0][:10], recorder.record)
    if args.demo:
        export(args, stack, data[-1][0][:8])
    print(
        f"\n{args.num_labels} labels of {args.data}: "
        f"{errors['test_error_with_pretraining']:.2f} % error with "
        f"pretraining ({args.kind}), "
        f"{errors['test_error_without_pretraining']:.2f} % without.\n"
        f"{recorder.record['minutes']:.1f} minutes of training. "
        f"See {args.out}/"
    )
    return errors


if __name__ == "__main__":
    main()
