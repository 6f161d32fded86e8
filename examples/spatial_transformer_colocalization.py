"""Co-localization: find the digit that images have in common, without labels.

Paper:  Spatial Transformer Networks, https://arxiv.org/abs/1506.02025,
        appendix A.2
Run:    python examples/spatial_transformer_colocalization.py --digit 8
Expect: on MNIST (--data mnist) 70 to 88 % of the boxes at an overlap above a
        half, by digit, 80 % in the mean; the paper has 75 to 93 %
Writes: runs/colocalization_<digit>/ (result.json, figures, weights)

Differences from the paper: the scale of the box is given, since with a free
one the smallest loss is a single bright pixel; a crop is drawn towards the
others, not they towards it; random patches may hang out of the image. Without
these, empty crops, which are all alike, attract the boxes.
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
from keras_dl4.callbacks import AtomicBackup
from keras_dl4.callbacks import RunRecorder

NAME = "examples/spatial_transformer_colocalization.py"
CANVAS, CROP = 84, 28
SCALE = 0.4  # of the box to the canvas; a digit's frame is a third
JITTER = 4  # pixels by which digits are off the middle for the encoder
SETTINGS = (
    "digit distractors data num_images num_train epochs steps_per_epoch "
    "batch_size learning_rate margin seed strategy jit"
).split()
NUM_TRAIN = {"sklearn": 1437, "mnist": 20_000}


class Triplets(keras.utils.PyDataset):
    """Images, others of the set, and places of random patches."""

    def __init__(self, images, args):
        super().__init__()
        self.images, self.args, self.epoch = images, args, 0

    def __len__(self):
        return self.args.steps_per_epoch

    def __getitem__(self, index):
        rng = np.random.default_rng([self.args.seed, self.epoch, index])
        chosen = rng.permutation(len(self.images))[: self.args.batch_size]
        places = rng.uniform(-1.0, 1.0, (len(chosen), 2)).astype("float32")
        images = self.images[chosen]
        triplets = images, np.roll(images, 1, axis=0), places
        return triplets, np.zeros(len(chosen), "float32")


def trained_encoder(args, x, y, placement):
    """The hidden activations of a CNN trained to classify single digits.

    They are scaled so that the squared distance of a digit from an empty crop
    is 1 in the mean; the margin is in that unit.
    """
    image = keras.Input((CROP, CROP, 1))
    h = layers.Conv2D(16, 5, activation="relu")(image)
    h = layers.MaxPooling2D(2)(h)
    h = layers.Conv2D(32, 5, activation="relu")(h)
    h = layers.Flatten()(layers.MaxPooling2D(2)(h))
    hidden = [layers.Dense(64, activation="relu")(h)]
    hidden.append(layers.Dense(64, activation="relu")(hidden[0]))
    encoder = keras.Model(image, layers.Concatenate()(hidden), name="encoder")
    classifier = keras.Sequential(
        [
            keras.Input((CROP + 2 * JITTER, CROP + 2 * JITTER, 1)),
            layers.Cropping2D(JITTER),
            keras.Model(image, layers.Dense(10)(hidden[1])),
        ]
    )
    path = args.out / "encoder.weights.h5"
    if args.resume and path.exists():
        encoder.load_weights(path)
    else:
        classifier.compile(
            "adam",
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
            jit_compile=placement.jit_compile,
        )
        translated = datasets.ClutteredDigits(
            x,
            y,
            num_patches=0,
            canvas_size=CROP + 2 * JITTER,
            batch_size=min(128, len(x)),
            seed=args.seed,
        )
        epochs = args.encoder_steps // len(translated) + 1
        classifier.fit(translated, epochs=epochs, verbose=args.verbose)
        encoder.save_weights(args.out / "partial.weights.h5")
        os.replace(args.out / "partial.weights.h5", path)
    encoder.trainable = False
    codes = encoder.predict(x[:2000], verbose=0)
    empty = encoder.predict(np.zeros_like(x[:1]), verbose=0)
    apart = np.square(codes - empty).sum(-1).mean()
    scaled = layers.Rescaling(float(apart**-0.5))(encoder.output)
    return keras.Model(encoder.input, scaled, name="code")


def build_models(encoder):
    """The model to train, and the one that gives boxes."""
    attention = keras_dl4.transforms.Attention(scale=SCALE)
    localization = keras.Sequential(
        [
            layers.Conv2D(8, 9, strides=4, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(8, activation="relu"),
            layers.Dense(8, activation="relu"),
            keras_dl4.layers.TransformRegressor(attention),
        ]
    )
    options = {
        "output_size": (CROP, CROP),
        "return_params": True,
        "return_grid": True,
    }
    transformer = keras_dl4.layers.SpatialTransformer(
        attention, localization, **options
    )
    sampler = keras_dl4.layers.SpatialTransformer(
        attention, localization=None, **options
    )
    image, other = (keras.Input((CANVAS, CANVAS, 1)) for _ in range(2))
    place = keras.Input((2,))
    code = encoder(transformer(image)[0])
    same = ops.stop_gradient(encoder(transformer(other)[0]))
    patch = encoder(sampler([image, place])[0])
    distance = ops.sum(ops.square(code - same), -1)
    distance = distance - ops.sum(ops.square(code - patch), -1)
    triplets = keras.Model((image, other, place), distance)
    return triplets, keras.Model(image, transformer(image))


def overlaps(centers, boxes):
    """Intersection over union of the predicted boxes with the true ones."""
    centers = (centers + 1.0) / 2.0 * CANVAS
    half = SCALE * CANVAS / 2.0
    low = np.maximum(centers - half, boxes[:, :2])
    high = np.minimum(centers + half, boxes[:, 2:])
    shared = np.clip(high - low, 0.0, None).prod(-1)
    true = (boxes[:, 2:] - boxes[:, :2]).prod(-1)
    return shared / (true + (2.0 * half) ** 2 - shared)


def train(args, models, images, boxes, recorder, placement):
    triplets, localizer = models
    num_steps = args.epochs * args.steps_per_epoch
    rate = keras.optimizers.schedules.CosineDecay(
        args.learning_rate, num_steps, alpha=0.01
    )
    triplets.compile(
        keras.optimizers.Adam(rate),
        lambda _, distance: ops.relu(distance + args.margin),
        jit_compile=placement.jit_compile,
    )
    data = Triplets(images, args)
    backup = AtomicBackup(args.out / "backup.weights.h5")
    epoch = 0
    if args.resume:
        epoch = backup.restore(triplets, len(data))
        recorder.resume(epoch)
        print(f"Going on after epoch {epoch} of {args.epochs}.", flush=True)

    def localized(epoch, logs):
        places = localizer.predict(images, verbose=0)[1]
        logs["localized"] = 100.0 * np.mean(overlaps(places, boxes) > 0.5)

    triplets.fit(
        data,
        epochs=args.epochs,
        initial_epoch=epoch,
        shuffle=False,
        verbose=args.verbose,
        callbacks=[
            keras.callbacks.TerminateOnNaN(raise_error=True),
            keras.callbacks.LambdaCallback(
                on_epoch_begin=lambda epoch, logs: setattr(
                    data, "epoch", epoch
                ),
                on_epoch_end=localized,
            ),
            recorder,
            backup,
        ],
    )


def draw(args, localizer, record, images, found):
    curve = {
        f"digit {args.digit}": (
            [p["epoch"] * args.steps_per_epoch for p in record["curve"]],
            [p["localized"] for p in record["curve"]],
        )
    }
    figure = keras_dl4.figures.plot_learning_curves(
        curve, ylabel="Boxes with an overlap above a half (%)"
    )
    figure.axes[0].set_xlabel("Steps (thousands)")
    figure.savefig(args.out / "learning_curve.png", dpi=150)
    warped, _, grids = localizer.predict(images, verbose=0)
    labels = [f"IoU {value:.2f}" for value in found]
    keras_dl4.figures.plot_warps(images, warped, grids, labels=labels).savefig(
        args.out / "warps.png", dpi=150
    )


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--digit", type=int, choices=range(10), default=8)
    add("--distractors", type=int, default=16, help="pieces of other digits")
    add("--data", choices=NUM_TRAIN, default="sklearn")
    add("--data-dir", help="folder of mnist.npz (default: KERAS_DL4_DATA)")
    add("--num-images", type=int, default=100)
    add("--num-train", type=int, help="digits for the encoder")
    add("--encoder-steps", type=int, default=600)
    add("--epochs", type=int, default=30)
    add("--steps-per-epoch", type=int, default=50)
    add("--batch-size", type=int, default=50)
    add("--learning-rate", type=float, default=1e-3)
    add("--margin", type=float, default=1.3)
    add("--seed", type=int, default=0)
    add("--out", help="folder of the run (default: in runs/)")
    one_of = parser.add_mutually_exclusive_group().add_argument
    one_of("--resume", action="store_true", help="go on with the run in --out")
    one_of("--overwrite", action="store_true", help="replace the run in --out")
    add("--verbose", type=int, choices=(0, 1, 2), default=1)
    keras_dl4.distribute.add_arguments(parser)
    args = parser.parse_args(argv)
    args.out = pathlib.Path(args.out or f"runs/colocalization_{args.digit}")
    args.num_train = args.num_train or NUM_TRAIN[args.data]
    return args


def main(argv=None):
    args = parse(argv)
    keras_dl4.callbacks.prepare_run_folder(
        args.out, args.resume, args.overwrite
    )
    keras.utils.set_random_seed(args.seed)
    placement = keras_dl4.distribute.configure(
        args.strategy, args.jit, convolutions=True
    )
    (x, y), _ = datasets.load_digits(args.data, args.data_dir)
    x, y = x[: args.num_train], y[: args.num_train]
    images, boxes = datasets.ColocalizationDigits(
        x,
        y,
        args.digit,
        num_patches=args.distractors,
        num_examples=args.num_images,
        seed=args.seed,
    ).arrays()
    recorder = RunRecorder(
        args.out / "result.json",
        {name: vars(args)[name] for name in SETTINGS},
        command=f"{NAME} {shlex.join(argv or sys.argv[1:])}",
    )
    with placement.scope():
        encoder = trained_encoder(args, x, y, placement)
        keras.utils.set_random_seed(args.seed)
        models = build_models(encoder)
    train(args, models, images, boxes, recorder, placement)
    found = overlaps(models[1].predict(images, verbose=0)[1], boxes)
    results = {"localized": 100.0 * float(np.mean(found > 0.5))}
    results["mean_overlap"] = float(found.mean())
    recorder.add(**results)
    draw(args, models[1], recorder.record, images[:8], found[:8])
    paper = "75 to 93 %" if args.distractors else "100 %"
    print(
        f"\nDigit {args.digit}, {args.distractors} distractors: "
        f"{results['localized']:.0f} % of {len(images)} boxes overlap by more "
        f"than a half. The paper, over all digits: {paper}.\n"
        f"{recorder.record['minutes']:.1f} minutes of training. "
        f"See {args.out}/"
    )
    return results


if __name__ == "__main__":
    main()
