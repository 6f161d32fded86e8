"""What tensorflow-addons' image functions give, in float64.

The package does not import under TensorFlow 2.16 or later: its types name a
Keras class that is gone. Its image functions are plain TensorFlow, though.
They are imported beside stubs of the packages around them, without running
the package's own `__init__`.
"""

import contextlib
import functools
import importlib
import importlib.metadata
import importlib.util
import itertools
import pathlib
import sys
import types
import typing

import numpy as np

from tests.parity.case import CaseList
from tests.parity.spline_points import COUNTS
from tests.parity.spline_points import NUM_QUERIES
from tests.parity.spline_points import add_spline_points

PACKAGE = "tensorflow_addons"
# In this order: the sparse warp uses the two before it.
MODULES = {
    "dense_image_warp": "dense_image_warp",
    "interpolate_spline": "interpolate_spline",
    "sparse_image_warp": "sparse_image_warp",
    "transform_ops": "transform",
}
# Regularization weights by order. For 1 and 4 the kernel has the other sign, so
# that larger weights can bring the system near a singular one.
SPLINE_WEIGHTS = {
    1: (0.0, 0.01),
    2: (0.0, 0.01, 1.0),
    3: (0.0, 0.01, 1.0),
    4: (0.0,),
}
TYPE_NAMES = ("TensorLike", "FloatTensorLike")


def available():
    names = ("tensorflow", PACKAGE)
    return all(importlib.util.find_spec(name) for name in names)


def versions():
    names = ("tensorflow-addons", "tensorflow", "tensorflow-cpu")
    found = {}
    for name in names:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


@contextlib.contextmanager
def stubs():
    """Packages that find their modules, but run nothing of their own."""
    (root,) = importlib.util.find_spec(PACKAGE).submodule_search_locations
    before = set(sys.modules)
    for name in (PACKAGE, f"{PACKAGE}.image", f"{PACKAGE}.utils"):
        package = types.ModuleType(name)
        folder = pathlib.Path(root).parent.joinpath(*name.split("."))
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    stub = types.ModuleType(f"{PACKAGE}.utils.types")
    for name in TYPE_NAMES:
        setattr(stub, name, typing.Any)
    sys.modules[stub.__name__] = sys.modules[f"{PACKAGE}.utils"].types = stub
    try:
        yield
    finally:
        # A later import of the real package should fail as it would without.
        for name in set(sys.modules) - before:
            if name.split(".")[0] == PACKAGE:
                del sys.modules[name]


@functools.cache
def functions():
    """Functions of `tensorflow_addons.image`, by name."""
    found = {}
    with stubs():
        image = sys.modules[f"{PACKAGE}.image"]
        for module, name in MODULES.items():
            module = importlib.import_module(f"{PACKAGE}.image.{module}")
            found[name] = getattr(module, name)
            # Its own `__init__` puts functions in place of their modules.
            setattr(image, name, found[name])
    return found


def cases(seed):
    """Every case, with inputs drawn from a seed."""
    rng = np.random.default_rng(seed)
    listed = CaseList()
    add_dense_warps(listed, rng)
    for rank in COUNTS:
        add_splines(listed, rng, rank)
    add_sparse_warps(listed, rng)
    add_transforms(listed, rng)
    return listed.cases


def add_dense_warps(listed, rng):
    for size in ((6, 7), (2, 9)):
        label = "x".join(map(str, size))
        shape = (2, *size, 3)
        images = listed.array(f"images_{label}", rng.normal(size=shape))
        weights = listed.array(f"weights_{label}", rng.normal(size=shape))
        # Odd multiples of 1/64 keep off the kinks, at whole pixels.
        steps = 2 * rng.integers(-640, 640, (2, *size, 2)) + 1
        # The flows of the first image stay within two pixels.
        steps[0] = (steps[0] + 128) % 256 - 128
        flow = listed.array(f"flow_{label}", steps / 64)
        listed.add(
            f"dense-{label}",
            "dense_image_warp",
            "dense_image_warp",
            [images, flow],
            weights,
        )
        whole = listed.array(f"whole_{label}", np.floor(steps / 64))
        none = listed.array(f"none_{label}", np.zeros((2, *size, 2)))
        # No gradients: each side has its own at a kink.
        for name in (whole, none):
            listed.add(
                f"dense-{name}",
                "dense_image_warp",
                "dense_image_warp",
                [images, name],
            )


