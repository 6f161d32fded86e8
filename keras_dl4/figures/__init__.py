"""Figures of the papers, drawn with matplotlib.

Every function returns a `matplotlib.figure.Figure` of its own and leaves
`matplotlib.pyplot` alone: there is nothing to close, no window opens, and no
display is needed. Save one with `figure.savefig("memory_use.png")`.
"""

try:
    import matplotlib  # noqa: F401
except ImportError as error:
    raise ImportError(
        "keras_dl4.figures needs matplotlib. "
        "Install it with: pip install 'keras_dl4[figures]'"
    ) from error

from keras_dl4.figures.learning_curves import plot_learning_curves
from keras_dl4.figures.memory_use import plot_memory_use
from keras_dl4.figures.sequence_outputs import plot_outputs
from keras_dl4.figures.warps import plot_deformation
from keras_dl4.figures.warps import plot_warps

__all__ = [
    "plot_deformation",
    "plot_learning_curves",
    "plot_memory_use",
    "plot_outputs",
    "plot_warps",
]
