"""The adversarial game on a line: two densities, and who tells them apart."""

import os

import numpy as np
from matplotlib.animation import PillowWriter

from keras_dl4.figures.curve_axes import COLORS
from keras_dl4.figures.curve_axes import new_curve_axes

_NUM_LINES = 25  # from latent values to points


def plot_density_game(
    points, data, generator, discriminator, *, latents=None, title=None
):
    r"""Plots data density, generator density and discriminator over points.

    The picture that explains adversarial networks: the discriminator (dashed)
    is high where data (dotted) outweigh samples (solid), samples move there,
    and in the end it is 1/2 everywhere.

    Args:
        points: Array of shape `(points,)`, ascending, the places of all
            curves.
        data: Array of shape `(points,)`, density of the data.
        generator: Array of shape `(points,)`, density of the samples, such as
            `exp` of a `ParzenWindow.log_likelihood`.
        discriminator: Array of shape `(points,)`, the probability that a
            point is of the data.
        latents: Pair of arrays of equal shape `(number,)`: latent values on a
            line, and the points that the generator makes of them. Some are
            drawn below as lines from one to the other. Defaults to `None`.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If arrays have another shape or do not fit each other.

    Example:

    >>> points = np.linspace(-3, 3, 61)
    >>> data = np.exp(-0.5 * points**2) / np.sqrt(2 * np.pi)
    >>> samples = np.roll(data, 10)
    >>> figure = plot_density_game(
    ...     points, data, samples, data / (data + samples)
    ... )
    >>> [line.get_label() for line in figure.axes[0].get_lines()]
    ['data', 'generator', 'discriminator']

    References:
        - [Generative Adversarial Networks](https://arxiv.org/abs/1406.2661),
          Figure 1
    """
    curves = _checked(points, data, generator, discriminator)
    figure, axes = new_curve_axes("x", "Density", title)
    _draw(axes, curves, _checked_pair(latents), _ceiling(curves[1:3]))
    return figure


def animate_density_game(
    path, points, data, generators, discriminators, *, titles=None, rate=10
):
    """Writes an animated GIF of `plot_density_game` over training.

    Args:
        path: String or path of the file to write, ending in `.gif`.
        points: Array of shape `(points,)`, ascending.
        data: Array of shape `(points,)`, density of the data.
        generators: Array of shape `(frames, points)`, density of the samples
            in each picture.
        discriminators: Array of shape `(frames, points)`.
        titles: List of strings, one for each picture. Defaults to `None`.
        rate: Positive number of pictures a second. Defaults to `10`.

    Raises:
        ValueError: If arrays have another shape or do not fit each other,
            there is no picture, or the path has another ending.

    Example:

    >>> points = np.linspace(-3, 3, 61)
    >>> data = np.exp(-0.5 * points**2) / np.sqrt(2 * np.pi)
    >>> samples = np.stack([np.roll(data, shift) for shift in (20, 10, 0)])
    >>> animate_density_game(
    ...     "game.gif", points, data, samples, data / (data + samples)
    ... )
    """
    path = os.fspath(path)
    if not path.endswith(".gif"):
        raise ValueError(
            f"`path` must end in '.gif'. Received: path={path!r}. Convert the "
            "file for other kinds."
        )
    num_frames = len(generators)
    if not num_frames or len(discriminators) != num_frames:
        raise ValueError(
            "There must be a generator and a discriminator for each picture, "
            f"and at least one. Received: {num_frames} and "
            f"{len(discriminators)}. Record both at the same time."
        )
    titles = [None] * num_frames if titles is None else titles
    frames = [
        (_checked(points, data, generator, discriminator), title)
        for generator, discriminator, title in zip(
            generators, discriminators, titles, strict=True
        )
    ]
    # The first generators may be spikes; the data must stay readable.
    ceiling = 2.0 * float(np.max(data))
    figure, axes = new_curve_axes("x", "Density", frames[0][1])
    # The layout engine would fit the axes anew for each picture.
    figure.set_layout_engine("none")
    partial = f"{path}.partial.gif"
    writer = PillowWriter(fps=rate)
    with writer.saving(figure, partial, dpi=80):
        for curves, title in frames:
            for twin in figure.axes[1:]:
                twin.remove()
            axes.clear()
            axes.set_xlabel("x")
            axes.set_ylabel("Density")
            axes.set_title(title or "", fontsize=12)
            _draw(axes, curves, None, ceiling)
            writer.grab_frame()
    os.replace(partial, path)


