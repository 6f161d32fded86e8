"""What a spatial transformer looks at, and what it makes of it."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

# Okabe and Ito: told apart with any color vision, also on gray images.
_COLORS = ("#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#D55E00", "#F0E442")
_PANEL = 1.5  # inches
_LARGEST_MARGIN = 0.5  # of the image's side, where a grid leaves the image


def plot_warps(
    images,
    warped,
    grids,
    *,
    control_points=None,
    labels=None,
    align_corners=False,
    title=None,
):
    """Plots images with the region that was sampled, above the warped images.

    Each column is one image. On the input stands the outline of the sampled
    region: the outermost grid points, a quadrilateral for linear transforms,
    curved for a thin plate spline. Its top edge is thick and its dot is the
    top left corner of the output, so that a turn or a flip can be seen. Parts
    outside of the image lie on the gray ground around it. Parallel
    transformers have a color and a row of outputs each.

    Args:
        images: Array or tensor of shape `(batch, height, width, channels)`:
            one channel is drawn gray, three as colors, others as their sum.
            All images share one brightness range.
        warped: What the transformer returned, of shape `(batch, out_height,
            out_width, channels)`; `(batch, transformers, out_height,
            out_width, channels)` for parallel ones.
        grids: The sampling grids, of shape `(batch, out_height, out_width,
            2)`; `(batch, transformers, out_height, out_width, 2)` for
            parallel ones. The last axis is `(x, y)` in [-1, 1], as in
            `keras_dl4.ops.grid_sample`. The outputs need not have its size.
        control_points: Points to draw on the inputs, of shape `(batch,
            points, 2)`, or `(batch, transformers, points, 2)`, in the
            coordinates of `grids`. Defaults to `None`.
        labels: List with a title for each column. Defaults to `None`.
        align_corners: Boolean, the convention of `grids`. Defaults to
            `False`.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure`. Its axes are the inputs from left to
        right, then each row of outputs.

    Raises:
        ValueError: If an array has the wrong rank, the numbers of images do
            not fit, or there is no image.

    Example:

    >>> images = np.random.default_rng(0).random((3, 8, 8, 1))
    >>> axis = np.linspace(-0.5, 0.5, 4)
    >>> grid = np.stack(np.meshgrid(axis, axis), axis=-1)
    >>> figure = plot_warps(images, images[:, 2:6, 2:6], np.stack([grid] * 3))
    >>> len(figure.axes)
    6

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          Figure 1 and Table 1 (right)
    """
    images, warped, grids, points = _checked_arrays(
        images, warped, grids, control_points, labels
    )
    batch, num_parallel = grids.shape[:2]
    rows = 1 + num_parallel
    figure = Figure(
        figsize=(
            _PANEL * batch + 0.2,
            _PANEL * rows + 0.2 + 0.3 * (title is not None),
        ),
        dpi=120,
        layout="constrained",
    )
    axes = figure.subplots(rows, batch, squeeze=False)
    size = images.shape[1:3]
    pixels = _pixels(grids, size, align_corners)
    dots = None if points is None else _pixels(points, size, align_corners)
    window = _window(pixels, size)
    for column in range(batch):
        _draw_image(axes[0, column], images[column], images)
        for index in range(num_parallel):
            color = _COLORS[index % len(_COLORS)]
            _draw_outline(axes[0, column], pixels[column, index], color)
            if dots is not None:
                axes[0, column].plot(
                    *dots[column, index].T, "o", color=color, markersize=2.5
                )
            lower = axes[1 + index, column]
            _draw_image(lower, warped[column, index], images)
            lower.spines[:].set_color(color)
            lower.spines[:].set_linewidth(1.5)
        axes[0, column].set(xlim=window[0], ylim=window[1])
        if labels is not None:
            axes[0, column].set_title(labels[column], fontsize=9)
    axes[0, 0].set_ylabel("Input", fontsize=9)
    for index in range(num_parallel):
        name = "Output" if num_parallel == 1 else f"Output {index + 1}"
        axes[1 + index, 0].set_ylabel(name, fontsize=9)
    if title is not None:
        figure.suptitle(title, fontsize=12)
    return figure


def plot_deformation(
    grid, *, image=None, num_lines=15, align_corners=False, title=None
):
    """Plots a sampling grid as a net of lines, on the image if it is given.

    It shows where the rows and columns of the output lie in the input: a
    straight net for an affine transform, a bent one for a thin plate spline
    or a dense flow. The rectangle is the border of the input.

    Args:
        grid: Array or tensor of shape `(out_height, out_width, 2)`, `(x, y)`
            in [-1, 1] on the last axis.
        image: Array or tensor of shape `(height, width, channels)`, the
            input, which is drawn behind the net. Defaults to `None`.
        num_lines: Int >= 2, the most lines to draw in each direction. Defaults
            to `15`.
        align_corners: Boolean, the convention of `grid`. Defaults to `False`.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If an array has the wrong rank, or `num_lines < 2`.

    Example:

    >>> axis = np.linspace(-1, 1, 28)
    >>> grid = np.stack(np.meshgrid(axis, axis), axis=-1)
    >>> bent = grid + 0.1 * np.sin(3.0 * grid[..., ::-1])
    >>> figure = plot_deformation(bent, num_lines=10)
    >>> len(figure.axes[0].lines)
    20
    """
    grid = _array("grid", grid, 3, "(out_height, out_width, 2)", last=2)
    if num_lines < 2:
        raise ValueError(
            "`num_lines` must be at least 2, the border of the net. Received: "
            f"num_lines={num_lines}. Leave it out for 15 lines."
        )
    figure = Figure(figsize=(4.0, 4.2), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    if image is None:
        size = grid.shape[:2]
        axes.set_facecolor("white")
        _frame(axes, size)
    else:
        image = _array("image", image, 3, "(height, width, channels)")
        size = image.shape[:2]
        _draw_image(axes, image, image)
    pixels = _pixels(grid, size, align_corners)
    for net in (pixels, pixels.swapaxes(0, 1)):
        chosen = np.linspace(0, len(net) - 1, min(num_lines, len(net)))
        for line in net[np.round(chosen).astype(int)]:
            axes.plot(*line.T, color=_COLORS[0], linewidth=0.8)
    xlim, ylim = _window(pixels[np.newaxis, np.newaxis], size)
    axes.set(xlim=xlim, ylim=ylim, xticks=[], yticks=[], aspect="equal")
    if title is not None:
        axes.set_title(title, fontsize=11)
    return figure


def _checked_arrays(images, warped, grids, points, labels):
    images = _array("images", images, 4, "(batch, height, width, channels)")
    parallel = np.ndim(grids) == 5
    extra, more = int(parallel), "transformers, " if parallel else ""
    shape = f"(batch, {more}out_height, out_width, "
    arrays = {
        "warped": _array("warped", warped, 4 + extra, f"{shape}channels)"),
        "grids": _array("grids", grids, 4 + extra, f"{shape}2)", last=2),
    }
    if points is not None:
        shape = f"(batch, {more}points, 2)"
        arrays["control_points"] = _array(
            "control_points", points, 3 + extra, shape, last=2
        )
    lengths = {name: len(array) for name, array in arrays.items()}
    lengths |= {} if labels is None else {"labels": len(labels)}
    numbers = {array.shape[1] for array in arrays.values()} if parallel else {1}
    if {len(images)} != set(lengths.values()) or len(numbers) > 1:
        raise ValueError(
            "Every array needs one entry for each image and each transformer. "
            f"Received: {len(images)} images, {lengths}; transformers: "
            f"{sorted(numbers)}. Take them from one call of the layer."
        )
    if not len(images):
        raise ValueError(
            "`images` must hold at least one image. Received: shape "
            f"{images.shape}. Pass a few of a batch: `images[:8]`."
        )
    if not parallel:
        arrays = {name: array[:, None] for name, array in arrays.items()}
    values = (*arrays.values(), None)
    return images, *values[:3]


def _array(name, values, rank, shape, last=None):
    values = np.asarray(values)
    if values.ndim != rank or (last and values.shape[-1] != last):
        raise ValueError(
            f"`{name}` must have the shape {shape}. Received: {name} of shape "
            f"{values.shape}. Of volumes draw a slice; of channels_first "
            "images move the channels to the end."
        )
    return values.astype("float64")


def _pixels(points, size, align_corners):
    """From `(x, y)` in [-1, 1] to columns and rows of pixel centers."""
    sides = np.array(size[::-1], "float64")
    if align_corners:
        return (points + 1.0) / 2.0 * (sides - 1.0)
    return ((points + 1.0) * sides - 1.0) / 2.0


def _window(pixels, size):
    """Limits of the axes that show the image and what is sampled near it."""
    limits = []
    for axis, side in enumerate(size[::-1]):
        values = pixels[..., axis]
        values = values[np.isfinite(values)]
        most = _LARGEST_MARGIN * side
        low = min(0.0, values.min(initial=0.0))
        high = max(side - 1.0, values.max(initial=0.0))
        limits.append(
            (max(low, -most) - 1.0, min(high, side - 1.0 + most) + 1.0)
        )
    (left, right), (top, bottom) = limits
    return (left, right), (bottom, top)


def _draw_image(axes, image, reference):
    """Draws one image, bright as in the batch that it comes from."""
    if image.shape[-1] == 3:
        low, high = reference.min(), reference.max()
        image = (image - low) / ((high - low) or 1.0)
        style = {}
        image = np.clip(np.nan_to_num(image), 0.0, 1.0)
    else:
        image = image.sum(axis=-1)
        total = reference.sum(axis=-1)
        style = {"cmap": "gray", "vmin": total.min(), "vmax": total.max()}
    axes.imshow(image, interpolation="nearest", **style)
    axes.set_facecolor("0.75")
    axes.set_xticks([])
    axes.set_yticks([])


def _frame(axes, size):
    height, width = size
    axes.add_patch(
        Rectangle(
            (-0.5, -0.5), width, height, fill=False, edgecolor="0.4", zorder=3
        )
    )


def _draw_outline(axes, pixels, color):
    """The outermost points of a grid `(height, width, 2)`, with its top."""
    border = np.concatenate(
        [pixels[0], pixels[1:, -1], pixels[-1, -2::-1], pixels[-2::-1, 0]]
    )
    axes.plot(*border.T, color=color, linewidth=1.0)
    axes.plot(*pixels[0].T, color=color, linewidth=2.5)
    axes.plot(*pixels[0, 0], "o", color=color, markersize=5.0)
