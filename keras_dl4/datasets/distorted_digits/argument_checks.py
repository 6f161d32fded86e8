"""Checks of what the distortions are given."""

import math
import numbers

import numpy as np


def check_integer(name, value, minimum, maximum=None):
    """Returns `value` as an int, or says what is wrong with it."""
    is_integer = isinstance(value, numbers.Integral)
    if (
        not is_integer
        or isinstance(value, bool)
        or value < minimum
        or (maximum is not None and value > maximum)
    ):
        upper = "" if maximum is None else f" and <= {maximum}"
        raise ValueError(
            f"`{name}` must be an integer >= {minimum}{upper}. "
            f"Received: {name}={value!r} (of type {type(value).__name__}). "
            f"Pass a whole number, for example `{name}={minimum}`."
        )
    return int(value)


def check_indices(indices, num_examples):
    """Returns `indices` as an array of ints from 0 to `num_examples - 1`."""
    indices = np.asarray(indices)
    is_list = indices.ndim == 1 and indices.dtype.kind in "iu"
    if not is_list or not indices.size:
        raise ValueError(
            "`indices` must be a sequence of at least one integer. "
            f"Received: indices={indices!r}."
        )
    check_integer("indices", indices.min(), 0)
    check_integer("indices", indices.max(), 0, num_examples - 1)
    return indices


def check_number(name, value, minimum, maximum):
    """Returns `value` as a float, or says what is wrong with it."""
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number or not minimum <= value <= maximum:
        raise ValueError(
            f"`{name}` must be a number from {minimum} to {maximum}. "
            f"Received: {name}={value!r}."
        )
    return float(value)


def check_scale_range(name, value):
    """Returns the smallest and the largest scale as a tuple of two floats."""
    low, high = check_pair(name, value, "(0.7, 1.2)")
    low = check_number(f"{name}[0]", low, 0.01, 100.0)
    return low, check_number(f"{name}[1]", high, low, 100.0)


def check_pair(name, value, example):
    """Returns `value` if it is a tuple or list of two."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise ValueError(
            f"`{name}` must be a tuple of two numbers. Received: "
            f"{name}={value!r}. Use for example `{name}={example}`."
        )
    return value


def check_images(images):
    """Returns images as a float32 array `(n, height, width)`."""
    images = np.asarray(images)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if images.ndim != 3 or not images.size:
        raise ValueError(
            "`images` must be of shape (num_images, height, width) or "
            "(num_images, height, width, 1). Received: shape "
            f"{images.shape}. Pass one channel, and at least one image."
        )
    if images.dtype.kind != "f":
        raise ValueError(
            "`images` must be floats from 0 to 1. Received: dtype "
            f"{images.dtype}. Use `images.astype('float32') / 255`."
        )
    if not np.isfinite(images).all():
        raise ValueError(
            "`images` must be finite. Received: NaN or infinite pixels. "
            "Look for the images where `np.isfinite` is false."
        )
    low, high = images.min(), images.max()
    if low < 0.0 or high > 1.0:
        raise ValueError(
            "`images` must be floats from 0 to 1. Received: pixels from "
            f"{low} to {high}. Use `(images - images.min()) / "
            "np.ptp(images)`, or for bytes `images / 255`."
        )
    return images.astype("float32", copy=False)


def check_labels(labels, num_images):
    """Returns labels as an int32 array `(n,)`."""
    labels = np.asarray(labels)
    if labels.shape != (num_images,) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"`labels` must be integers of shape ({num_images},), one for "
            f"each image. Received: shape {labels.shape}, dtype "
            f"{labels.dtype}. One-hot labels need `labels.argmax(-1)`."
        )
    limits = np.iinfo("int32")
    if labels.min() < limits.min or labels.max() > limits.max:
        raise ValueError(
            "`labels` must fit into 32 bits. Received: labels from "
            f"{labels.min()} to {labels.max()}. Number the classes from 0 on."
        )
    return labels.astype("int32")


def check_canvas_size(canvas_size, image_size, scale=1.0):
    """Returns `canvas_size` as an int; the scaled images fit into it."""
    canvas_size = check_integer("canvas_size", canvas_size, 1)
    needed = math.ceil(scale * max(image_size) - 1e-9)
    if canvas_size < needed:
        raise ValueError(
            "The digits must fit into the canvas. Received: canvas_size="
            f"{canvas_size}, digits of {image_size} pixels, scaled by up to "
            f"{scale}. Use `canvas_size={needed}` or more."
        )
    return canvas_size


def check_clutter(num_patches, patch_size, images):
    """Returns `(num_patches, patch_size)` as ints."""
    num_patches = check_integer("num_patches", num_patches, 0)
    limit = min(images.shape[1:])
    patch_size = check_integer("patch_size", patch_size, 1, limit)
    if num_patches and len(images) < 2:
        raise ValueError(
            "Clutter is cut out of other digits. Received: num_patches="
            f"{num_patches} and a single image. Pass more images, or "
            "`num_patches=0`."
        )
    return num_patches, patch_size
