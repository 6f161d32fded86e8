"""The adversarial game on a line: a generator finds five Gaussians.

Paper:  Generative Adversarial Networks, https://arxiv.org/abs/1406.2661,
        figure 1
Run:    python examples/gan_one_dimensional.py
Expect: samples spread over all five modes, at a Wasserstein distance from the
        data below a tenth of their standard deviation; a discriminator that
        ends near 1/2 everywhere
Writes: runs/gan_one_dimensional/ (result.json, figures, and the game as an
        animation, game.gif)
"""

import argparse
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

NAME = "examples/gan_one_dimensional.py"
SETTINGS = (
    "generator_loss epochs steps_per_epoch batch_size hidden learning_rate "
    "num_samples seed strategy jit"
).split()
POINTS = np.linspace(-3.0, 3.0, 301)
# Of the density that is drawn for samples; the modes have 0.2.
BANDWIDTH = 0.06
MODE_RADIUS = 0.6
TEST_SEED = 2**31


class Moments(keras.callbacks.Callback):
    """Keeps what the game looks like after each epoch, and at the start."""

    def __init__(self, num_samples):
        super().__init__()
        self.num_samples = num_samples
        self.generators, self.discriminators, self.titles = [], [], []

    def on_train_begin(self, logs=None):
        self.keep("Start")

    def on_epoch_end(self, epoch, logs=None):
        self.keep(f"Epoch {epoch + 1}")

    def keep(self, title):
        samples = self.model.sample(self.num_samples, seed=0)
        window = evaluation.ParzenWindow(samples, BANDWIDTH)
        logits = self.model(POINTS[:, np.newaxis].astype("float32"))
        self.generators.append(
            np.exp(window.log_likelihood(POINTS[:, np.newaxis]))
        )
        self.discriminators.append(
            keras.ops.convert_to_numpy(keras.ops.sigmoid(logits))[:, 0]
        )
        self.titles.append(title)


def build_network(hidden, name):
    return keras.Sequential(
        [
            keras.Input((1,)),
            layers.Dense(hidden, "relu"),
            layers.Dense(hidden, "relu"),
            layers.Dense(1),
        ],
        name=name,
    )


def build_model(args):
    """Both networks are from a line to a line."""
    return keras_dl4.models.GAN(
        build_network(args.hidden, "generator"),
        build_network(args.hidden, "discriminator"),
        latent_dim=1,
        generator_loss=args.generator_loss,
        latent="uniform",
        seed=args.seed,
        name="gan",
    )


def new_optimizer(args):
    rate = keras.optimizers.schedules.CosineDecay(
        args.learning_rate, args.epochs * args.steps_per_epoch, alpha=0.05
    )
    return keras.optimizers.Adam(rate, beta_1=0.5)


def evaluate(args, model, mixture):
    """How the samples lie beside the data, and how a second draw would."""
    samples = keras.ops.convert_to_numpy(
        model.sample(args.num_samples, seed=TEST_SEED)
    )
    data, more = (
        mixture.sample(args.num_samples, TEST_SEED + number)
        for number in range(2)
    )
    masses = evaluation.mode_masses(samples, mixture.means, MODE_RADIUS)
    scores = keras.ops.convert_to_numpy(keras.ops.sigmoid(model(data)))
    spread = float(data.std())
    return {
        "wasserstein": evaluation.wasserstein_distance(samples, data) / spread,
        "wasserstein_of_data": (
            evaluation.wasserstein_distance(more, data) / spread
        ),
        "smallest_mode": float((masses / mixture.weights).min()),
        "mean_score": float(scores.mean()),
        "score_deviation": float(scores.std()),
    }


def draw(args, model, mixture, moments):
    """The game at its end, with lines from z to x, and as an animation."""
    data = mixture.density(POINTS)
    latents = np.linspace(-np.sqrt(3.0), np.sqrt(3.0), 200, dtype="float32")
    generated = model.generate(latents[:, np.newaxis])
    figure = figures.plot_density_game(
        POINTS,
        data,
        moments.generators[-1],
        moments.discriminators[-1],
        latents=(latents, keras.ops.convert_to_numpy(generated)[:, 0]),
        title=moments.titles[-1],
    )
    figure.savefig(args.out / "game.png", dpi=150)
    figures.animate_density_game(
        args.out / "game.gif",
        POINTS,
        data,
        moments.generators,
        moments.discriminators,
        titles=moments.titles,
        rate=5,
    )


def report(args, record):
    print(
        f"\nWasserstein distance of {args.num_samples} samples to the data: "
        f"{record['wasserstein']:.3f} standard deviations (goal: at most 0.1; "
        f"of data to data: {record['wasserstein_of_data']:.3f}).\n"
        f"The smallest of five modes has {record['smallest_mode']:.0%} of its "
        "mass (goal: at least half).\n"
        f"D(x) = {record['mean_score']:.3f} +- "
        f"{record['score_deviation']:.3f} on data (optimum: 1/2).\n"
        f"{record['minutes']:.1f} minutes of training. See {args.out}/"
    )


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add(
        "--generator-loss",
        choices=("non_saturating", "minimax"),
        default="non_saturating",
    )
    add("--epochs", type=int, default=40)
    add("--steps-per-epoch", type=int, default=100)
    add("--batch-size", type=int, default=256)
    add("--hidden", type=int, default=128, help="units of a layer")
    add("--learning-rate", type=float, default=1e-3)
    add("--num-samples", type=int, default=10_000, help="to measure and draw")
    add("--seed", type=int, default=0)
    add("--out", default="runs/gan_one_dimensional")
    add("--overwrite", action="store_true", help="replace the run in --out")
    add("--verbose", type=int, choices=(0, 1, 2), default=1)
    keras_dl4.distribute.add_arguments(parser)
    args = parser.parse_args(argv)
    args.out = pathlib.Path(args.out)
    return args


def main(argv=None):
    args = parse(argv)
    keras_dl4.callbacks.prepare_run_folder(args.out, overwrite=args.overwrite)
    keras.utils.set_random_seed(args.seed)
    placement = keras_dl4.distribute.configure(args.strategy, args.jit)
    mixture = datasets.GaussianMixture()
    points = mixture.sample(args.steps_per_epoch * args.batch_size, args.seed)
    with placement.scope():
        model = build_model(args)
        model.compile(
            generator_optimizer=new_optimizer(args),
            discriminator_optimizer=new_optimizer(args),
            jit_compile=placement.jit_compile,
            steps_per_execution=min(20, args.steps_per_epoch),
        )
    recorder = RunRecorder(
        args.out / "result.json",
        {name: vars(args)[name] for name in SETTINGS},
        command=f"{NAME} {shlex.join(argv or sys.argv[1:])}",
    )
    moments = Moments(args.num_samples)
    model.fit(
        points,
        batch_size=args.batch_size,
        epochs=args.epochs,
        verbose=args.verbose,
        callbacks=[
            keras.callbacks.TerminateOnNaN(raise_error=True),
            recorder,
            moments,
        ],
    )
    results = evaluate(args, model, mixture)
    recorder.add(**results)
    draw(args, model, mixture, moments)
    report(args, recorder.record)
    return results


if __name__ == "__main__":
    main()
