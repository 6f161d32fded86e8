"""Digits and pieces of digits on an empty canvas, without resampling."""

import numpy as np


def draw_clutter(streams, num_examples, num_images, size, canvas_size, clutter):
    """Draws the place of a digit, and pieces of other digits around it.

    Args:
        streams: Iterator of `numpy.random.Generator`.
        num_examples: Int, how many rows to draw.
        num_images: Int, how many digits there are.
        size: Tuple `(height, width)` of a digit.
        canvas_size: Int, height and width of the canvas.
        clutter: Tuple `(num_patches, patch_size)`.

    Returns:
        Dictionary: `"corner"`, `(num_examples, 2)`, where the upper left pixel
        of the digit goes as (row, column); and, for each piece, `"other"`,
        which digit it is from, counted from the next one on, `"from"`, where
        it is cut out, and `"to"`, where it goes.
    """
    num_patches, patch_size = clutter
    shape = (num_examples, num_patches)

    def places(limits, shape):
        # One generator for both would make the rows depend on their number.
        return np.stack(
            [next(streams).integers(0, limit + 1, shape) for limit in limits],
            axis=-1,
        )

    return {
        "corner": places([canvas_size - side for side in size], num_examples),
        "other": next(streams).integers(1, max(num_images, 2), shape),
        "from": places([side - patch_size for side in size], shape),
        "to": places([canvas_size - patch_size] * 2, shape),
    }


def paste(images, parameters, canvas_size, patch_size):
    """Puts digits and pieces on canvases; the brighter pixel wins.

    Args:
        images: Float32 array `(num_images, height, width)`, all digits.
        parameters: Those of `draw_clutter`, and `"source"`.
        canvas_size: Int, height and width of the canvas.
        patch_size: Int, height and width of a piece.

    Returns:
        Dictionary of the image and what is known about it, see
        `ClutteredDigits`.
    """
    source, corner = parameters["source"], parameters["corner"]
    digits = images[source]
    count = len(source)
    canvas = np.zeros((count, canvas_size, canvas_size), "float32")
    canvas[window(np.arange(count), corner, digits.shape[1:])] = digits

    others = (source[:, None] + parameters["other"]) % len(images)
    piece_size = (patch_size, patch_size)
    for piece in range(others.shape[1]):
        cut = images[
            window(others[:, piece], parameters["from"][:, piece], piece_size)
        ]
        # Each canvas once in an index, so that no piece gets lost.
        place = window(np.arange(count), parameters["to"][:, piece], piece_size)
        canvas[place] = np.maximum(canvas[place], cut)

    patches = np.concatenate(
        [others[..., None], parameters["from"], parameters["to"]], axis=-1
    )
    return {
        "image": canvas,
        "transform": translations(corner, canvas_size, digits.shape[1:]),
        "box": boxes(corner, digits.shape[1:]),
        "ink_box": ink_boxes(corner, digits),
        "patches": patches.astype("int32"),
    }


def window(index, corners, size):
    """Index of the pixels of `size` from the corners on, in given images."""
    rows = corners[:, 0, None] + np.arange(size[0])
    columns = corners[:, 1, None] + np.arange(size[1])
    return index[:, None, None], rows[:, :, None], columns[:, None, :]


def translations(corners, canvas_size, size):
    """Affine transforms `(n, 2, 3)`, target to source, of a placed digit."""
    transform = np.zeros((len(corners), 2, 3), "float32")
    for row, side, corner in ((0, size[1], 1), (1, size[0], 0)):
        transform[:, row, row] = canvas_size / side
        offset = canvas_size - side - 2.0 * corners[:, corner]
        transform[:, row, 2] = offset / side
    return transform


def boxes(corners, size):
    """Frames `(n, 4)`: x_min, y_min, x_max, y_max, edges in pixels."""
    start = corners[:, ::-1]
    stop = start + np.array(size[::-1])
    return np.concatenate([start, stop], axis=1).astype("float32")


def ink_boxes(corners, digits):
    """Smallest boxes around the pixels that are not zero, as `boxes`."""
    edges = []
    for axis in (1, 2):  # over rows: the columns that have ink, and reverse
        has_ink = (digits > 0.0).any(axis=axis)
        start = corners[:, 2 - axis]
        edges.append(start + has_ink.argmax(axis=1))
        last = has_ink.shape[1] - has_ink[:, ::-1].argmax(axis=1)
        edges.append(start + last)
    x_min, x_max, y_min, y_max = edges
    return np.stack([x_min, y_min, x_max, y_max], axis=1).astype("float32")
