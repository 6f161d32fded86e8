"""Distorted digits, classified with and without a spatial transformer.

Paper:  Spatial Transformer Networks, https://arxiv.org/abs/1506.02025
Run:    python examples/spatial_transformer_digits.py --distortion RTS
Expect: a smaller error than --model cnn, which has as many parameters
Writes: runs/<distortion>_<model>/ (result.json, figures, weights, SavedModel)
"""

import argparse
import bisect
import math
import os
import pathlib
import shlex
import shutil
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from keras import layers

import keras_dl4
from keras_dl4 import datasets
from keras_dl4.callbacks import AtomicBackup
from keras_dl4.callbacks import RunRecorder
from keras_dl4.callbacks import WarpImage

# What a transformer makes of the images: `crop` by `crop` pixels, each the
# mean of `antialias` by `antialias` samples, as in appendix A.4; which has no
# word on that for addition, where a step takes 1.7 times as long with it.
DISTORTIONS = {
    "R": {"crop": 28, "antialias": None},
    "RTS": {"crop": 28, "antialias": 2},
    "P": {"crop": 28, "antialias": None},
    "E": {"crop": 28, "antialias": None},
    "TC": {"crop": 28, "antialias": 2},
    "addition": {"crop": 28, "antialias": None},
}
TRANSFORMS = ("affine", "projective", "thin_plate_spline", "rotation")
TRANSFORMS += ("similarity", "attention", "translation")
MODELS = ("fcn", "cnn", "st_fcn", "st_cnn")
# `width`: filters of a CNN, units of an FCN behind a transformer. A network
# without one is as much wider as it takes to have as many parameters.
PRESETS = {
    "quick": {
        "batch_size": 64,
        "learning_rate": 1e-3,
        "width": {"cnn": 32, "fcn": 128},
        "epochs": {"sklearn": 40, "mnist": 10},
        "num_train": {"sklearn": 1300, "mnist": 20_000},
    },
    "paper": {  # 150,000 steps
        "batch_size": 256,
        "learning_rate": 0.01,
        "width": {"cnn": 64, "fcn": 256},
        "epochs": {"sklearn": 30_000, "mnist": 670},
        "num_train": {"sklearn": 1300, "mnist": 57_500},
    },
}
NUM_VALIDATION = {"sklearn": 137, "mnist": 2500}  # digits, the last ones
NUM_TESTS = {"sklearn": 1800, "mnist": 10_000}
SETTINGS = (
    "distortion model transform num_transforms data preset num_train epochs "
    "batch_size learning_rate width seed strategy jit"
).split()
VALIDATION_SEED, TEST_SEED = 2**31, 2**31 + 1
# Error in % in Tables 1 and 4 and in section 4.1: FCN, CNN, ST-FCN and ST-CNN
# with the affine transformer.
PAPER = {
    "R": (2.1, 1.2, 1.2, 0.7),
    "RTS": (5.2, 0.8, 0.8, 0.5),
    "P": (3.1, 1.5, 1.5, 0.8),
    "E": (3.2, 1.4, 2.7, 1.2),
    "TC": (13.2, 3.5, 2.0, 1.7),
    "addition": (47.7, 14.7, 9.0, None),
}


def build_model(args, shape, model, width):
    """The classifier, and what its transformer returns (or None)."""
    images = keras.Input(shape, name="image")
    x, warps = images, None
    if model.startswith("st_"):
        warps = transformer(args, model.removeprefix("st_"))(images)
        x = warps[0]
    if model.endswith("cnn"):
        for size in (9, 7):
            x = layers.Conv2D(width, size, activation="relu")(x)
            x = layers.MaxPooling2D(2)(x)
        x = layers.Flatten()(x)
    else:
        x = layers.Flatten()(x)
        for _ in range(2):
            x = layers.Dense(width, activation="relu")(x)
    num_classes = 19 if args.distortion == "addition" else 10
    logits = layers.Dense(num_classes, name="logits")(x)
    name = f"{args.distortion}_{model}"
    return keras.Model(images, logits, name=name), warping(args, images, warps)


