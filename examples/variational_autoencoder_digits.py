"""Variational autoencoders of digits, with an estimate of their likelihood.

Papers: Auto-Encoding Variational Bayes, https://arxiv.org/abs/1312.6114
        Importance Weighted Autoencoders, https://arxiv.org/abs/1509.00519
Run:    python examples/variational_autoencoder_digits.py
Expect: digits that change smoothly over a map of two latent dimensions; with
        --data mnist --preset budget a test NLL near the published 87.8 nats
Writes: runs/variational_autoencoder_digits/ (result.json, figures, weights,
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

NAME = "examples/variational_autoencoder_digits.py"
SHAPE = (28, 28, 1)
# The network of the IWAE paper with one stochastic layer has 50 latent
# dimensions; "paper" trains it as the paper does, "budget" in about an hour of
# one CPU core.
PRESETS = {
    "quick": {
        "latent_dim": 2,
        "hidden": 128,
        "batch_size": 50,
        "schedule": "cosine",
        "learning_rate": 2e-3,
        "epochs": {"sklearn": 200, "mnist": 10},
        "nll_samples": 500,
    },
    "budget": {
        "latent_dim": 50,
        "hidden": 200,
        "batch_size": 100,
        "schedule": "cosine",
        "learning_rate": 1e-3,
        "epochs": {"sklearn": 1000, "mnist": 500},
        "nll_samples": 5000,
    },
    "paper": {
        "latent_dim": 50,
        "hidden": 200,
        "batch_size": 20,
        "schedule": "staged",
        "learning_rate": 1e-3,
        "epochs": {"sklearn": 3280, "mnist": 3280},
        "nll_samples": 5000,
    },
}
SETTINGS = (
    "data preset binarization latent_dim hidden importance_samples epochs "
    "batch_size learning_rate schedule nll_samples test_images seed strategy "
    "jit"
).split()
# The paper's stages: 3^i epochs at a factor of the learning rate.
STAGES = [(3**i, round(10 ** (-i / 7), 2)) for i in range(8)]
# Test NLL on MNIST, binarized dynamically, by number of importance samples: of
# an independent replication, and of the paper (remembered, not checked).
PUBLISHED = {1: (87.78, 86.76), 5: (85.46, 85.54), 50: (84.59, 84.78)}
TEST_SEED = 2**31
NUM_CURVE = 1000  # test images that the learning curve is measured on


class ShuffledImages(keras.utils.PyDataset):
    """Images in an order that follows from seed and epoch.

    A run that is resumed sees what it would have seen. There are whole batches
    only, since XLA compiles each size anew.
    """

    def __init__(self, images, batch_size, seed):
        super().__init__()
        self.images = images
        self.batch_size = batch_size
        self.seed = seed
        self.start(0)

    def start(self, epoch, logs=None):
        rng = np.random.default_rng([self.seed, epoch])
        self.order = rng.permutation(len(self.images))

    def __len__(self):
        return len(self.images) // self.batch_size

    def __getitem__(self, index):
        start = index * self.batch_size
        return (self.images[self.order[start : start + self.batch_size]],)


def build_model(args, brightness):
    """The autoencoder; `brightness` is the mean image."""
    hidden = [layers.Dense(args.hidden, "tanh") for _ in range(4)]
    image = keras.Input(SHAPE, name="image")
    features = hidden[1](hidden[0](layers.Flatten()(image)))
    moments = [
        layers.Dense(args.latent_dim, name=name)(features)
        for name in ("mean", "log_variance")
    ]
    logits = layers.Dense(brightness.size, name="logits")
    decoder = keras.Sequential(
        [
            keras.Input((args.latent_dim,), name="code"),
            *hidden[2:],
            logits,
            layers.Reshape(SHAPE),
        ],
        name="decoder",
    )
    # What is there to be learned is how images differ from the mean.
    mean = np.clip(brightness.ravel(), 1e-3, 1.0 - 1e-3)
    logits.bias.assign(np.log(mean / (1.0 - mean)))
    return keras_dl4.models.VariationalAutoencoder(
        keras.Model(image, moments, name="encoder"),
        decoder,
        num_samples=args.importance_samples,
        importance_weighted=args.importance_samples > 1,
        binarize=args.binarization == "dynamic",
        seed=args.seed,
        name="variational_autoencoder",
    )


def compile_model(args, model, steps, placement):
    if args.schedule == "staged":
        share = args.epochs * steps / sum(length for length, _ in STAGES)
        lengths, factors = zip(*STAGES, strict=True)
        ends = np.cumsum(lengths[:-1]) * share
        rate = keras.optimizers.schedules.PiecewiseConstantDecay(
            [round(end) for end in ends],
            [args.learning_rate * factor for factor in factors],
        )
        optimizer = keras.optimizers.Adam(rate, epsilon=1e-4)
    else:
        rate = keras.optimizers.schedules.CosineDecay(
            args.learning_rate, args.epochs * steps, alpha=0.01
        )
        optimizer = keras.optimizers.Adam(rate)
    model.compile(
        optimizer,
        jit_compile=placement.jit_compile,
        steps_per_execution=min(args.steps_per_execution, steps),
    )


def train(args, model, x, test_x, recorder, placement):
    data = ShuffledImages(x, args.batch_size, args.seed)
    with placement.scope():
        compile_model(args, model, len(data), placement)
    backup = AtomicBackup(args.out / "backup.weights.h5")
    epoch = 0
    if args.resume:
        epoch = backup.restore(model, len(data))
        recorder.resume(epoch)
        print(f"Going on after epoch {epoch} of {args.epochs}.", flush=True)
    model.fit(
        data,
        shuffle=False,
        epochs=args.epochs,
        initial_epoch=epoch,
        validation_data=(test_x[:NUM_CURVE],),
        validation_batch_size=args.batch_size,
        verbose=args.verbose,
        callbacks=[
            keras.callbacks.TerminateOnNaN(raise_error=True),
            keras.callbacks.LambdaCallback(on_epoch_begin=data.start),
            recorder,
            backup,
        ],
    )


def evaluate(args, model, test_x):
    """Numbers by name; all but the active units in nats per image."""
    found = model.evaluate(
        test_x, batch_size=args.batch_size, verbose=0, return_dict=True
    )
    print(f"log-likelihood with {args.nll_samples} samples:", flush=True)
    log_likelihood = model.log_likelihood(
        test_x,
        args.nll_samples,
        chunk_size=min(50, args.nll_samples),
        verbose=int(args.verbose == 1),
    )
    means, _ = model.encoder.predict(test_x, batch_size=256, verbose=0)
    return {
        "test_nll": -float(log_likelihood.mean()),
        "test_nll_standard_error": float(
            log_likelihood.std(ddof=1) / np.sqrt(len(test_x))
        ),
        "test_elbo": found["elbo"],
        "test_kl": found["kl"],
        "test_reconstruction_loss": found["reconstruction_loss"],
        "active_units": float(evaluation.active_units(means).sum()),
    }


def draw(args, model, record, images):
    """Learning curve, samples, reconstructions, interpolations, manifold."""
    points = record["curve"]
    seen = [record["num_train"] * point["epoch"] for point in points]
    best = -max(point["elbo"] for point in points)
    drawn = {
        "learning_curve": figures.plot_learning_curves(
            {
                label: (seen, [-point[name] for point in points])
                for label, name in (
                    ("training", "elbo"),
                    ("test", "val_elbo"),
                )
            },
            ylabel="-ELBO (nats per image)",
        ),
        "samples": figures.plot_samples(model.sample(100, seed=args.seed)),
        "reconstructions": figures.plot_reconstructions(
            {"input": images, "reconstruction": model.reconstruct(images)}
        ),
        "interpolations": figures.plot_interpolations(
            model.interpolate(images[:6], images[6:12], 11)
        ),
    }
    axes = drawn["learning_curve"].axes[0]
    axes.set_xlabel("Training images (thousands)")
    axes.set_ylim(best - 5.0, best + 40.0)
    if args.latent_dim == 2:
        drawn["manifold"] = figures.plot_latent_manifold(model.decode)
    for name, figure in drawn.items():
        figure.savefig(args.out / f"{name}.png", dpi=150)


def export(args, model, images):
    """Writes a SavedModel and checks it in a process without keras_dl4."""
    path = args.out / "saved_model" / "1"
    shutil.rmtree(path.parent, ignore_errors=True)  # of a run that was resumed
    seeds = {"seed": np.arange(5, dtype="int32")}
    keras_dl4.serving.export_autoencoder(
        model, path, images, further={"sample": seeds}
    )
    print(f"{path}: loaded without keras_dl4 in a clean process, it agrees.")


def report(args, record):
    kind = "VAE"
    if args.importance_samples > 1:
        kind = f"IWAE, k = {args.importance_samples}"
    print(
        f"\n{kind}, {args.latent_dim} latent dimensions, {args.binarization} "
        f"binarization: test NLL {record['test_nll']:.2f} +- "
        f"{record['test_nll_standard_error']:.2f} nats ({args.nll_samples} "
        f"samples, {record['num_test_images']} images of {args.data}), ELBO "
        f"{record['test_elbo']:.2f}, {record['active_units']:.0f} active units."
    )
    published = PUBLISHED.get(args.importance_samples)
    if published and args.data == "mnist" and args.latent_dim == 50:
        print(
            f"Published: {published[0]} in a replication, {published[1]} in "
            "the paper (remembered, not checked)."
        )
    print(f"{record['minutes']:.1f} minutes of training. See {args.out}/")


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--data", choices=("sklearn", "mnist"), default="sklearn")
    add("--data-dir", help="folder of mnist.npz (default: KERAS_DL4_DATA)")
    add("--preset", choices=PRESETS, default="quick")
    add(
        "--binarization",
        choices=("dynamic", "static", "none"),
        default="dynamic",
    )
    add("--latent-dim", type=int, help="(default: the preset's)")
    add("--hidden", type=int, help="units of a layer (default: the preset's)")
    add("--importance-samples", type=int, default=1, help="more: an IWAE")
    add("--epochs", type=int, help="(default: the preset's)")
    add("--batch-size", type=int, help="(default: the preset's)")
    add("--learning-rate", type=float, help="(default: the preset's)")
    add("--schedule", choices=("cosine", "staged"), help="of the rate")
    add("--nll-samples", type=int, help="for the likelihood of an image")
    add("--test-images", type=int, help="(default: all)")
    add("--num-train", type=int, help="images (default: all)")
    add("--steps-per-execution", type=int, default=20)
    add("--seed", type=int, default=0)
    add("--out", default="runs/variational_autoencoder_digits")
    one_of = parser.add_mutually_exclusive_group().add_argument
    one_of("--resume", action="store_true", help="go on with the run in --out")
    one_of("--overwrite", action="store_true", help="replace the run in --out")
    add("--demo", action="store_true", help="overwrite, and export")
    add("--verbose", type=int, choices=(0, 1, 2), default=1)
    keras_dl4.distribute.add_arguments(parser)
    args = parser.parse_args(argv)
    args.out = pathlib.Path(args.out)
    for name, value in PRESETS[args.preset].items():
        if getattr(args, name) is None:
            if isinstance(value, dict):
                value = value[args.data]
            setattr(args, name, value)
    if args.demo and keras.backend.backend() != "tensorflow":
        parser.error("--demo exports a SavedModel: it needs TensorFlow")
    return args


def main(argv=None):
    args = parse(argv)
    overwrite = args.overwrite or (args.demo and not args.resume)
    keras_dl4.callbacks.prepare_run_folder(args.out, args.resume, overwrite)
    keras.utils.set_random_seed(args.seed)
    placement = keras_dl4.distribute.configure(args.strategy, args.jit)
    (x, _), (test_x, _) = datasets.load_digits(args.data, args.data_dir)
    x, test_x = x[: args.num_train], test_x[: args.test_images]
    test_mode = "none" if args.binarization == "none" else "static"
    test_x = datasets.binarize(test_x, test_mode, TEST_SEED)
    with placement.scope():
        model = build_model(args, x.mean(axis=0))
    if args.binarization == "static":
        x = datasets.binarize(x, "static", args.seed)
    recorder = RunRecorder(
        args.out / "result.json",
        {name: vars(args)[name] for name in SETTINGS},
        command=f"{NAME} {shlex.join(argv or sys.argv[1:])}",
    )
    train(args, model, x, test_x, recorder, placement)
    results = evaluate(args, model, test_x)
    recorder.add(
        num_params=model.count_params(),
        num_train=len(x),
        num_test_images=len(test_x),
        **results,
    )
    draw(args, model, recorder.record, test_x[:12])
    if args.demo:
        export(args, model, test_x[:8])
    report(args, recorder.record)
    return results


if __name__ == "__main__":
    main()
