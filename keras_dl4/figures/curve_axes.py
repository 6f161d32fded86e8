"""Axes for curves: what the figures of curves have in common."""

from matplotlib.figure import Figure

# Okabe and Ito: told apart with any color vision, and in print.
COLORS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#000000",
)


def new_curve_axes(xlabel, ylabel, title=None):
    """Makes the empty figure of some curves.

    Args:
        xlabel: String.
        ylabel: String.
        title: String. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure` and its one `Axes`.
    """
    figure = Figure(figsize=(7.0, 4.2), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    axes.margins(x=0.01)
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.grid(color="0.9", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    if title is not None:
        axes.set_title(title, fontsize=12)
    return figure, axes


def draw_reference(axes, value, label):
    """Draws a dashed horizontal line to compare curves with."""
    axes.axhline(
        value, color="0.35", linestyle="--", linewidth=1.2, label=label
    )
