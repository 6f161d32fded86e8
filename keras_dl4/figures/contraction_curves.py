"""How strongly encoders pull points of the input space together."""

import numpy as np

from keras_dl4.figures.curve_axes import COLORS
from keras_dl4.figures.curve_axes import draw_reference
from keras_dl4.figures.curve_axes import new_curve_axes


def plot_contraction_curves(
    curves, *, xlabel="Radius around an example", title=None
):
    """Plots contraction ratios against the radius around an example.

    Below 1 an encoder contracts: codes are closer together than the inputs.
    A curve that rises with the radius tells of an encoder that contracts
    most where the examples are.

    Args:
        curves: Dict from the name of an encoder to a pair `(radii, ratios)`
            of arrays of one length, as of
            `keras_dl4.evaluation.contraction_ratio`.
        xlabel: String, what the radii are measured in. Defaults to
            `"Radius around an example"`.
        title: String, title of the figure. Defaults to `None`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If `curves` is empty, or a curve is no pair of arrays of
            one length.

    Example:

    >>> radii = np.linspace(0.5, 10, 20)
    >>> figure = plot_contraction_curves(
    ...     {"plain": (radii, np.exp(-radii / 20)), "CAE": (radii, radii / 20)}
    ... )
    >>> figure.axes[0].get_ylabel()
    'Contraction ratio'

    References:
        - [Rifai et al., 2011](https://icml.cc/2011/papers/455_icmlpaper.pdf),
          section 5
    """
    if not curves:
        raise ValueError(
            "`curves` must map at least one name to (radii, ratios). "
            f"Received: {curves}. Compute them by "
            "keras_dl4.evaluation.contraction_ratio."
        )
    figure, axes = new_curve_axes(xlabel, "Contraction ratio", title)
    for index, (name, curve) in enumerate(curves.items()):
        radii, ratios = _checked(name, curve)
        color = COLORS[index % len(COLORS)]
        axes.plot(radii, ratios, color=color, linewidth=1.8, label=name)
    draw_reference(axes, 1.0, "distances kept")
    axes.set_ylim(bottom=0.0)
    axes.legend(frameon=False)
    return figure


def _checked(name, curve):
    shapes = [np.shape(values) for values in curve]
    if len(shapes) != 2 or shapes[0] != shapes[1] or len(shapes[0]) != 1:
        raise ValueError(
            "A curve must be a pair (radii, ratios) of two arrays of one "
            f"length. Received: shapes {shapes} for {name!r}. Compute a ratio "
            "for each radius."
        )
    return (np.asarray(values, "float64") for values in curve)
