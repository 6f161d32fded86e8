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

from keras_dl4.figures.analogies import plot_analogies
from keras_dl4.figures.captions import plot_captions
from keras_dl4.figures.contraction_curves import plot_contraction_curves
from keras_dl4.figures.density_game import animate_density_game
from keras_dl4.figures.density_game import plot_density_game
from keras_dl4.figures.filters import plot_filters
from keras_dl4.figures.interpolations import plot_interpolations
from keras_dl4.figures.joint_embedding import plot_joint_embedding
from keras_dl4.figures.latent_manifold import plot_latent_manifold
from keras_dl4.figures.learning_curves import plot_learning_curves
from keras_dl4.figures.memory_use import plot_memory_use
from keras_dl4.figures.nearest_neighbors import plot_nearest_neighbors
from keras_dl4.figures.reconstructions import plot_reconstructions
from keras_dl4.figures.retrieval import plot_found_images
from keras_dl4.figures.retrieval import plot_found_texts
from keras_dl4.figures.sample_history import plot_sample_history
from keras_dl4.figures.samples import plot_samples
from keras_dl4.figures.sequence_outputs import plot_outputs
from keras_dl4.figures.story_attention import plot_attention
from keras_dl4.figures.tangents import plot_tangents
from keras_dl4.figures.task_errors import plot_task_errors
from keras_dl4.figures.warps import plot_deformation
from keras_dl4.figures.warps import plot_warps

__all__ = [
    "animate_density_game",
    "plot_analogies",
    "plot_attention",
    "plot_captions",
    "plot_contraction_curves",
    "plot_deformation",
    "plot_density_game",
    "plot_filters",
    "plot_found_images",
    "plot_found_texts",
    "plot_interpolations",
    "plot_joint_embedding",
    "plot_latent_manifold",
    "plot_learning_curves",
    "plot_memory_use",
    "plot_nearest_neighbors",
    "plot_outputs",
    "plot_reconstructions",
    "plot_sample_history",
    "plot_samples",
    "plot_tangents",
    "plot_task_errors",
    "plot_warps",
]
