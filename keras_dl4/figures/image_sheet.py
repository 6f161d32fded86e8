"""Images with colored words below: what the sheets of them have in common."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox
from matplotlib.offsetbox import HPacker
from matplotlib.offsetbox import TextArea
from matplotlib.offsetbox import VPacker

from keras_dl4.figures.image_mosaic import to_colors

# Inches: an image, a line of text, and a character of it.
_IMAGE, _LINE, _CHARACTER = 1.1, 0.16, 0.065


def draw_image_sheet(images, lines, columns=None, title=None):
    """Draws images, and below each its lines of words in colors.

    Args:
        images: Array `(number, height, width, channels)`.
        lines: List for each image of lines, each a list of pairs `(text,
            color)`, which are written one after another.
        columns: Int >= 1, or `None` for about a square. Defaults to `None`.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure` with an axes for each image.

    Raises:
        ValueError: If `columns` is no positive int.
    """
    if columns is None:
        columns = int(np.ceil(np.sqrt(len(images))))
    if not isinstance(columns, int) or columns < 1:
        raise ValueError(
            "`columns` must be a number of images, at least 1. Received: "
            f"columns={columns!r}. Leave it out for a square."
        )
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    longest = max(
        sum(len(text) + 1 for text, _ in line)
        for each in lines
        for line in each
    )
    below = _LINE * max(map(len, lines)) + 0.1
    width = max(_IMAGE, _CHARACTER * longest) + 0.2
    height = _IMAGE + below + 0.1
    top = 0.35 if title is not None else 0.0
    size = np.array([columns * width, rows * height + top])
    figure = Figure(figsize=size, dpi=120)
    colors = to_colors(images, images.min(), images.max())
    for number, (image, text) in enumerate(zip(colors, lines, strict=True)):
        row, column = divmod(number, columns)
        corner = (
            column * width + (width - _IMAGE) / 2,
            (rows - 1 - row) * height + below,
        )
        axes = figure.add_axes((*(corner / size), *(_IMAGE / size)))
        axes.imshow(image, interpolation="nearest")
        axes.set_axis_off()
        _write(axes, text)
    if title is not None:
        figure.suptitle(title, fontsize=11, parse_math=False)
    return figure


def _write(axes, lines):
    """Lines of colored words, centered below an image."""
    packed = [
        HPacker(
            children=[
                TextArea(
                    text,
                    textprops={
                        "color": color,
                        "fontsize": 8,
                        "parse_math": False,
                    },
                )
                for text, color in line
            ],
            pad=0,
            sep=3,
        )
        for line in lines
    ]
    box = VPacker(children=packed, align="center", pad=0, sep=2)
    axes.add_artist(
        AnnotationBbox(
            box,
            (0.5, -0.04),
            xycoords="axes fraction",
            box_alignment=(0.5, 1.0),
            frameon=False,
            annotation_clip=False,
            pad=0,
        )
    )
