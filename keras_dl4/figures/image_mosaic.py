"""Many images in one picture: what the figures of images have in common."""

import numpy as np
from matplotlib.figure import Figure

_GROUND = 0.75  # gray between the images and where there is none
_GAP = 1  # pixels between two images
_TILE = 0.7  # inches, of the longer side of an image
_LARGEST = 12.0  # inches, of the longer side of all of them
_LABELS = 1.2  # inches, for the labels of rows, unless they are long
_CHARACTER = 0.075  # inches, of a label
_FRAME = 2  # pixels around an image that is right or wrong
RIGHT, WRONG = (0.0, 0.62, 0.45), (0.84, 0.37, 0.0)  # of Okabe and Ito


def as_images(name, images, leading="batch"):
    """Checks images and gives them channels.

    Args:
        name: String, what the caller calls them.
        images: Array or tensor of shape `(<leading>, height, width)`, or with
            1 or 3 channels at the end.
        leading: String, names of the axes before the height. Defaults to
            `"batch"`.

    Returns:
        Float64 array with a last axis of 1 or 3 channels.

    Raises:
        ValueError: If the shape is another, or there is no image.
    """
    array = np.asarray(images)
    rank = leading.count(",") + 3
    if array.ndim == rank:
        array = array[..., np.newaxis]
    if (
        array.ndim != rank + 1
        or array.shape[-1] not in (1, 3)
        or not array.size
    ):
        raise ValueError(
            f"`{name}` must have the shape ({leading}, height, width), or "
            f"({leading}, height, width, channels) with 1 or 3 channels, and "
            f"at least one image. Received: {name} of shape "
            f"{np.shape(images)}. Reshape flat vectors, and add or move axes "
            "to fit."
        )
    return array.astype("float64")


def to_colors(images, low, high):
    """Colors of images `(..., channels)`: black at `low`, white at `high`."""
    span = (high - low) or 1.0
    colors = np.clip(np.nan_to_num((images - low) / span), 0.0, 1.0)
    return np.broadcast_to(colors, (*images.shape[:-1], 3))


def to_signed_colors(images):
    """Colors of images `(..., height, width, channels)` around middle gray.

    Middle gray is 0. Each image has a scale of its own, up to its largest
    magnitude.
    """
    largest = np.abs(images).max(axis=(-3, -2, -1), keepdims=True)
    return to_colors(images / np.where(largest > 0.0, largest, 1.0), -1.0, 1.0)


def in_rows(tiles, columns=None):
    """Breaks `(batch, ...)` into `(rows, columns, ...)`, NaN where it ends.

    Args:
        tiles: Float array.
        columns: Int >= 1, or `None` for a square. Defaults to `None`.

    Returns:
        Array with one more axis.

    Raises:
        ValueError: If `columns` is no positive int.
    """
    if columns is None:
        columns = int(np.ceil(np.sqrt(len(tiles))))
    if not isinstance(columns, int) or columns < 1:
        raise ValueError(
            "`columns` must be a number of images, at least 1. Received: "
            f"columns={columns!r}. Leave it out for a square."
        )
    columns = min(columns, len(tiles))
    missing = -len(tiles) % columns
    ends = [(0, missing)] + [(0, 0)] * (tiles.ndim - 1)
    padded = np.pad(tiles, ends, constant_values=np.nan)
    return padded.reshape(-1, columns, *tiles.shape[1:])


def framed(tiles, is_right=None):
    """Puts a frame around images: green if right, else red; or a gray one.

    Args:
        tiles: Array `(rows, columns, height, width, 3)`, colors from 0 to 1.
        is_right: Boolean array `(rows, columns)`, or `None` for gray frames.
            Defaults to `None`.

    Returns:
        Array `(rows, columns, height + 4, width + 4, 3)`.
    """
    rows, columns, height, width, _ = tiles.shape
    frame = 2 * _FRAME
    colors = np.full((rows, columns, height + frame, width + frame, 3), _GROUND)
    if is_right is not None:
        chosen = np.where(np.asarray(is_right)[..., np.newaxis], RIGHT, WRONG)
        colors[:] = chosen[:, :, np.newaxis, np.newaxis]
    colors[:, :, _FRAME:-_FRAME, _FRAME:-_FRAME] = tiles
    return colors


def draw_mosaic(tiles, *, row_labels=None, column_labels=None, title=None):
    """Draws images side by side, as one picture.

    Args:
        tiles: Array of shape `(rows, columns, height, width, 3)`, colors from
            0 to 1; NaN is drawn as the ground.
        row_labels: List of strings, one for each row. Defaults to `None`.
        column_labels: List of strings, one for each column, below. Defaults
            to `None`.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure` with one `Axes`.
    """
    rows, columns, height, width, _ = tiles.shape
    down, across = height + _GAP, width + _GAP
    picture = np.full((rows, down, columns, across, 3), _GROUND)
    inside = np.nan_to_num(tiles, nan=_GROUND).transpose(0, 2, 1, 3, 4)
    picture[:, :height, :, :width] = inside
    picture = picture.reshape(rows * down, columns * across, 3)
    picture = picture[:-_GAP, :-_GAP]
    inches = np.array([columns * width, rows * height], "float64")
    inches *= _TILE / max(height, width)
    inches *= min(1.0, _LARGEST / inches.max())
    labels = 0.0
    if row_labels is not None:
        labels = max(_LABELS, _CHARACTER * max(map(len, row_labels)))
    figure = Figure(
        figsize=(
            inches[0] + 0.2 + labels,
            inches[1]
            + 0.2
            + 0.4 * (column_labels is not None)
            + 0.3 * (title is not None),
        ),
        dpi=120,
        layout="compressed",
    )
    axes = figure.add_subplot()
    axes.imshow(picture, interpolation="nearest")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelsize=9)
    axes.set_yticks(
        [] if row_labels is None else height / 2 - 0.5 + down * np.arange(rows),
        row_labels,
    )
    axes.set_xticks(
        []
        if column_labels is None
        else width / 2 - 0.5 + across * np.arange(columns),
        column_labels,
    )
    if title is not None:
        axes.set_title(title, fontsize=11)
    return figure
