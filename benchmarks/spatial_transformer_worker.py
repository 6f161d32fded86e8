"""One library's side of `spatial_transformer.py`, which starts this script.

Reads one JSON request a line from the standard input and answers each with one
JSON line: "prepare" builds, compiles and runs a step once, "time" times it,
"clear" forgets all. Its argument names the framework of the process.

A step warps a batch of images by affine parameters near the identity, and
returns the result beside the gradients that are asked for.
"""

import contextlib
import functools
import importlib
import importlib.metadata
import importlib.util
import itertools
import json
import os
import pathlib
import sys
import time
import types
import typing

import numpy as np

NAMES = ("tensorflow keras jax torch kornia tensorflow_addons pythae").split()


def arrays(shape):
    """Images, parameters and an upstream gradient, the same for all."""
    rng = np.random.default_rng(0)
    images, upstream = rng.normal(size=(2, *shape)).astype("float32")
    noise = 0.1 * rng.normal(size=(shape[0], 2, 3))
    return images, (np.eye(2, 3) + noise).astype("float32"), upstream


def keras_warp(library):
    """A function of images and parameters from tensors of Keras' backend."""
    from keras import ops

    from keras_dl4.ops import affine_grid
    from keras_dl4.ops import grid_sample

    def warp(images, theta):
        batch, height, width, channels = images.shape
        grid = affine_grid(theta, (height, width))
        if library == "keras_dl4":
            return grid_sample(images, grid)
        x = (grid[..., 0] * width + width - 1) / 2
        y = (grid[..., 1] * height + height - 1) / 2
        if library == "tensorflow_addons":
            rows, columns = np.indices((height, width), dtype="float32")
            flow = ops.stack([rows - y, columns - x], axis=-1)
            return addons_function()(images, flow)
        numbers = np.indices((batch, channels), dtype="float32")
        places = [numbers[0][:, None, None], y[..., None], x[..., None]]
        places.append(numbers[1][:, None, None])
        places = [ops.broadcast_to(p, images.shape) for p in places]
        return ops.image.map_coordinates(images, ops.stack(places), order=1)

    return warp


@functools.cache
def addons_function():
    """`dense_image_warp`, imported beside stubs of the packages around it.

    The package itself does not import under TensorFlow 2.16 or later.
    """
    package = "tensorflow_addons"
    spec = importlib.util.find_spec(package)
    root = pathlib.Path(spec.submodule_search_locations[0])
    for name in ("", ".image", ".utils"):
        stub = types.ModuleType(package + name)
        stub.__path__ = [str(root.joinpath(*name.split(".")))]
        sys.modules[package + name] = stub
    stub = types.ModuleType(f"{package}.utils.types")
    stub.TensorLike = stub.FloatTensorLike = typing.Any
    sys.modules[stub.__name__] = stub
    sys.modules[f"{package}.utils"].types = stub
    module = importlib.import_module(f"{package}.image.dense_image_warp")
    return module.dense_image_warp


def tensorflow_step(library, mode, what, shape):
    import tensorflow as tf

    warp = keras_warp(library)

    @tf.function(jit_compile=mode == "xla", autograph=False)
    def step(images, theta, upstream):
        watched = {"forward": [], "params": [theta], "image": [theta, images]}
        watched = watched[what]
        with tf.GradientTape() as tape:
            tape.watch(watched)
            warped = warp(images, theta)
        if not watched:
            return [warped]
        return [warped, *tape.gradient(warped, watched, upstream)]

    tensors = [tf.constant(a) for a in arrays(shape)]
    # Views, as the others return: `x.numpy()` would copy what was computed.
    return lambda: [np.asarray(memoryview(x)) for x in step(*tensors)]


def jax_step(library, mode, what, shape):
    import jax

    warp = keras_warp(library)
    count = {"forward": 0, "params": 1, "image": 2}[what]

    @jax.jit
    def step(images, theta, upstream):
        if not count:
            return [warp(images, theta)]
        warped, pull_back = jax.vjp(
            lambda *a: warp(*a) if count == 2 else warp(images, a[0]),
            *((images, theta)[2 - count :]),
        )
        return [warped, *pull_back(upstream)[::-1]]

    tensors = [jax.numpy.asarray(a) for a in arrays(shape)]
    return lambda: [np.asarray(x) for x in step(*tensors)]


