"""How the cost of a sequence falls in the course of training."""

import numpy as np

from keras_dl4.figures.curve_axes import COLORS
from keras_dl4.figures.curve_axes import draw_reference
from keras_dl4.figures.curve_axes import new_curve_axes


def plot_learning_curves(
    curves,
    *,
    reference=None,
    reference_label="optimum",
    log=False,
    ylabel="Cost per sequence (bits)",
    title=None,
):
    """Plots bits per sequence against the number of training sequences.

    Args:
        curves: Dict from the name of a model to a pair `(sequences, bits)`:
            `sequences` of shape `(points,)` counts the training sequences seen,
            `bits` has the same shape, or `(seeds, points)`. Several seeds give
            their median as a line and their range as a band.
        reference: Float, cost to draw as a horizontal line, such as that of
            the optimal predictor. Defaults to `None` (no line).
        reference_label: String, name of that line in the legend. Defaults to
            `"optimum"`.
        log: Boolean, whether the cost axis is logarithmic. It is linear below
            0.01 bits, so that 0 has its place. Defaults to `False`.
        ylabel: String, what the curves measure. Defaults to
            `"Cost per sequence (bits)"`.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If `curves` is empty, or the shapes of a curve do not fit.

    Example:

    >>> sequences = np.arange(0, 10_001, 1000)
    >>> seeds = 84 * np.exp(-sequences / np.array([[900], [1500], [2000]]))
    >>> figure = plot_learning_curves({"NTM": (sequences, seeds)})
    >>> figure.axes[0].get_xlabel()
    'Training sequences (thousands)'

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401), Figures 3,
          7, 10, 13 and 18
    """
    if not curves:
        raise ValueError(
            "`curves` must map at least one name to (sequences, bits). "
            f"Received: {curves}. Record the cost while training."
        )
    figure, axes = new_curve_axes(
        "Training sequences (thousands)", ylabel, title
    )
    for index, (name, curve) in enumerate(curves.items()):
        _draw_curve(axes, name, curve, COLORS[index % len(COLORS)])
    if reference is not None:
        draw_reference(axes, reference, reference_label)
    if log:
        axes.set_yscale("symlog", linthresh=0.01)
    axes.set_ylim(bottom=0.0 if reference is None or log else None)
    axes.legend(frameon=False)
    return figure


def _draw_curve(axes, name, curve, color):
    shapes = [np.shape(values) for values in curve]
    if (
        len(shapes) != 2
        or len(shapes[0]) != 1
        or len(shapes[1]) not in (1, 2)
        or shapes[1][-1] != shapes[0][0]
        or 0 in shapes[1]
    ):
        raise ValueError(
            "A curve must be a pair (sequences, bits) of shapes (points,) and "
            f"(points,) or (seeds, points). Received: shapes {shapes} for "
            f"'{name}'. Record one cost for each number of sequences."
        )
    sequences, bits = (np.asarray(values, "float64") for values in curve)
    thousands = sequences / 1000.0
    seeds = np.atleast_2d(bits)
    axes.plot(
        thousands,
        np.median(seeds, axis=0),
        color=color,
        linewidth=1.8,
        label=name if len(seeds) == 1 else f"{name} (median of {len(seeds)})",
    )
    if len(seeds) > 1:
        axes.fill_between(
            thousands,
            seeds.min(0),
            seeds.max(0),
            color=color,
            alpha=0.18,
            linewidth=0.0,
        )
