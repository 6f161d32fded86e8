"""Solid digits in 3-D, classified through a spatial transformer.

Paper:  Spatial Transformer Networks, https://arxiv.org/abs/1506.02025,
        appendix A.3
Run:    python examples/spatial_transformer_volumes.py
Expect: an error of about 8 %
Writes: runs/volumes_<model>/ (result.json, figures, weights)

A transformer turns the body, and the sum along its depth is a picture of it,
which a CNN classifies. Without one (--model cnn) the volume is summed as it
stands. The paper's volumes are of 60 voxels a side, these of 32.
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

NAME = "examples/spatial_transformer_volumes.py"
CROP = (16, 28, 28)  # depth, height, width of what the transformer returns
SETTINGS = (
    "model data num_train epochs batch_size learning_rate volume_size depth "
    "max_angle seed strategy jit"
).split()
NUM_TRAIN = {"sklearn": 1437, "mnist": 20_000}
TEST_SEED = 2**31 + 1


def build_model(args):
    """The classifier, and what its transformer returns (or None)."""
    volume = keras.Input((args.volume_size,) * 3 + (1,), name="volume")
    x, warp_model = volume, None
    if args.model == "st_cnn":
        outputs = keras_dl4.layers.SpatialTransformer(
            keras_dl4.transforms.Affine(rank=3),
            localization(),
            output_size=CROP,
            return_params=True,
            return_grid=True,
        )(volume)
        warp_model = keras.Model(volume, outputs)
        x = outputs[0]
    x = ops.mean(x, axis=1)  # along the depth
    for filters, size in ((16, 5), (32, 5)):
        x = layers.Conv2D(filters, size, activation="relu")(x)
        x = layers.MaxPooling2D(2)(x)
    logits = layers.Dense(10, name="logits")(layers.Flatten()(x))
    return keras.Model(volume, logits, name=args.model), warp_model


def localization():
    return keras.Sequential(
        [
            layers.AveragePooling3D(2),
            layers.Conv3D(16, 5, strides=2, activation="relu"),
            layers.Conv3D(32, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(32, activation="relu"),
            keras_dl4.layers.TransformRegressor(
                keras_dl4.transforms.Affine(rank=3)
            ),
        ]
    )


def make_data(args):
    (x, y), test = datasets.load_digits(args.data, args.data_dir)
    options = {
        "volume_size": args.volume_size,
        "depth": args.depth,
        "max_angle": args.max_angle,
        "batch_size": args.batch_size,
    }
    train = datasets.ExtrudedDigits(
        x[: args.num_train],
        y[: args.num_train],
        seed=args.seed,
        drop_remainder=True,
        **options,
    )
    test = datasets.ExtrudedDigits(
        *test,
        seed=TEST_SEED,
        num_examples=args.num_tests,
        fixed_epoch=True,
        **options,
    )
    return train, test


def train(args, model, data, recorder, placement):
    num_steps = args.epochs * len(data)
    rate = keras.optimizers.schedules.CosineDecay(
        args.learning_rate, num_steps, alpha=0.01
    )
    model.compile(
        keras.optimizers.Adam(rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=placement.jit_compile,
    )
    backup = AtomicBackup(args.out / "backup.weights.h5")
    epoch = 0
    if args.resume:
        epoch = backup.restore(model, len(data))
        recorder.resume(epoch)
        print(f"Going on after epoch {epoch} of {args.epochs}.", flush=True)
    model.fit(
        data,
        epochs=args.epochs,
        initial_epoch=epoch,
        shuffle=False,
        verbose=args.verbose,
        callbacks=[
            keras.callbacks.TerminateOnNaN(raise_error=True),
            keras.callbacks.LambdaCallback(
                on_epoch_begin=lambda epoch, logs: setattr(data, "epoch", epoch)
            ),
            recorder,
            backup,
        ],
    )


def draw(args, warp_model, record, volumes):
    """Learning curve, and volumes beside what is made of them, as sums."""
    curves = {
        f"{args.model}, training": (
            [args.num_train * point["epoch"] for point in record["curve"]],
            [100 * (1 - point["accuracy"]) for point in record["curve"]],
        )
    }
    figure = keras_dl4.figures.plot_learning_curves(curves, ylabel="Error (%)")
    figure.axes[0].set_xlabel("Training volumes (thousands)")
    figure.savefig(args.out / "learning_curve.png", dpi=150)
    if warp_model is None:
        return
    warped, _, grids = warp_model.predict(volumes, verbose=0)
    # The middle slice of the output, where its x and y lie in the input.
    slices = grids[:, grids.shape[1] // 2, ..., :2]
    keras_dl4.figures.plot_warps(
        volumes.mean(axis=1), warped.mean(axis=1), slices
    ).savefig(args.out / "warps.png", dpi=150)


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--model", choices=("cnn", "st_cnn"), default="st_cnn")
    add("--data", choices=NUM_TRAIN, default="sklearn")
    add("--data-dir", help="folder of mnist.npz (default: KERAS_DL4_DATA)")
    add("--num-train", type=int, help="digits")
    add("--num-tests", type=int, default=720)
    add("--epochs", type=int, default=15)
    add("--batch-size", type=int, default=32)
    add("--learning-rate", type=float, default=1e-3)
    add("--volume-size", type=int, default=32)
    add("--depth", type=int, default=12)
    add("--max-angle", type=float, default=45.0)
    add("--seed", type=int, default=0)
    add("--out", help="folder of the run (default: runs/volumes_<model>)")
    one_of = parser.add_mutually_exclusive_group().add_argument
    one_of("--resume", action="store_true", help="go on with the run in --out")
    one_of("--overwrite", action="store_true", help="replace the run in --out")
    add("--verbose", type=int, choices=(0, 1, 2), default=1)
    keras_dl4.distribute.add_arguments(parser)
    args = parser.parse_args(argv)
    args.out = pathlib.Path(args.out or f"runs/volumes_{args.model}")
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
    data, test = make_data(args)
    with placement.scope():
        model, warp_model = build_model(args)
    recorder = RunRecorder(
        args.out / "result.json",
        {name: vars(args)[name] for name in SETTINGS},
        command=f"{NAME} {shlex.join(argv or sys.argv[1:])}",
    )
    train(args, model, data, recorder, placement)
    accuracy = model.evaluate(test, verbose=0, return_dict=True)["accuracy"]
    results = {"test_error": 100.0 * (1.0 - accuracy)}
    recorder.add(num_params=model.count_params(), **results)
    few = np.arange(min(8, args.num_tests))
    draw(args, warp_model, recorder.record, test.draw(few)["image"])
    print(
        f"\n{args.model}: {results['test_error']:.2f} % error on "
        f"{args.num_tests} test volumes of {args.data}, with "
        f"{model.count_params():,} parameters.\n"
        f"{recorder.record['minutes']:.1f} minutes of training. "
        f"See {args.out}/"
    )
    return results


if __name__ == "__main__":
    main()
