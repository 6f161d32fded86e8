"""Sparse codes of digits, by a penalty on rates or by keeping k activations.

Papers: k-Sparse Autoencoders, https://arxiv.org/abs/1312.5663
        Ng, 2011, CS294A lecture notes, "Sparse autoencoder"
Run:    python examples/sparse_autoencoder_digits.py --method k_sparse
Expect: strokes as filters, and a linear classifier of the codes that makes
        fewer errors than one of the pixels
Writes: runs/<method>_autoencoder/ (result.json, figures, weights, SavedModel)
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
from keras_dl4 import models
from keras_dl4.callbacks import AtomicBackup
from keras_dl4.callbacks import KSparseSchedule
from keras_dl4.callbacks import RunRecorder

NAME = "examples/sparse_autoencoder_digits.py"
SHAPE = (28, 28, 1)
# The paper's network for MNIST has 1,000 units, of which 25 are kept.
PRESETS = {
    "sklearn": {"units": 196, "k": 15, "epochs": 60, "num_train": 1437},
    "mnist": {"units": 1000, "k": 25, "epochs": 50, "num_train": 60_000},
}
SETTINGS = (
    "method data num_train units k start_k alphas target_rate sparsity_weight "
    "epochs batch_size learning_rate seed strategy jit"
).split()
# Error in % of logistic regression on MNIST, in Table 1 of the k-sparse paper;
# remembered, not checked.
PAPER = {"pixels": 7.2, "k_sparse": 1.35}


def build_model(args):
    """The autoencoder, and the layer whose kernel holds the filters."""
    if args.method == "kl":
        sparsity = keras_dl4.regularizers.KLSparsity(
            args.target_rate, args.sparsity_weight
        )
        hidden = layers.Dense(
            args.units, "sigmoid", activity_regularizer=sparsity
        )
    else:
        hidden = layers.Dense(args.units)
    encoder = build_encoder(args, hidden, args.alphas[0])
    decoder = [
        keras.Input((args.units,), name="code"),
        keras_dl4.layers.TiedDense(hidden),
        layers.Reshape(SHAPE),
    ]
    decoder = keras.Sequential(decoder, name="decoder")
    return models.Autoencoder(encoder, decoder, name=args.method), hidden


def build_encoder(args, hidden, alpha):
    """The encoder; outside of training it keeps `alpha` times k units."""
    stack = [keras.Input(SHAPE, name="image"), layers.Flatten(), hidden]
    if args.method == "k_sparse":
        stack.append(keras_dl4.layers.KSparse(args.k, alpha, name="sparse"))
    return keras.Sequential(stack, name="encoder")


def start_biases(args, model, hidden, mean):
    """Starts as if the mean were taken from the images and added again.

    Otherwise the mean image decides which units are the largest, the same
    ones for every image, and many others never learn. Sigmoid units start at
    their target rate.
    """
    kernel = keras.ops.convert_to_numpy(hidden.kernel)
    rate = args.target_rate
    start = np.log(rate / (1.0 - rate)) if args.method == "kl" else 0.0
    hidden.bias.assign(start - mean.ravel() @ kernel)
    model.decoder.layers[0].bias.assign(mean.ravel())


def train(args, model, x, test_x, recorder, placement):
    num_steps = args.epochs * (len(x) // args.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(
        args.learning_rate, num_steps, alpha=0.01
    )
    with placement.scope():
        # With AMSGrad fewer units stop to be active in a long training.
        optimizer = keras.optimizers.Adam(rate, amsgrad=True)
        model.compile(optimizer, jit_compile=placement.jit_compile)
    # Whole batches only: XLA compiles each size anew.
    x = x[: len(x) // args.batch_size * args.batch_size]
    backup = AtomicBackup(args.out / "backup.weights.h5")
    epoch = 0
    if args.resume:
        epoch = backup.restore(model, len(x) // args.batch_size)
        recorder.resume(epoch)
        print(f"Going on after epoch {epoch} of {args.epochs}.", flush=True)
    callbacks = [keras.callbacks.TerminateOnNaN(raise_error=True)]
    if args.method == "k_sparse":
        callbacks.append(
            KSparseSchedule(
                model.encoder.get_layer("sparse"),
                args.start_k,
                args.k,
                max(1, args.epochs // 2),
            )
        )
    model.fit(
        x,
        batch_size=args.batch_size,
        epochs=args.epochs,
        initial_epoch=epoch,
        validation_data=(test_x,),
        verbose=args.verbose,
        callbacks=[*callbacks, recorder, backup],
    )


def choose_encoder(args, hidden, train_data, test_data):
    """The encoder whose codes err least on training images held out.

    As in the paper, how many activations are kept outside of training is
    chosen afterwards. Returns the encoder, its numbers by name, and the error
    of each `alpha`; errors are in %.
    """
    (x, y), (test_x, test_y) = train_data, test_data
    best, held_out_errors = None, {}
    for alpha in args.alphas:
        encoder = build_encoder(args, hidden, alpha)
        codes = encoder.predict(x, batch_size=256, verbose=0)
        test_codes = encoder.predict(test_x, batch_size=256, verbose=0)
        probe = evaluation.linear_probe((codes, y), (test_codes, test_y))
        error = held_out_errors[alpha] = 100.0 * min(probe["held_out_errors"])
        print(f"{alpha:g} k: {error:.2f} % error, held out", flush=True)
        if error == min(held_out_errors.values()):
            best = encoder, numbers_of(args, test_codes, probe)
    encoder, results = best
    if args.pixel_probe:
        pixels = evaluation.linear_probe((x, y), (test_x, test_y))
        results["pixel_test_error"] = 100.0 * pixels["test_error"]
    return encoder, results, held_out_errors


def numbers_of(args, test_codes, probe):
    on = is_on(args, test_codes)
    return {
        "test_error": 100.0 * probe["test_error"],
        "train_error": 100.0 * probe["train_error"],
        "l2_weight": probe["l2_weight"],
        "mean_active": float(on.sum(axis=1).mean()),
        "never_active": float(np.sum(~on.any(axis=0))),
        "mean_activation": float(test_codes.mean()),
    }


def is_on(args, codes):
    """Which units are active: above one half, or kept."""
    return codes > 0.5 if args.method == "kl" else codes != 0.0


def draw(args, model, hidden, record, images):
    """Learning curve, filters, and a few reconstructions."""
    points = record["curve"]
    seen = [args.num_train * point["epoch"] for point in points]
    figure = figures.plot_learning_curves(
        {
            label: (seen, [point[name] for point in points])
            for label, name in (
                ("training", "reconstruction_loss"),
                ("test", "val_reconstruction_loss"),
            )
        },
        ylabel="Squared error per image",
    )
    figure.axes[0].set_xlabel("Training images (thousands)")
    figure.savefig(args.out / "learning_curve.png", dpi=150)
    # Those that are active most often, if there are more than fit on a sheet.
    rates = is_on(args, model.encoder.predict(images, verbose=0)).mean(axis=0)
    chosen = np.argsort(-rates)[:196]
    kernel = keras.ops.convert_to_numpy(hidden.kernel)
    figures.plot_filters(kernel[:, chosen], SHAPE).savefig(
        args.out / "filters.png", dpi=150
    )
    images = images[:12]
    made = model.predict(images, verbose=0)
    figures.plot_reconstructions(
        {"input": images, "reconstruction": made}
    ).savefig(args.out / "reconstructions.png", dpi=150)


def export(args, model, images):
    """Writes a SavedModel and checks it in a process without keras_dl4."""
    path = args.out / "saved_model" / "1"
    shutil.rmtree(path.parent, ignore_errors=True)  # of a run that was resumed
    keras_dl4.serving.export_autoencoder(model, path, images)
    print(f"{path}: loaded without keras_dl4 in a clean process, it agrees.")


def report(args, record):
    print(
        f"\n{args.method}, {args.units} units: a linear classifier of the "
        f"codes errs on {record['test_error']:.2f} % of the test images of "
        f"{args.data}; {record['mean_active']:.1f} units are active for an "
        f"image, {record['never_active']:.0f} never."
    )
    if args.pixel_probe:
        print(f"One of the pixels: {record['pixel_test_error']:.2f} %.")
    if args.method == "k_sparse":
        print(
            f"The paper on MNIST (remembered): {PAPER['k_sparse']} % with "
            f"k = 25, pixels {PAPER['pixels']} %."
        )
    print(f"{record['minutes']:.1f} minutes of training. See {args.out}/")


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--method", choices=("kl", "k_sparse"), default="k_sparse")
    add("--data", choices=PRESETS, default="sklearn")
    add("--data-dir", help="folder of mnist.npz (default: KERAS_DL4_DATA)")
    add("--num-train", type=int, help="images (default: all)")
    add("--units", type=int, help="of the code")
    add("--k", type=int, help="activations to keep in the end")
    add("--start-k", type=int, help="at the start (default: 4 k)")
    add(
        "--alphas",
        type=float,
        nargs="+",
        default=[3.0],
        help="times k, when not training: the best one, on images held out",
    )
    add("--target-rate", type=float, default=0.05, help="for kl")
    add("--sparsity-weight", type=float, default=0.5, help="for kl")
    add("--epochs", type=int)
    add("--batch-size", type=int, default=100)
    add("--learning-rate", type=float, default=1e-3)
    add("--seed", type=int, default=0)
    add("--no-pixel-probe", dest="pixel_probe", action="store_false")
    add("--out", help="folder of the run (default: runs/<method>_autoencoder)")
    one_of = parser.add_mutually_exclusive_group().add_argument
    one_of("--resume", action="store_true", help="go on with the run in --out")
    one_of("--overwrite", action="store_true", help="replace the run in --out")
    add("--demo", action="store_true", help="overwrite, and export")
    add("--verbose", type=int, choices=(0, 1, 2), default=1)
    keras_dl4.distribute.add_arguments(parser)
    args = parser.parse_args(argv)
    args.out = pathlib.Path(args.out or f"runs/{args.method}_autoencoder")
    for name, value in PRESETS[args.data].items():
        if getattr(args, name) is None:
            setattr(args, name, value)
    if args.method == "kl":
        args.alphas = [1.0]  # every unit is kept
    args.start_k = args.start_k or min(4 * args.k, args.units)
    if args.demo and keras.backend.backend() != "tensorflow":
        parser.error("--demo exports a SavedModel: it needs TensorFlow")
    return args


def main(argv=None):
    args = parse(argv)
    overwrite = args.overwrite or (args.demo and not args.resume)
    keras_dl4.callbacks.prepare_run_folder(args.out, args.resume, overwrite)
    keras.utils.set_random_seed(args.seed)
    placement = keras_dl4.distribute.configure(args.strategy, args.jit)
    (x, y), test = datasets.load_digits(args.data, args.data_dir)
    x, y = x[: args.num_train], y[: args.num_train]
    with placement.scope():
        model, hidden = build_model(args)
        start_biases(args, model, hidden, x.mean(axis=0))
    recorder = RunRecorder(
        args.out / "result.json",
        {name: vars(args)[name] for name in SETTINGS},
        command=f"{NAME} {shlex.join(argv or sys.argv[1:])}",
    )
    train(args, model, x, test[0], recorder, placement)
    encoder, results, errors = choose_encoder(args, hidden, (x, y), test)
    model = models.Autoencoder(encoder, model.decoder, name=args.method)
    recorder.add(held_out_errors=errors, **results)
    recorder.add(num_params=model.count_params())
    draw(args, model, hidden, recorder.record, test[0])
    if args.demo:
        export(args, model, test[0][:8])
    report(args, recorder.record)
    return results


if __name__ == "__main__":
    main()
