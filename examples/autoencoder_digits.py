"""A plain autoencoder: digits through a code of a few numbers.

Paper:  Reducing the Dimensionality of Data with Neural Networks,
        https://doi.org/10.1126/science.1127647
Run:    python examples/autoencoder_digits.py
Expect: a smaller error than that of as many principal components
Writes: runs/autoencoder/ (result.json, figures, weights, SavedModel)
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
from keras import layers

import keras_dl4
from keras_dl4 import datasets
from keras_dl4.callbacks import AtomicBackup
from keras_dl4.callbacks import RunRecorder

NUM_VALIDATION = {"sklearn": 137, "mnist": 5000}  # digits, the last ones
EPOCHS = {"sklearn": 150, "mnist": 40}
SETTINGS = (
    "data code_size hidden epochs batch_size learning_rate seed strategy jit"
)


def build_model(args):
    width = 28 * 28
    encoder = keras.Sequential(
        [
            keras.Input((width,)),
            layers.Dense(args.hidden, "relu"),
            layers.Dense(args.code_size),
        ],
        name="encoder",
    )
    decoder = keras.Sequential(
        [
            keras.Input((args.code_size,)),
            layers.Dense(args.hidden, "relu"),
            layers.Dense(width),
        ],
        name="decoder",
    )
    # Binary cross-entropy from logits, summed over the pixels.
    return keras_dl4.models.Autoencoder(
        encoder, decoder, reconstruction="bce", from_logits=True
    )


def load(args):
    """Flat training, validation and test images."""
    (train, _), (test, _) = datasets.load_digits(args.data, args.data_dir)
    train, test = (images.reshape(len(images), -1) for images in (train, test))
    held_out = NUM_VALIDATION[args.data]
    return train[:-held_out][: args.num_train], train[-held_out:], test


def train(args, model, x, validation, recorder):
    backup = AtomicBackup(args.out / "backup.weights.h5")
    epoch = 0
    if args.resume:
        epoch = backup.restore(model, -(-len(x) // args.batch_size))
        recorder.resume(epoch)
    model.fit(
        x,
        batch_size=args.batch_size,
        epochs=args.epochs,
        initial_epoch=epoch,
        validation_data=validation,
        verbose=args.verbose,
        callbacks=[recorder, backup],
    )


def squared_error(x, reconstruction):
    return float(np.mean(np.sum((x - reconstruction) ** 2, axis=1)))


def principal_components(train, test, number):
    """Test images from their first principal components, the best line."""
    mean = train.mean(axis=0)
    _, _, directions = np.linalg.svd(train - mean, full_matrices=False)
    directions = directions[:number]
    return (test - mean) @ directions.T @ directions + mean


def draw(args, record, rows):
    figure = keras_dl4.figures.plot_reconstructions(
        {name: images.reshape(-1, 28, 28) for name, images in rows.items()}
    )
    figure.savefig(args.out / "reconstructions.png", dpi=150)
    curve = record["curve"]
    seen = [args.num_train * point["epoch"] for point in curve]
    curves = {
        label: (seen, [point[name] for point in curve])
        for label, name in (("training", "loss"), ("validation", "val_loss"))
    }
    figure = keras_dl4.figures.plot_learning_curves(
        curves, ylabel="Cross-entropy of an image (nats)"
    )
    figure.axes[0].set_xlabel("Training images (thousands)")
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
    add("--data", choices=EPOCHS, default="sklearn")
    add("--data-dir", help="folder of mnist.npz (default: KERAS_DL4_DATA)")
    add("--num-train", type=int, help="digits (default: all)")
    add("--code-size", type=int, default=10)
    add("--hidden", type=int, default=256, help="units around the code")
    add("--epochs", type=int, help=f"(default: {EPOCHS})")
    add("--batch-size", type=int, default=64)
    add("--learning-rate", type=float, default=1e-3)
    add("--seed", type=int, default=0)
    add("--out", default="runs/autoencoder", help="folder of the run")
    one_of = parser.add_mutually_exclusive_group().add_argument
    one_of("--resume", action="store_true", help="go on with the run in --out")
    one_of("--overwrite", action="store_true", help="replace the run in --out")
    add("--demo", action="store_true", help="overwrite, and export")
    add("--verbose", type=int, choices=(0, 1, 2), default=2)
    keras_dl4.distribute.add_arguments(parser)
    args = parser.parse_args(argv)
    args.out = pathlib.Path(args.out)
    args.epochs = args.epochs or EPOCHS[args.data]
    if args.demo and keras.backend.backend() != "tensorflow":
        parser.error("--demo exports a SavedModel: it needs TensorFlow")
    return args


def main(argv=None):
    args = parse(argv)
    overwrite = args.overwrite or (args.demo and not args.resume)
    keras_dl4.callbacks.prepare_run_folder(args.out, args.resume, overwrite)
    placement = keras_dl4.distribute.configure(args.strategy, args.jit)
    x, validation, test = load(args)
    args.num_train = len(x)
    keras.utils.set_random_seed(args.seed)
    with placement.scope():
        model = build_model(args)
        model.compile(
            keras.optimizers.Adam(args.learning_rate),
            jit_compile=placement.jit_compile,
        )
    recorder = RunRecorder(
        args.out / "result.json",
        {name: vars(args)[name] for name in [*SETTINGS.split(), "num_train"]},
        command="examples/autoencoder_digits.py "
        + shlex.join(argv or sys.argv[1:]),
    )
    train(args, model, x, validation, recorder)
    reconstruction = np.asarray(model.reconstruct(test))
    linear = principal_components(x, test, args.code_size)
    results = {
        "squared_error": squared_error(test, reconstruction),
        "squared_error_of_principal_components": squared_error(test, linear),
        "cross_entropy": model.evaluate(test, return_dict=True, verbose=0)[
            "loss"
        ],
    }
    recorder.add(num_params=model.count_params(), **results)
    rows = {"image": test, "autoencoder": reconstruction, "PCA": linear}
    draw(args, recorder.record, {k: v[:10] for k, v in rows.items()})
    if args.demo:
        export(args, model, test[:8])
    print(
        f"\n{len(test)} test images of {args.data} from {args.code_size} "
        f"numbers each: a squared error of {results['squared_error']:.2f} "
        f"with the autoencoder and of "
        f"{results['squared_error_of_principal_components']:.2f} with "
        f"principal components.\n{recorder.record['minutes']:.1f} minutes of "
        f"training. See {args.out}/"
    )
    return results


if __name__ == "__main__":
    main()
