"""Penalties on activations and on what an encoder does to its inputs."""

from keras_dl4.regularizers.contractive_penalty import ContractivePenalty
from keras_dl4.regularizers.kl_sparsity import KLSparsity

__all__ = ["ContractivePenalty", "KLSparsity"]
