"""Keras models."""

from keras_dl4.models.autoencoder import Autoencoder
from keras_dl4.models.gan import GAN
from keras_dl4.models.gan_networks import dcgan_networks
from keras_dl4.models.gan_networks import maxout_gan_networks
from keras_dl4.models.log_bilinear_language_model import (
    LogBilinearLanguageModel,
)
from keras_dl4.models.memn2n import MemN2N
from keras_dl4.models.memn2n_language_model import MemN2NLanguageModel
from keras_dl4.models.memn2n_presets import memn2n_preset
from keras_dl4.models.memn2n_restarts import MemN2NRestarts
from keras_dl4.models.memnn import MemNN
from keras_dl4.models.multiplicative_language_model import (
    MultiplicativeLanguageModel,
)
from keras_dl4.models.sc_nlm import SCNLM
from keras_dl4.models.stacked_autoencoder import StackedAutoencoder
from keras_dl4.models.variational_autoencoder import VariationalAutoencoder
from keras_dl4.models.visual_semantic_embedding import VisualSemanticEmbedding

__all__ = [
    "GAN",
    "SCNLM",
    "Autoencoder",
    "LogBilinearLanguageModel",
    "MemN2N",
    "MemN2NLanguageModel",
    "MemN2NRestarts",
    "MemNN",
    "MultiplicativeLanguageModel",
    "StackedAutoencoder",
    "VariationalAutoencoder",
    "VisualSemanticEmbedding",
    "dcgan_networks",
    "maxout_gan_networks",
    "memn2n_preset",
]