def torch_step(library, mode, what, shape):
    import torch
    from torch.nn import functional

    images, theta, upstream = (torch.tensor(a) for a in arrays(shape))
    images, upstream = (
        t.movedim(-1, 1).contiguous() for t in (images, upstream)
    )
    watched = {"forward": [], "params": [theta], "image": [theta, images]}[what]
    for tensor in watched:
        tensor.requires_grad_()

    def grid_sample():
        grid = functional.affine_grid(theta, images.shape, align_corners=False)
        return functional.grid_sample(images, grid, align_corners=False)

    def warp_affine():
        from kornia.geometry.transform import warp_affine

        # Parameters in pixels, of the other direction: as much work.
        size = tuple(images.shape[2:])
        return warp_affine(images, theta, size, align_corners=False)

    warp = warp_affine if library == "kornia" else grid_sample

    def step():
        if not watched:
            with torch.no_grad():
                return [warp().numpy()]
        warped = warp()
        found = torch.autograd.grad(warped, watched, upstream)
        return [warped.detach().numpy(), *(x.numpy() for x in found)]

    return step


BUILDERS = {
    "tensorflow": tensorflow_step,
    "jax": jax_step,
    "torch": torch_step,
}


def check(library, found, shape):
    """Raises if a result is not finite, or images warp another way."""
    if not all(np.isfinite(x).all() for x in found):
        raise ArithmeticError(f"{library}: results are not finite.")
    images, theta, _ = arrays(shape)
    y, x = shape[1] // 2, shape[2] // 2
    at = [2 * x / shape[2] + 1 / shape[2] - 1, 2 * y / shape[1]]
    at[1] += 1 / shape[1] - 1
    source = theta[0] @ np.array([*at, 1.0])
    column, row = ((source + 1) * (shape[2], shape[1]) - 1) / 2
    i, j = int(np.floor(row)), int(np.floor(column))
    row, column = row - i, column - j
    left, right = images[0, i : i + 2, j], images[0, i : i + 2, j + 1]
    sides = (1 - column) * left + column * right
    expected = (1 - row) * sides[0] + row * sides[1]
    warped = np.moveaxis(found[0], 1, -1) if library == "torch" else found[0]
    if library != "kornia" and not np.allclose(
        warped[0, y, x], expected, atol=1e-3
    ):
        raise ArithmeticError(f"{library}: {warped[0, y, x]}, not {expected}.")


def limit_threads(framework, count):
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, allowed[:count])
    if framework == "torch":
        import torch

        torch.set_num_threads(count)


def build(framework, library, mode, what, shape):
    """A step, and a check of what it returns at first."""
    shape = tuple(shape)
    step = BUILDERS[framework](library, mode, what, shape)
    return step, lambda found: check(library, found, shape)


def serve(build, framework, count):
    """Does what the lines on the standard input ask for, one at a time.

    Args:
        build: Function from the framework and a setting to a step and a check.
        framework: String.
        count: Int, how many threads to use.
    """
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # What libraries print must not mix with the replies.

    def reply(**values):
        print(json.dumps(values), file=replies, flush=True)

    limit_threads(framework, count)
    versions = {}
    for name in NAMES:
        for distribution in (name, f"{name}_cpu"):
            with contextlib.suppress(importlib.metadata.PackageNotFoundError):
                versions[name] = importlib.metadata.version(distribution)
    reply(versions=versions)
    steps = {}
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "clear":
            steps.clear()
            reply()
            continue
        key = json.dumps(request["setting"])
        start = time.perf_counter()
        if request["do"] == "prepare":
            step, check_first = build(framework, *request["setting"])
            found = step()
            first = time.perf_counter() - start
            check_first(found)
            start = time.perf_counter()
            step()
            steps[key] = step
            seconds = time.perf_counter() - start
            reply(compile_s=first - seconds, step_s=seconds)
        else:
            times = [start]
            for _ in range(request["steps"]):
                steps[key]()
                times.append(time.perf_counter())
            reply(seconds=[b - a for a, b in itertools.pairwise(times)])


if __name__ == "__main__":
    serve(build, sys.argv[1], int(sys.argv[2]))