def add_splines(listed, rng, rank):
    inputs = add_spline_points(listed, rng, rank)
    shape = (2, NUM_QUERIES, 2)
    weights = listed.array(f"spline_weights_{rank}", rng.normal(size=shape))
    for order, its_weights in SPLINE_WEIGHTS.items():
        if (rank, order) == (3, 4):
            continue  # Ill-conditioned with as few points.
        for weight in its_weights:
            listed.add(
                f"spline-{rank}-order_{order}-weight_{weight}",
                f"interpolate_spline, order {order}",
                "addons_interpolate_spline",
                inputs,
                weights,
                order=order,
                regularization_weight=weight,
            )


def add_sparse_warps(listed, rng):
    size = (6, 7)
    shape = (2, *size, 2)
    images = listed.array("images_sparse", rng.normal(size=shape))
    near = np.array([[1.0, 1.0], [1.0, 5.0], [4.0, 1.0], [4.0, 5.0], [3, 3]])
    signs = rng.choice([-1, 1], (2, *near.shape))
    moves = rng.uniform(0.1, 0.25, (2, 2, *near.shape)) * signs
    source = listed.array("source", near + moves[0])
    destination = listed.array("destination", near + moves[1])
    # Images and flow stand side by side.
    weights = rng.normal(size=(2, *size, 4))
    free = listed.array("sparse_weights", weights)
    # Where the flow is pinned to zero, whole pixels are kinks.
    weights[:, [0, -1], :, :2] = weights[:, :, [0, -1], :2] = 0.0
    pinned = listed.array("sparse_weights_pinned", weights)
    for order, (weight, num_boundary_points) in itertools.product(
        (1, 2, 3), ((0.0, 0), (0.0, 1), (0.0, 2), (0.1, 0), (0.1, 2))
    ):
        listed.add(
            f"sparse-order_{order}-weight_{weight}"
            f"-boundary_{num_boundary_points}",
            f"sparse_image_warp, order {order}",
            "addons_sparse_image_warp",
            [images, source, destination],
            pinned if num_boundary_points else free,
            interpolation_order=order,
            regularization_weight=weight,
            num_boundary_points=num_boundary_points,
        )


def add_transforms(listed, rng):
    """Projective transforms of pixels; their gradients are not defined."""
    images = listed.array("images_transform", rng.normal(size=(2, 6, 7, 2)))
    matrices = np.eye(3) + rng.normal(0, 1, (2, 3, 3)) * [
        [0.2, 0.2, 2.0],
        [0.2, 0.2, 2.0],
        [0.02, 0.02, 0.0],
    ]
    name = listed.array("matrices", matrices)
    for fill_mode in ("constant", "nearest", "reflect"):
        for fill_value in (0.0, 0.5) if fill_mode == "constant" else (0.0,):
            listed.add(
                f"transform-{fill_mode}-{fill_value}",
                "transform",
                "transform_pixels",
                [images, name],
                fill_mode=fill_mode,
                fill_value=fill_value,
                output_shape=[5, 8],
            )


def answer(case, dtype="float64"):
    """Value, and gradients by position of the input, of a case."""
    import tensorflow as tf

    inputs = [tf.constant(value, dtype) for value in case.values]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        value = FUNCTIONS[case.function](*inputs, **case.settings)
    if case.weights is None:
        return {"value": value.numpy()}
    weights = tf.constant(case.weights, dtype)
    gradients = tape.gradient(value, inputs, output_gradients=weights)
    parts = {f"gradient_{i}": g.numpy() for i, g in enumerate(gradients)}
    return {"value": value.numpy()} | parts


def dense_image_warp(images, flow):
    return functions()["dense_image_warp"](images, flow)


def interpolate_spline(*points, **settings):
    return functions()["interpolate_spline"](*points, **settings)


def sparse_image_warp(*inputs, **settings):
    import tensorflow as tf

    warp = functions()["sparse_image_warp"]
    return tf.concat(warp(*inputs, **settings), -1)


def transform_pixels(images, matrices, fill_mode, fill_value, output_shape):
    import tensorflow as tf

    return functions()["transform"](
        images,
        tf.cast(tf.reshape(matrices, (-1, 9))[:, :8], tf.float32),
        interpolation="bilinear",
        fill_mode=fill_mode,
        fill_value=fill_value,
        output_shape=output_shape,
    )


FUNCTIONS = {
    "dense_image_warp": dense_image_warp,
    "addons_interpolate_spline": interpolate_spline,
    "addons_sparse_image_warp": sparse_image_warp,
    "transform_pixels": transform_pixels,
}