def warping(args, images, warps):
    """What a transformer makes of images, the parallel ones on an axis."""
    if warps is None:
        return None
    warped, *others = warps
    if args.num_transforms > 1:  # they are channels
        *size, channels = warped.shape[1:]
        shape = (*size, args.num_transforms, channels // args.num_transforms)
        warped = layers.Permute((3, 1, 2, 4))(layers.Reshape(shape)(warped))
    return keras.Model(images, (warped, *others))


def transformer(args, localization):
    transform = args.transform
    if args.distortion == "R" and transform == "affine":
        transform = "rotation"  # Table 1: "only the angle" is predicted
    settings = DISTORTIONS[args.distortion]
    options = {
        "output_size": (settings["crop"], settings["crop"]),
        "antialias": settings["antialias"],
        "return_params": True,
        "return_grid": True,
    }
    if args.num_transforms == 1:
        return keras_dl4.layers.SpatialTransformer(
            transform, localization, **options
        )
    return keras_dl4.layers.ParallelSpatialTransformer(
        args.num_transforms,
        transform,
        [localization] * args.num_transforms,
        merge="concatenate",
        **options,
    )


def matched_width(args, shape):
    """The width at which the model has as many parameters as with an ST."""
    if args.model.startswith("st_"):
        return args.width

    def count(width, model=args.model):
        return build_model(args, shape, model, width)[0].count_params()

    goal = count(args.width, f"st_{args.model}")
    candidates = range(args.width, 16 * args.width)
    return candidates[bisect.bisect_left(candidates, goal, key=count)]


def compile_model(args, model, num_steps, placement):
    if args.preset == "paper":
        rate = keras.optimizers.schedules.PiecewiseConstantDecay(
            [num_steps // 3, 2 * num_steps // 3],
            [args.learning_rate * factor for factor in (1.0, 0.1, 0.01)],
        )
        optimizer = keras.optimizers.SGD(rate)
    else:
        rate = keras.optimizers.schedules.CosineDecay(
            args.learning_rate, num_steps, alpha=0.01
        )
        optimizer = keras.optimizers.Adam(rate)
    model.compile(
        optimizer,
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=placement.jit_compile,
    )


def make_data(args):
    """Training, validation and test data; the last two never change."""
    (x, y), test = datasets.load_digits(args.data, args.data_dir)
    held_out = NUM_VALIDATION[args.data]
    most = len(x) - held_out
    if not args.batch_size <= args.num_train <= most:
        raise ValueError(
            f"--num-train must be from --batch-size to {most}. Received: "
            f"{args.num_train}"
        )
    train = datasets.distort_digits(
        args.distortion,
        x[: args.num_train],
        y[: args.num_train],
        batch_size=args.batch_size,
        seed=args.seed,
        drop_remainder=True,
    )
    validation = datasets.distort_digits(
        args.distortion,
        x[-held_out:],
        y[-held_out:],
        seed=VALIDATION_SEED,
        num_examples=min(args.num_tests, max(held_out, 500)),
        fixed_epoch=True,
    )
    test = datasets.distort_digits(
        args.distortion,
        *test,
        seed=TEST_SEED,
        num_examples=args.num_tests,
        fixed_epoch=True,
    )
    return train, validation.arrays(), test.arrays()


def train(args, model, warp_model, data, recorder):
    train_data, validation, test = data
    backup = AtomicBackup(args.out / "backup.weights.h5")
    epoch = 0
    if args.resume:
        epoch = backup.restore(model, len(train_data))
        recorder.resume(epoch)
        print(f"Going on after epoch {epoch} of {args.epochs}.", flush=True)
    callbacks = [
        keras.callbacks.TerminateOnNaN(raise_error=True),
        # Examples are a function of seed and epoch, also in a resumed run.
        keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, logs: setattr(
                train_data, "epoch", epoch
            )
        ),
        recorder,
    ]
    if args.log_dir and warp_model is not None:
        callbacks.append(WarpImage(warp_model, test[0][:8], args.log_dir))
    model.fit(
        train_data,
        epochs=args.epochs,
        initial_epoch=epoch,
        shuffle=False,
        validation_data=validation,
        validation_batch_size=256,
        verbose=args.verbose,
        callbacks=[*callbacks, backup],
    )


def draw(args, warp_model, record, images):
    """Learning curve, and what a transformer makes of a few test images."""
    points = record["curve"]
    seen = [args.num_train * point["epoch"] for point in points]
    curves = {
        label: (seen, [100 * (1 - point[name]) for point in points])
        for label, name in (
            ("training", "accuracy"),
            ("validation", "val_accuracy"),
        )
    }
    figure = keras_dl4.figures.plot_learning_curves(
        curves, ylabel="Error (%)", title=f"{args.distortion}, {args.model}"
    )
    figure.axes[0].set_xlabel("Training images (thousands)")
    figure.savefig(args.out / "learning_curve.png", dpi=150)
    if warp_model is None:
        return
    warped, params, grids = warp_model.predict(images, verbose=0)
    points = None
    if args.transform == "thin_plate_spline":
        points = params.reshape(*params.shape[:-1], -1, 2)
        net = grids[0] if args.num_transforms == 1 else grids[0, 0]
        keras_dl4.figures.plot_deformation(net, image=images[0]).savefig(
            args.out / "deformation.png", dpi=150
        )
    keras_dl4.figures.plot_warps(
        images, warped, grids, control_points=points
    ).savefig(args.out / "warps.png", dpi=150)


def export(args, model, images):
    """Writes a SavedModel and checks it in a process without keras_dl4."""
    path = args.out / "saved_model" / "1"
    shutil.rmtree(path.parent, ignore_errors=True)  # of a run that was resumed
    keras_dl4.serving.export_saved_model(model, path)
    keras_dl4.serving.check_in_clean_process(
        path, {"image": images}, {"logits": model.predict(images, verbose=0)}
    )
    print(f"{path}: loaded without keras_dl4 in a clean process, it agrees.")


def report(args, record):
    paper = PAPER[args.distortion][MODELS.index(args.model)]
    is_same = not args.model.startswith("st_") or args.transform == "affine"
    print(
        f"\n{args.distortion}, {args.model}: {record['test_error']:.2f} % "
        f"error on {args.num_tests} test images of {args.data}, with "
        f"{record['num_params']:,} parameters."
    )
    if paper and is_same:
        print(f"The paper on MNIST, at 150,000 steps: {paper} %.")
    print(f"{record['minutes']:.1f} minutes of training. See {args.out}/")


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add(
        "--distortion",
        choices=DISTORTIONS,
        default="R",
        help="co-localization is in spatial_transformer_colocalization.py",
    )
    add("--model", choices=MODELS, default="st_cnn")
    add("--transform", choices=TRANSFORMS, default="affine")
    add("--num-transforms", type=int, help="in parallel (default: 1 a digit)")
    add("--data", choices=NUM_TESTS, default="sklearn")
    add("--data-dir", help="folder of mnist.npz (default: KERAS_DL4_DATA)")
    add("--preset", choices=PRESETS, default="quick")
    add("--num-train", type=int, help="digits (default: the preset's)")
    add("--epochs", type=int, help="(default: the preset's)")
    add("--batch-size", type=int, help="(default: the preset's)")
    add("--learning-rate", type=float, help="(default: the preset's)")
    add("--width", type=int, help="filters or units behind a transformer")
    add("--seed", type=int, default=0)
    add("--num-tests", type=int, help="test images")
    add("--out", help="folder of the run (default: runs/<distortion>_<model>)")
    add("--log-dir", help="where to write pictures for TensorBoard")
    one_of = parser.add_mutually_exclusive_group().add_argument
    one_of("--resume", action="store_true", help="go on with the run in --out")
    one_of("--overwrite", action="store_true", help="replace the run in --out")
    add("--demo", action="store_true", help="overwrite, and export")
    add("--verbose", type=int, choices=(0, 1, 2), default=1)
    keras_dl4.distribute.add_arguments(parser)
    args = parser.parse_args(argv)
    args.out = pathlib.Path(args.out or f"runs/{args.distortion}_{args.model}")
    defaults = PRESETS[args.preset] | {"num_tests": NUM_TESTS}
    defaults |= {"num_transforms": 1 + (args.distortion == "addition")}
    for name, value in defaults.items():
        if getattr(args, name) is None:
            if isinstance(value, dict):
                kind = args.model.removeprefix("st_")
                value = value[kind if name == "width" else args.data]
            setattr(args, name, value)
    for name in defaults:
        if not 0 < getattr(args, name) < math.inf:
            option = f"--{name.replace('_', '-')}"
            parser.error(
                f"{option} must be positive. Received: {getattr(args, name)}"
            )
    if args.demo and keras.backend.backend() != "tensorflow":
        parser.error("--demo exports a SavedModel: it needs TensorFlow")
    return args


def main(argv=None):
    args = parse(argv)
    overwrite = args.overwrite or (args.demo and not args.resume)
    keras_dl4.callbacks.prepare_run_folder(args.out, args.resume, overwrite)
    keras.utils.set_random_seed(args.seed)
    placement = keras_dl4.distribute.configure(
        args.strategy, args.jit, convolutions=True
    )
    data = make_data(args)
    images, labels = data[-1]
    width = matched_width(args, images.shape[1:])
    keras.utils.set_random_seed(args.seed)
    with placement.scope():
        model, warp_model = build_model(
            args, images.shape[1:], args.model, width
        )
        compile_model(args, model, args.epochs * len(data[0]), placement)
    print(f"{model.name}: {model.count_params():,} parameters", flush=True)
    recorder = RunRecorder(
        args.out / "result.json",
        {name: vars(args)[name] for name in SETTINGS},
        command="examples/spatial_transformer_digits.py "
        + shlex.join(argv or sys.argv[1:]),
    )
    train(args, model, warp_model, data, recorder)
    accuracy = model.evaluate(
        images, labels, batch_size=256, verbose=0, return_dict=True
    )["accuracy"]
    results = {"test_error": 100.0 * (1.0 - accuracy)}
    recorder.add(num_params=model.count_params(), **results)
    draw(args, warp_model, recorder.record, images[:8])
    if args.demo:
        export(args, model, images[:8])
    report(args, recorder.record)
    return results | {"num_params": float(model.count_params())}


if __name__ == "__main__":
    main()
