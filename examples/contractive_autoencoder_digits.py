"""A contractive autoencoder of digits beside weight decay and a plain one.

Paper:  Rifai et al., 2011, Contractive Auto-Encoders,
        https://icml.cc/2011/papers/455_icmlpaper.pdf
Run:    python examples/contractive_autoencoder_digits.py
Expect: contractive < weight decay < plain in the mean norm of the Jacobian,
        and on MNIST in the error of a linear classifier of the codes as well;
        on scikit-learn's few digits the errors differ by a digit or two
Writes: runs/contractive_autoencoder/ (result.json, figures, weights,
        SavedModel)
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
from keras_dl4 import evaluation
from keras_dl4 import figures
from keras_dl4.callbacks import AtomicBackup
from keras_dl4.callbacks import RunRecorder

NAME = "examples/contractive_autoencoder_digits.py"
SHAPE = (28, 28, 1)
METHODS = ("plain", "weight_decay", "contractive")
PRESETS = {
    "sklearn": {
        "units": 100,
        "epochs": 60,
        "num_train": 1437,
        "contraction": 0.1,
        "weight_decay": 1e-3,
    },
    "mnist": {
        "units": 1000,
        "epochs": 30,
        "num_train": 60_000,
        "contraction": 1.0,
        "weight_decay": 0.01,
    },
}
SETTINGS = (
    "data num_train units contraction weight_decay epochs batch_size "
    "learning_rate seed strategy jit"
).split()
# Table 1 of the paper, for MNIST, remembered and not checked: test error in %
# after fine-tuning, mean norm of the Jacobian, saturated units in %.
PAPER = {
    "plain": (1.78, 17.5e-4, 49.90),
    "weight_decay": (1.68, 5.00e-4, 12.97),
    "contractive": (1.14, 0.73e-4, 86.36),
}
RADII = np.linspace(0.5, 15.0, 30)
NUM_CURVE = 500  # images for the contraction curve
NUM_TANGENTS = 8


def build_model(args, method, mean):
    decay = args.weight_decay if method == "weight_decay" else 0.0
    hidden = layers.Dense(
        args.units,
        "sigmoid",
        kernel_regularizer=keras.regularizers.L2(decay) if decay else None,
    )
    encoder = keras.Sequential(
        [keras.Input(SHAPE, name="image"), layers.Flatten(), hidden],
        name="encoder",
    )
    output = keras_dl4.layers.TiedDense(hidden)
    decoder = keras.Sequential(
        [
            keras.Input((args.units,), name="code"),
            output,
            layers.Reshape(SHAPE),
        ],
        name="decoder",
    )
    # Starts at the mean image: else the shared kernel learns first of all to
    # make the border black, and every code notices what happens there.
    mean = np.clip(mean.ravel(), 1e-3, 1.0 - 1e-3)
    output.bias.assign(np.log(mean / (1.0 - mean)))
    penalties = []
    if method == "contractive":
        penalties = [
            keras_dl4.regularizers.ContractivePenalty(args.contraction)
        ]
    return keras_dl4.models.Autoencoder(
        encoder,
        decoder,
        penalties=penalties,
        reconstruction="bce",
        from_logits=True,
        name=method,
    )


def train(args, method, x, test_x, placement):
    """Trains one of the three; returns the model and its record."""
    keras.utils.set_random_seed(args.seed)
    # Whole batches only: XLA compiles each size anew.
    steps = len(x) // args.batch_size
    rate = keras.optimizers.schedules.CosineDecay(
        args.learning_rate, args.epochs * steps, alpha=0.01
    )
    with placement.scope():
        model = build_model(args, method, x.mean(axis=0))
        model.compile(
            keras.optimizers.Adam(rate), jit_compile=placement.jit_compile
        )
    recorder = recorder_in(args, args.out / method, method=method)
    backup = AtomicBackup(args.out / method / "backup.weights.h5")
    epoch = 0
    if args.resume:
        epoch = backup.restore(model, steps)
        recorder.resume(epoch)
    print(f"{method}: from epoch {epoch} to {args.epochs}", flush=True)
    model.fit(
        x[: steps * args.batch_size],
        batch_size=args.batch_size,
        epochs=args.epochs,
        initial_epoch=epoch,
        validation_data=(test_x,),
        verbose=args.verbose,
        callbacks=[
            keras.callbacks.TerminateOnNaN(raise_error=True),
            recorder,
            backup,
        ],
    )
    return model, recorder


def evaluate(model, train_data, test_data):
    """Numbers by name; error and saturation are in %."""
    (x, y), (test_x, test_y) = train_data, test_data
    codes, test_codes = (
        model.encoder.predict(images, batch_size=256, verbose=0)
        for images in (x, test_x)
    )
    probe = evaluation.linear_probe((codes, y), (test_codes, test_y))
    return {
        "test_error": 100.0 * probe["test_error"],
        "train_error": 100.0 * probe["train_error"],
        "l2_weight": probe["l2_weight"],
        "mean_jacobian_norm": evaluation.mean_jacobian_norm(
            model.encoder, test_x
        ),
        "saturation": 100.0 * evaluation.saturation(test_codes),
    }


def draw(args, models, records, images):
    """Learning and contraction curves, filters, reconstructions, tangents."""
    figure = figures.plot_learning_curves(
        {
            method: (
                [args.num_train * point["epoch"] for point in record["curve"]],
                [p["val_reconstruction_loss"] for p in record["curve"]],
            )
            for method, record in records.items()
        },
        ylabel="Cross-entropy of a test image (nats)",
    )
    figure.axes[0].set_xlabel("Training images (thousands)")
    figure.savefig(args.out / "learning_curve.png", dpi=150)
    curves = {
        method: (
            RADII,
            evaluation.contraction_ratio(model.encode, images, RADII),
        )
        for method, model in models.items()
    }
    figures.plot_contraction_curves(curves).savefig(
        args.out / "contraction.png", dpi=150
    )
    few = images[:6]
    made = {"input": few}
    for method, model in models.items():
        made[method] = model.reconstruct(few)
        kernel = model.encoder.layers[-1].kernel
        figures.plot_filters(kernel[:, :100], SHAPE).savefig(
            args.out / f"filters_{method}.png", dpi=150
        )
        tangents, _ = evaluation.tangent_directions(
            model.encoder, few, NUM_TANGENTS
        )
        figures.plot_tangents(few, tangents, title=method).savefig(
            args.out / f"tangents_{method}.png", dpi=150
        )
    figures.plot_reconstructions(made).savefig(
        args.out / "reconstructions.png", dpi=150
    )


def export(args, model, images):
    """Writes a SavedModel and checks it in a process without keras_dl4."""
    path = args.out / "saved_model" / "1"
    shutil.rmtree(path.parent, ignore_errors=True)  # of a run that was resumed
    keras_dl4.serving.export_autoencoder(model, path, images)
    print(f"{path}: loaded without keras_dl4 in a clean process, it agrees.")


def report(args, results):
    print(
        f"\n{args.data}, {args.units} units; the paper's figures are for "
        "MNIST, after fine-tuning, remembered\n"
        f"{'':14}{'error %':>9}{'paper':>8}{'norm of J':>11}{'paper':>9}"
        f"{'saturated %':>13}{'paper':>8}"
    )
    for method, found in results.items():
        error, norm, saturated = PAPER[method]
        print(
            f"{method:14}{found['test_error']:9.2f}{error:8.2f}"
            f"{found['mean_jacobian_norm']:11.4f}{norm:9.1e}"
            f"{found['saturation']:13.2f}{saturated:8.2f}"
        )
    print(f"See {args.out}/")


def recorder_in(args, folder, **settings):
    return RunRecorder(
        folder / "result.json",
        {name: vars(args)[name] for name in SETTINGS} | settings,
        command=f"{NAME} {shlex.join(args.argv)}",
    )


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--data", choices=PRESETS, default="sklearn")
    add("--data-dir", help="folder of mnist.npz (default: KERAS_DL4_DATA)")
    add("--num-train", type=int, help="images (default: all)")
    add("--units", type=int, help="of the code")
    add("--contraction", type=float, help="weight of ||J||^2")
    add("--weight-decay", type=float, help="weight of ||W||^2")
    add("--epochs", type=int)
    add("--batch-size", type=int, default=100)
    add("--learning-rate", type=float, default=1e-3)
    add("--seed", type=int, default=0)
    add("--out", default="runs/contractive_autoencoder", type=pathlib.Path)
    one_of = parser.add_mutually_exclusive_group().add_argument
    one_of("--resume", action="store_true", help="go on with the run in --out")
    one_of("--overwrite", action="store_true", help="replace the run in --out")
    add("--demo", action="store_true", help="overwrite, and export")
    add("--verbose", type=int, choices=(0, 1, 2), default=1)
    keras_dl4.distribute.add_arguments(parser)
    args = parser.parse_args(argv)
    args.argv = argv or sys.argv[1:]
    for name, value in PRESETS[args.data].items():
        if getattr(args, name) is None:
            setattr(args, name, value)
    if args.demo and keras.backend.backend() != "tensorflow":
        parser.error("--demo exports a SavedModel: it needs TensorFlow")
    return args


def main(argv=None):
    args = parse(argv)
    overwrite = args.overwrite or (args.demo and not args.resume)
    keras_dl4.callbacks.prepare_run_folder(args.out, args.resume, overwrite)
    placement = keras_dl4.distribute.configure(args.strategy, args.jit)
    (x, y), test = datasets.load_digits(args.data, args.data_dir)
    x, y = x[: args.num_train], y[: args.num_train]
    summary = recorder_in(args, args.out)
    models, records, results = {}, {}, {}
    for method in METHODS:
        model, recorder = train(args, method, x, test[0], placement)
        results[method] = evaluate(model, (x, y), test)
        recorder.add(num_params=model.count_params(), **results[method])
        models[method], records[method] = model, recorder.record
        summary.add(
            minutes=sum(record["minutes"] for record in records.values()),
            methods=results,
        )
    draw(args, models, records, test[0][:NUM_CURVE])
    if args.demo:
        export(args, models["contractive"], test[0][:8])
    report(args, results)
    return {
        f"{method}_{name}": value
        for method, found in results.items()
        for name, value in found.items()
    }


if __name__ == "__main__":
    main()