def _draw(axes, curves, latents, ceiling):
    points, data, generator, discriminator = curves
    for values, label, style, color in (
        (data, "data", ":", COLORS[6]),
        (generator, "generator", "-", COLORS[2]),
    ):
        axes.plot(
            points, values, style, color=color, linewidth=2.0, label=label
        )
    axes.set_xlim(points[0], points[-1])
    axes.set_ylim(0.0 if latents is None else -0.5 * ceiling, ceiling)
    # D goes from 0 to 1, on an axis of its own; its line is put into the
    # legend of the other.
    twin = axes.twinx()
    (line,) = twin.plot(
        points, discriminator, "--", color=COLORS[0], linewidth=1.5
    )
    low, high = axes.get_ylim()
    twin.set_ylim(1.05 * low / high, 1.05)
    twin.set_yticks([0.0, 0.5, 1.0])
    twin.set_ylabel("Discriminator", color=COLORS[0])
    twin.spines[["top"]].set_visible(False)
    (entry,) = axes.plot([], [], "--", color=COLORS[0], linewidth=1.5)
    entry.set_label("discriminator")
    line.set_label("_discriminator")
    axes.legend(frameon=False, loc="upper right", fontsize=9)
    if latents is not None:
        ticks = axes.get_yticks()
        axes.set_yticks(ticks[(ticks >= 0.0) & (ticks <= ceiling)])
        _draw_lines(axes, *latents, ceiling)


def _draw_lines(axes, latents, generated, ceiling):
    """From where a latent value is to the point made of it, below the curves.

    The latent values are laid out over the width of the points.
    """
    chosen = np.linspace(0, len(latents) - 1, _NUM_LINES).round().astype(int)
    order = np.argsort(latents)[np.unique(chosen)]
    low, high = axes.get_xlim()
    span = np.ptp(latents) or 1.0
    starts = low + (high - low) * (latents - latents.min()) / span
    axes.plot(
        np.stack([starts[order], generated[order]]),
        np.array([-0.45, -0.1])[:, np.newaxis] * ceiling,
        color="0.5",
        linewidth=0.8,
        label="_latents",
    )
    for height, name in ((-0.45, "z"), (-0.1, "x = G(z)")):
        axes.axhline(height * ceiling, color="0.2", linewidth=0.8)
        axes.annotate(name, (low, (height + 0.02) * ceiling), fontsize=9)


def _ceiling(densities):
    # With room for the legend.
    return 1.4 * float(np.max(densities)) or 1.0


def _checked(points, *curves):
    arrays = [np.asarray(each, "float64") for each in (points, *curves)]
    shapes = [array.shape for array in arrays]
    if len(set(shapes)) > 1 or len(shapes[0]) != 1 or shapes[0][0] < 2:
        raise ValueError(
            "Points, both densities and the discriminator must be of one "
            f"shape (points,). Received: shapes {shapes}. Evaluate all of "
            "them at the same points."
        )
    if not (np.diff(arrays[0]) > 0).all():
        raise ValueError(
            f"`points` must ascend. Received: {arrays[0][:5]}... Use "
            "`np.linspace`."
        )
    return arrays


def _checked_pair(latents):
    if latents is None:
        return None
    shapes = [np.shape(values) for values in latents]
    if len(shapes) != 2 or shapes[0] != shapes[1] or len(shapes[0]) != 1:
        raise ValueError(
            "`latents` must be a pair of arrays of one shape (number,), values "
            f"and the points made of them. Received: shapes {shapes}. Flatten "
            "both; the picture is for latent vectors of size 1."
        )
    return tuple(np.asarray(values, "float64") for values in latents)
