"""A generative adversarial network of handwritten digits, in a few minutes.

Paper:  Generative Adversarial Networks, https://arxiv.org/abs/1406.2661
Run:    python examples/gan_digits.py
Expect: digits of all ten classes, most of which a classifier of real digits
        recognizes without doubt, and which are no copies of training images
Writes: runs/gan_digits/ (result.json, figures, gan.keras, SavedModel)
"""

import argparse
import math
import os
import pathlib
import shlex
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras import layers

import keras_dl4
from keras_dl4 import datasets
from keras_dl4 import evaluation
from keras_dl4 import figures
from keras_dl4.callbacks import RunRecorder
from keras_dl4.callbacks import SampleImages

NAME = "examples/gan_digits.py"
SHAPE = (28, 28, 1)
SETTINGS = (
    "generator_loss penalty ema_momentum latent_dim hidden epochs batch_size "
    "learning_rate classifier_epochs num_train num_samples seed strategy jit"
).split()
TEST_SEED = 2**31
CONFIDENCE = 0.9


def build_model(args):
    """Two small dense networks; R1 keeps D from learning images by heart."""
    grown = []
    for units in (args.hidden, 2 * args.hidden):
        grown += [
            layers.Dense(units, use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
        ]
    generator = keras.Sequential(
        [
            keras.Input((args.latent_dim,), name="latent"),
            *grown,
            layers.Dense(math.prod(SHAPE), "sigmoid"),
            layers.Reshape(SHAPE),
        ],
        name="generator",
    )
    shrunk = []
    for units in (2 * args.hidden, args.hidden):
        shrunk += [layers.Dense(units), layers.LeakyReLU(0.2)]
    discriminator = keras.Sequential(
        [
            keras.Input(SHAPE, name="image"),
            layers.Flatten(),
            *shrunk,
            layers.Dense(1),
        ],
        name="discriminator",
    )
    return keras_dl4.models.GAN(
        generator,
        discriminator,
        latent_dim=args.latent_dim,
        generator_loss=args.generator_loss,
        penalties=[keras_dl4.regularizers.R1(args.penalty)],
        ema_momentum=args.ema_momentum,
        seed=args.seed,
        name="gan",
    )


def new_optimizer(args, steps):
    rate = keras.optimizers.schedules.CosineDecay(
        args.learning_rate, args.epochs * steps, alpha=0.05
    )
    return keras.optimizers.Adam(rate, beta_1=0.5)


def train(args, model, x, recorder, placement):
    """Trains, and returns what has drawn samples on the way."""
    # Whole batches only: XLA compiles each size anew.
    steps = len(x) // args.batch_size
    with placement.scope():
        model.compile(
            generator_optimizer=new_optimizer(args, steps),
            discriminator_optimizer=new_optimizer(args, steps),
            jit_compile=placement.jit_compile,
            steps_per_execution=min(20, steps),
        )
    sheets = SampleImages(
        args.out / "samples", every=max(1, args.epochs // 10), seed=args.seed
    )
    model.fit(
        x[: steps * args.batch_size],
        batch_size=args.batch_size,
        epochs=args.epochs,
        verbose=args.verbose,
        callbacks=[
            keras.callbacks.TerminateOnNaN(raise_error=True),
            recorder,
            sheets,
        ],
    )
    model.save(args.out / "gan.keras")
    return sheets


def train_classifier(args, train, test):
    """A small convolutional classifier of real digits, and its accuracy."""
    keras.utils.set_random_seed(args.seed)
    classifier = keras.Sequential(
        [
            keras.Input(SHAPE),
            layers.Conv2D(16, 5, strides=2, padding="same", activation="relu"),
            layers.Conv2D(32, 5, strides=2, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(64, "relu", name="features"),
            layers.Dense(10, "softmax"),
        ]
    )
    steps = args.classifier_epochs * -(-len(train[0]) // 32)
    rate = keras.optimizers.schedules.CosineDecay(2e-3, steps)
    classifier.compile(
        keras.optimizers.Adam(rate),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    classifier.fit(
        *train, batch_size=32, epochs=args.classifier_epochs, verbose=0
    )
    return classifier, classifier.evaluate(*test, verbose=0)[1]


def evaluate(args, model, train, test):
    """What a classifier of real digits says of samples, and of real ones."""
    classifier, accuracy = train_classifier(args, train, test)
    features = keras.Model(
        classifier.inputs, classifier.get_layer("features").output
    )
    samples = keras.ops.convert_to_numpy(
        model.sample(args.num_samples, seed=TEST_SEED)
    )
    real, others, made = (
        features.predict(images, batch_size=256, verbose=0)
        for images in (train[0], test[0], samples)
    )
    probabilities = classifier.predict(samples, batch_size=256, verbose=0)
    shares = np.bincount(probabilities.argmax(axis=1), minlength=10)
    gaps = [
        np.median(evaluation.nearest_examples(images, train[0])[1])
        for images in (samples, test[0])
    ]
    return {
        "classifier_accuracy": accuracy,
        "recognized": float((probabilities.max(axis=1) > CONFIDENCE).mean()),
        "smallest_class": float(shares.min() / len(samples)),
        "frechet_distance": evaluation.frechet_distance(made, real),
        "frechet_distance_of_test": evaluation.frechet_distance(others, real),
        "nearest_distance": float(gaps[0]),
        "nearest_distance_of_test": float(gaps[1]),
    }


def draw(args, model, record, sheets, x):
    """Samples and their neighbors, over epochs, between two of them."""
    points = record["curve"]
    seen = [record["num_train"] * point["epoch"] for point in points]
    samples = keras.ops.convert_to_numpy(model.sample(100, seed=TEST_SEED))
    neighbors, _ = evaluation.nearest_examples(samples[:10], x, 2)
    ends = np.random.default_rng(args.seed).normal(
        size=(2, 6, 1, args.latent_dim)
    )
    angle = np.linspace(0.0, np.pi / 2.0, 11)[:, np.newaxis]
    # On an arc: points on the line would be too near to zero to be normal.
    latents = np.cos(angle) * ends[0] + np.sin(angle) * ends[1]
    between = model.generate(
        latents.reshape(-1, args.latent_dim).astype("float32")
    )
    drawn = {
        "samples": figures.plot_samples(samples),
        "history": figures.plot_sample_history(sheets.history),
        "neighbors": figures.plot_nearest_neighbors(samples[:10], x[neighbors]),
        "interpolations": figures.plot_interpolations(
            np.reshape(between, (*latents.shape[:2], *SHAPE))
        ),
        "scores": figures.plot_learning_curves(
            {
                label: (seen, [point[name] for point in points])
                for label, name in (
                    ("D(x)", "real_score"),
                    ("D(G(z))", "fake_score"),
                )
            },
            reference=0.5,
            ylabel="Mean score of the discriminator",
        ),
    }
    drawn["scores"].axes[0].set_xlabel("Training images (thousands)")
    for name, figure in drawn.items():
        figure.savefig(args.out / f"{name}.png", dpi=150)


def export(args, model):
    """Writes a SavedModel and checks it in a process without keras_dl4."""
    path = args.out / "saved_model" / "1"
    keras_dl4.serving.export_gan(model, path)
    print(f"{path}: loaded without keras_dl4 in a clean process, it agrees.")


def report(args, record):
    print(
        f"\nA classifier with {record['classifier_accuracy']:.1%} on real "
        f"digits is sure of {record['recognized']:.1%} of {args.num_samples} "
        f"samples (probability above {CONFIDENCE}; goal: 80%). The rarest "
        f"class has {record['smallest_class']:.1%} (goal: 3%).\n"
        f"Fréchet distance of its features: {record['frechet_distance']:.2f}, "
        f"of test images {record['frechet_distance_of_test']:.2f}; median gap "
        f"to a training image: {record['nearest_distance']:.2f}, of test "
        f"images {record['nearest_distance_of_test']:.2f}.\n"
        f"{record['minutes']:.1f} minutes of training. See {args.out}/"
    )


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--generator-loss", default="non_saturating", help="as of models.GAN")
    add("--penalty", type=float, default=0.3, help="weight of R1")
    add("--ema-momentum", type=float, default=0.995)
    add("--latent-dim", type=int, default=32)
    add("--hidden", type=int, default=256, help="units; the other has twice")
    add("--epochs", type=int, default=400)
    add("--batch-size", type=int, default=64)
    add("--learning-rate", type=float, default=5e-4)
    add("--classifier-epochs", type=int, default=25)
    add("--num-train", type=int, help="images (default: all)")
    add("--num-samples", type=int, default=1000, help="to evaluate")
    add("--seed", type=int, default=0)
    add("--out", default="runs/gan_digits")
    add("--overwrite", action="store_true", help="replace the run in --out")
    add("--demo", action="store_true", help="overwrite, and export")
    add("--verbose", type=int, choices=(0, 1, 2), default=1)
    keras_dl4.distribute.add_arguments(parser)
    args = parser.parse_args(argv)
    args.out = pathlib.Path(args.out)
    if args.demo and keras.backend.backend() != "tensorflow":
        parser.error("--demo exports a SavedModel: it needs TensorFlow")
    return args


def main(argv=None):
    args = parse(argv)
    keras_dl4.callbacks.prepare_run_folder(
        args.out, overwrite=args.overwrite or args.demo
    )
    keras.utils.set_random_seed(args.seed)
    placement = keras_dl4.distribute.configure(args.strategy, args.jit)
    train_set, test_set = datasets.load_digits()
    train_set = tuple(each[: args.num_train] for each in train_set)
    with placement.scope():
        model = build_model(args)
    recorder = RunRecorder(
        args.out / "result.json",
        {name: vars(args)[name] for name in SETTINGS},
        command=f"{NAME} {shlex.join(argv or sys.argv[1:])}",
    )
    sheets = train(args, model, train_set[0], recorder, placement)
    results = evaluate(args, model, train_set, test_set)
    recorder.add(num_train=len(train_set[0]), **results)
    draw(args, model, recorder.record, sheets, train_set[0])
    if args.demo:
        export(args, model)
    report(args, recorder.record)
    return results


if __name__ == "__main__":
    main()
