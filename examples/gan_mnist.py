"""Adversarial networks of MNIST: as of 2014, DCGAN, and Wasserstein.

Papers: Generative Adversarial Networks, https://arxiv.org/abs/1406.2661
        DCGAN, https://arxiv.org/abs/1511.06434
        Improved Training of Wasserstein GANs, https://arxiv.org/abs/1704.00028
Run:    python examples/gan_mnist.py --preset paper2014
Expect: a Parzen log-likelihood to set beside the published 225 +- 2 nats; hours
        on a CPU, go on after an interruption with --resume, or further with
        --resume --epochs
Writes: runs/gan_mnist/ (result.json, figures, sheets of samples, weights)
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
from keras import ops

import keras_dl4
from keras_dl4 import datasets
from keras_dl4 import evaluation
from keras_dl4 import figures
from keras_dl4 import models
from keras_dl4.callbacks import AtomicBackup
from keras_dl4.callbacks import RunRecorder
from keras_dl4.callbacks import SampleImages

NAME = "examples/gan_mnist.py"
SHAPE = (28, 28, 1)
PRESETS = {
    "paper2014": {"epochs": 250, "batch_size": 100},
    "dcgan": {"epochs": 30, "batch_size": 64, "width": 32},
    "wasserstein": {"epochs": 50, "batch_size": 64, "width": 32},
}
# Without the number of epochs, on which no schedule depends: a run that has
# ended can be trained on.
SETTINGS = (
    "preset data batch_size width num_train num_samples classifier_epochs "
    "seed strategy jit"
).split()
# Images that are held out of the training set, and those of them on which the
# bandwidth of the Parzen window is chosen.
NUM_HELD_OUT = {"mnist": 10_000, "sklearn": 200}
NUM_VALIDATION = 1000
PUBLISHED = "225 +- 2"
TEST_SEED = 2**31


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


class GrowingMomentum(keras.optimizers.SGD):
    """Gradient descent with a momentum from 0.5 to 0.7 over 250 epochs.

    The learning rate is divided by 1.000004 after each update.
    """

    def __init__(self, learning_rate, steps_per_epoch, **kwargs):
        rate = keras.optimizers.schedules.ExponentialDecay(
            learning_rate, 1.0 / np.log(1.000004), np.exp(-1.0)
        )
        super().__init__(rate, momentum=0.5, **kwargs)
        self.steps_per_epoch = steps_per_epoch

    def update_step(self, gradient, variable, learning_rate):
        velocity = self.momentums[self._get_variable_index(variable)]
        epoch = ops.floor_divide(self.iterations, self.steps_per_epoch)
        part = ops.minimum(ops.cast(epoch, variable.dtype) / 249.0, 1.0)
        step = (0.5 + 0.2 * part) * velocity
        step -= ops.cast(learning_rate, variable.dtype) * gradient
        self.assign(velocity, step)
        self.assign_add(variable, step)


def build_model(args, mean_image):
    if args.preset == "paper2014":
        networks = models.maxout_gan_networks(SHAPE, mean_image)
        options = {"latent": "uniform", "simultaneous": True}
    elif args.preset == "dcgan":
        # With equal widths the discriminator wins: a Fréchet distance of 1.7
        # after 65 epochs, not 1.3 after 10.
        generator, _ = models.dcgan_networks(SHAPE, width=2 * args.width)
        _, discriminator = models.dcgan_networks(SHAPE, width=args.width)
        networks = generator, discriminator
        options = {"ema_momentum": 0.999}
    else:
        networks = models.dcgan_networks(
            SHAPE, width=args.width, normalization="layer"
        )
        options = {
            "generator_loss": "wasserstein",
            "num_discriminator_steps": 5,
            "penalties": [keras_dl4.regularizers.GradientPenalty(10.0)],
            "ema_momentum": 0.999,
        }
    return models.GAN(*networks, 100, seed=args.seed, name="gan", **options)


def new_optimizers(args, steps_per_epoch):
    """Of generator and discriminator."""
    if args.preset == "paper2014":
        # Its code halves the loss of the discriminator: so is its rate.
        return [GrowingMomentum(rate, steps_per_epoch) for rate in (0.1, 0.05)]
    if args.preset == "dcgan":
        # The paper's rate is 2e-4, for batches of twice the size.
        rate = keras.optimizers.schedules.InverseTimeDecay(
            1e-3, decay_steps=5 * steps_per_epoch, decay_rate=1.0
        )
        return [keras.optimizers.Adam(rate, 0.5) for _ in range(2)]
    return [keras.optimizers.Adam(1e-4, 0.0, 0.9) for _ in range(2)]


def load_images(args):
    """Images for training, for the bandwidth, and for tests, with labels."""
    train, test = datasets.load_digits(args.data, args.data_dir)
    num_kept = len(train[0]) - NUM_HELD_OUT[args.data]
    validation = train[0][num_kept:][:NUM_VALIDATION]
    train = tuple(each[:num_kept][: args.num_train] for each in train)
    return train, validation, tuple(each[: args.num_samples] for each in test)


def samples_of(args, model):
    """As many samples as are judged, always from the same latents."""
    parts = [
        model.sample(min(500, args.num_samples - start), seed=TEST_SEED + start)
        for start in range(0, args.num_samples, 500)
    ]
    return np.concatenate([ops.convert_to_numpy(part) for part in parts])


def likelihood_callback(args, model, validation):
    """Puts the likelihood of the validation images into the logs."""

    def estimate(epoch, logs):
        if (epoch + 1) % args.likelihood_every == 0:
            window = evaluation.ParzenWindow(samples_of(args, model))
            score = window.fit_bandwidth(validation).score(validation)
            logs["parzen_validation"] = score.mean

    return keras.callbacks.LambdaCallback(on_epoch_end=estimate)


def train(args, model, x, validation, recorder, placement):
    data = ShuffledImages(x, args.batch_size, args.seed)
    with placement.scope():
        optimizers = new_optimizers(args, len(data))
        model.compile(
            *optimizers,
            jit_compile=placement.jit_compile,
            steps_per_execution=min(20, len(data)),
        )
    backup = AtomicBackup(args.out / "backup.weights.h5")
    epoch = 0
    if args.resume:
        epoch = backup.restore(model, len(data))
        recorder.resume(epoch)
        # What an earlier end of the training said is no result of this one.
        recorder.add(parzen_log_likelihood=None)
        print(f"Going on after epoch {epoch} of {args.epochs}.", flush=True)
    model.fit(
        data,
        shuffle=False,
        epochs=args.epochs,
        initial_epoch=epoch,
        verbose=args.verbose,
        callbacks=[
            keras.callbacks.TerminateOnNaN(raise_error=True),
            keras.callbacks.LambdaCallback(on_epoch_begin=data.start),
            likelihood_callback(args, model, validation),
            recorder,
            SampleImages(args.out / "samples", num_images=100),
            backup,
        ],
    )


def features_of(args, train_set, test_set):
    """Features of a small classifier, a function, and its accuracy.

    Two convolutions of 16 and 32 filters of size 5 with strides of 2, and a
    dense layer of 64 rectified units, which are the features.
    """
    path = args.classifier or args.out / "classifier.keras"
    if not os.path.exists(path):
        keras.utils.set_random_seed(args.seed)
        strided = {"strides": 2, "padding": "same", "activation": "relu"}
        classifier = keras.Sequential(
            [
                keras.Input(SHAPE),
                layers.Conv2D(16, 5, **strided),
                layers.Conv2D(32, 5, **strided),
                layers.Flatten(),
                layers.Dropout(0.3),
                layers.Dense(64, "relu", name="features"),
                layers.Dense(10, "softmax"),
            ]
        )
        classifier.compile(
            "adam", "sparse_categorical_crossentropy", metrics=["accuracy"]
        )
        classifier.fit(
            *train_set, batch_size=64, epochs=args.classifier_epochs, verbose=0
        )
        classifier.save(path)
    classifier = keras.saving.load_model(path)
    network = keras.Model(
        classifier.inputs, classifier.get_layer("features").output
    )
    accuracy = classifier.evaluate(*test_set, verbose=0)[1]
    return lambda x: network.predict(x, batch_size=256, verbose=0), accuracy


def evaluate(args, model, train_set, validation, test_set):
    """The Parzen score, and distances of features, of samples to test data."""
    x, test_x = train_set[0], test_set[0]
    samples = samples_of(args, model)
    window = evaluation.ParzenWindow(samples).fit_bandwidth(validation)
    score = window.score(test_x)
    print(f"\n{score}", flush=True)
    # What the same protocol says of real images in place of samples.
    real = evaluation.ParzenWindow(x[: args.num_samples])
    of_real = real.fit_bandwidth(validation).score(test_x)
    features, accuracy = features_of(args, train_set, test_set)
    made, others, reference = (
        features(images) for images in (samples, x[: len(samples)], test_x)
    )
    return {
        "parzen_log_likelihood": score.mean,
        "parzen_standard_error": score.standard_error,
        "parzen_bandwidth": score.bandwidth,
        "parzen_log_likelihood_of_data": of_real.mean,
        "frechet_distance": evaluation.frechet_distance(made, reference),
        "frechet_distance_of_data": evaluation.frechet_distance(
            others, reference
        ),
        "kernel_distance": evaluation.kernel_distance(made, reference),
        "kernel_distance_of_data": evaluation.kernel_distance(
            others, reference
        ),
        "classifier_accuracy": accuracy,
    }


def draw(args, model, record, x):
    points = record["curve"]
    seen = [record["num_train"] * point["epoch"] for point in points]
    samples = ops.convert_to_numpy(model.sample(100, seed=TEST_SEED))
    neighbors, _ = evaluation.nearest_examples(samples[:10], x, 2)
    curves = {
        label: (seen, [point[name] for point in points])
        for label, name in (("D(x)", "real_score"), ("D(G(z))", "fake_score"))
    }
    drawn = {
        "samples": figures.plot_samples(samples),
        "neighbors": figures.plot_nearest_neighbors(samples[:10], x[neighbors]),
        "scores": figures.plot_learning_curves(
            curves, ylabel="Mean score of the discriminator"
        ),
    }
    rated = [point for point in points if "parzen_validation" in point]
    if rated:
        curve = (
            [record["num_train"] * point["epoch"] for point in rated],
            [point["parzen_validation"] for point in rated],
        )
        drawn["likelihood"] = figures.plot_learning_curves(
            {"validation images": curve}, ylabel="Parzen log-likelihood (nats)"
        )
    for name in drawn.keys() & {"scores", "likelihood"}:
        drawn[name].axes[0].set_xlabel("Training images (thousands)")
    for name, figure in drawn.items():
        figure.savefig(args.out / f"{name}.png", dpi=150)


def report(args, record):
    published = ""
    if args.preset == "paper2014" and args.data == "mnist":
        published = f" (published: {PUBLISHED})"
    print(
        f"{args.preset}, {len(record['curve'])} epochs: Parzen log-likelihood "
        f"{record['parzen_log_likelihood']:.1f} +- "
        f"{record['parzen_standard_error']:.1f} nats{published}; of real "
        f"images {record['parzen_log_likelihood_of_data']:.1f}.\n"
        "Features of a small classifier "
        f"({record['classifier_accuracy']:.1%} on test images): Fréchet "
        f"distance to test images {record['frechet_distance']:.2f}; of real "
        f"images {record['frechet_distance_of_data']:.2f}.\n"
        f"{record['minutes']:.1f} minutes of training. See {args.out}/"
    )


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--preset", choices=PRESETS, default="paper2014")
    add("--data", choices=("mnist", "sklearn"), default="mnist")
    add("--data-dir", help="folder of mnist.npz (default: KERAS_DL4_DATA)")
    add("--epochs", type=int, help="(default: the preset's)")
    add("--batch-size", type=int, help="(default: the preset's)")
    add("--width", type=int, help="of a convolutional discriminator")
    add("--num-train", type=int, help="images (default: all but 10,000)")
    add("--num-samples", type=int, default=10_000, help="to evaluate")
    add("--likelihood-every", type=int, default=25, help="epochs")
    add("--classifier", help="file of an earlier run, to compare with it")
    add("--classifier-epochs", type=int, default=5)
    add("--seed", type=int, default=0)
    add("--out", default="runs/gan_mnist")
    one_of = parser.add_mutually_exclusive_group().add_argument
    one_of("--resume", action="store_true", help="go on with the run in --out")
    one_of("--overwrite", action="store_true", help="replace the run in --out")
    add("--verbose", type=int, choices=(0, 1, 2), default=1)
    keras_dl4.distribute.add_arguments(parser)
    args = parser.parse_args(argv)
    if args.likelihood_every < 1:
        parser.error(
            "--likelihood-every must be at least 1. Received: "
            f"{args.likelihood_every}"
        )
    args.out = pathlib.Path(args.out)
    for name, value in PRESETS[args.preset].items():
        if getattr(args, name) is None:
            setattr(args, name, value)
    return args


def main(argv=None):
    args = parse(argv)
    keras_dl4.callbacks.prepare_run_folder(
        args.out, args.resume, args.overwrite
    )
    keras.utils.set_random_seed(args.seed)
    placement = keras_dl4.distribute.configure(args.strategy, args.jit)
    train_set, validation, test_set = load_images(args)
    with placement.scope():
        model = build_model(args, train_set[0].mean(axis=0))
    recorder = RunRecorder(
        args.out / "result.json",
        {name: vars(args)[name] for name in SETTINGS},
        command=f"{NAME} {shlex.join(argv or sys.argv[1:])}",
    )
    train(args, model, train_set[0], validation, recorder, placement)
    results = evaluate(args, model, train_set, validation, test_set)
    recorder.add(
        num_params=model.count_params(),
        num_train=len(train_set[0]),
        **results,
    )
    draw(args, model, recorder.record, train_set[0])
    report(args, recorder.record)
    return results


if __name__ == "__main__":
    main()
