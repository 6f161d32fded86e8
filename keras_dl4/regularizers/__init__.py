"""Penalties on activations, encoders and discriminators."""

from keras_dl4.regularizers.contractive_penalty import ContractivePenalty
from keras_dl4.regularizers.gradient_penalties import R1
from keras_dl4.regularizers.gradient_penalties import R2
from keras_dl4.regularizers.gradient_penalties import GradientPenalty
from keras_dl4.regularizers.kl_sparsity import KLSparsity

__all__ = ["ContractivePenalty", "GradientPenalty", "KLSparsity", "R1", "R2"]
