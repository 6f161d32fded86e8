"""Keras layers."""

from keras_dl4.layers.ntm import NTM
from keras_dl4.layers.ntm_cell import NTMCell

__all__ = ["NTM", "NTMCell"]
