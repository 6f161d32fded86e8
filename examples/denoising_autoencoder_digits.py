"""Digits, denoised by an autoencoder that was trained on spoiled ones.

Paper:  Stacked Denoising Autoencoders,
        https://jmlr.org/papers/v11/vincent10a.html
Run:    python examples/denoising_autoencoder_digits.py --noise masking
Expect: test images spoiled by noise of that kind, mended; filters of blobs and
        strokes rather than of single pixels
Writes: runs/denoising_<noise>/ (result.json, figures, weights, SavedModel)

The encoder sees spoiled images, the target is the clean one. Results are
beside those of the same network trained without noise, --noise none.
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
from keras_dl4.callbacks import AtomicBackup
from keras_dl4.callbacks import RunRecorder

NUM_VALIDATION = {"sklearn": 137, "mnist": 5000}  # digits, the last ones
EPOCHS = {"sklearn": 150, "mnist": 30}
LEVELS = {"masking": 0.5, "salt_and_pepper": 0.3, "gaussian": 0.5}
SETTINGS = (
    "data noise level emphasis hidden epochs batch_size learning_rate "
    "num_train seed strategy jit"
)


def corruption(args, noise, seed):
    """The layer that spoils images; only two kinds know what they spoiled."""
    returns_mask = args.emphasis is not None
    return {
        "masking": lambda: layers.MaskingNoise(args.level, returns_mask, seed),
        "salt_and_pepper": lambda: layers.SaltAndPepperNoise(
            args.level, return_mask=returns_mask, seed=seed
        ),
        "gaussian": lambda: layers.GaussianCorruption(args.level, seed),
    }[noise]()


def build_model(args):
    """One hidden layer, whose kernel is also that of the decoder."""
    hidden = keras.layers.Dense(args.hidden, "sigmoid")
    encoder = keras.Sequential(
        [keras.Input((28 * 28,)), hidden], name="encoder"
    )
    decoder = keras.Sequential(
        [keras.Input((args.hidden,)), layers.TiedDense(hidden)], name="decoder"
    )
    noise = None
    if args.noise != "none":
        noise = corruption(args, args.noise, args.seed)
    return keras_dl4.models.Autoencoder(
        encoder,
        decoder,
        noise,
        reconstruction="bce",
        emphasis=args.emphasis,
        from_logits=True,
    )


def load(args):
    """Flat training, validation and test images, with labels."""
    sets = datasets.load_digits(args.data, args.data_dir)
    (train, labels), (test, test_labels) = (
        (images.reshape(len(images), -1), labels) for images, labels in sets
    )
    held_out = NUM_VALIDATION[args.data]
    kept = slice(0, min(args.num_train or len(train), len(train) - held_out))
    return (
        (train[kept], labels[kept]),
        train[-held_out:],
        (test, test_labels),
    )


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


def spoiled(args, images):
    """Test images with noise, which is the same in every run."""
    noise = "masking" if args.noise == "none" else args.noise
    noisy = corruption(args, noise, seed=0)(images, training=True)
    return np.asarray(noisy[0] if isinstance(noisy, tuple) else noisy)


def squared_error(x, reconstruction):
    return float(np.mean(np.sum((x - reconstruction) ** 2, axis=1)))


def evaluate(args, model, train, test):
    """Mended images, and what a linear classifier reads from the codes."""
    images, labels = test
    noisy = spoiled(args, images)
    mended = np.asarray(model.reconstruct(noisy))
    codes = [
        (model.encoder.predict(x, batch_size=500, verbose=0), y)
        for x, y in (train, test)
    ]
    probe = keras_dl4.evaluation.linear_probe(*codes)
    results = {
        "squared_error_of_noisy": squared_error(images, noisy),
        "squared_error_of_mended": squared_error(images, mended),
        "probe_error": 100.0 * probe["test_error"],
    }
    return results, {"clean": images, "noisy": noisy, "mended": mended}


def draw(args, model, rows):
    figures = keras_dl4.figures
    rows = {name: x[:10].reshape(-1, 28, 28) for name, x in rows.items()}
    figures.plot_reconstructions(rows).savefig(
        args.out / "reconstructions.png", dpi=150
    )
    kernel = np.asarray(model.encoder.layers[-1].kernel)
    # The filters that matter most, of which the first hundred are drawn.
    strongest = np.argsort(-np.linalg.norm(kernel, axis=0))[:100]
    figures.plot_filters(kernel[:, strongest], (28, 28)).savefig(
        args.out / "filters.png", dpi=150
    )


def export(args, model, images):
    """Writes a SavedModel and checks it in a process without keras_dl4."""
    path = args.out / "saved_model" / "1"
    shutil.rmtree(path.parent, ignore_errors=True)  # of a run that was resumed
    keras_dl4.serving.export_autoencoder(model, path, images)
    print(f"{path}: loaded without keras_dl4 in a clean process, it agrees.")


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--noise", choices=[*LEVELS, "none"], default="masking")
    add("--level", type=float, help=f"rate or deviation (default: {LEVELS})")
    add(
        "--emphasis",
        type=float,
        nargs=2,
        metavar=("SPOILED", "KEPT"),
        help="weights of the errors of pixels, such as 1 0 (default: 1 1)",
    )
    add("--data", choices=EPOCHS, default="sklearn")
    add("--data-dir", help="folder of mnist.npz (default: KERAS_DL4_DATA)")
    add("--num-train", type=int, help="digits (default: all)")
    add("--hidden", type=int, default=500)
    add("--epochs", type=int, help=f"(default: {EPOCHS})")
    add("--batch-size", type=int, default=64)
    add("--learning-rate", type=float, default=1e-3)
    add("--seed", type=int, default=0)
    add("--out", help="folder of the run (default: runs/denoising_<noise>)")
    one_of = parser.add_mutually_exclusive_group().add_argument
    one_of("--resume", action="store_true", help="go on with the run in --out")
    one_of("--overwrite", action="store_true", help="replace the run in --out")
    add("--demo", action="store_true", help="overwrite, and export")
    add("--verbose", type=int, choices=(0, 1, 2), default=2)
    keras_dl4.distribute.add_arguments(parser)
    args = parser.parse_args(argv)
    args.out = pathlib.Path(args.out or f"runs/denoising_{args.noise}")
    args.epochs = args.epochs or EPOCHS[args.data]
    if args.level is None:
        args.level = LEVELS.get(args.noise, LEVELS["masking"])
    if args.emphasis and args.noise not in ("masking", "salt_and_pepper"):
        parser.error("--emphasis is for masking and salt_and_pepper noise")
    if args.demo and keras.backend.backend() != "tensorflow":
        parser.error("--demo exports a SavedModel: it needs TensorFlow")
    return args


def main(argv=None):
    args = parse(argv)
    overwrite = args.overwrite or (args.demo and not args.resume)
    keras_dl4.callbacks.prepare_run_folder(args.out, args.resume, overwrite)
    placement = keras_dl4.distribute.configure(args.strategy, args.jit)
    train_data, validation, test = load(args)
    args.num_train = len(train_data[0])
    keras.utils.set_random_seed(args.seed)
    with placement.scope():
        model = build_model(args)
        model.compile(
            keras.optimizers.Adam(args.learning_rate),
            jit_compile=placement.jit_compile,
        )
    recorder = RunRecorder(
        args.out / "result.json",
        {name: vars(args)[name] for name in SETTINGS.split()},
        command="examples/denoising_autoencoder_digits.py "
        + shlex.join(argv or sys.argv[1:]),
    )
    train(args, model, train_data[0], validation, recorder)
    results, rows = evaluate(args, model, train_data, test)
    recorder.add(num_params=model.count_params(), **results)
    draw(args, model, rows)
    if args.demo:
        export(args, model, test[0][:8])
    print(
        f"\n{len(test[0])} test images of {args.data}, spoiled by noise "
        f"({args.level:g}): a squared error of "
        f"{results['squared_error_of_noisy']:.2f} before and of "
        f"{results['squared_error_of_mended']:.2f} after. A linear classifier "
        f"of the codes errs in {results['probe_error']:.2f} %.\n"
        f"{recorder.record['minutes']:.1f} minutes of training. "
        f"See {args.out}/"
    )
    return results


if __name__ == "__main__":
    main()
