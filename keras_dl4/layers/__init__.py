"""Keras layers."""

from keras_dl4.layers.bag_of_words_encoder import BagOfWordsEncoder
from keras_dl4.layers.caption_encoder import CaptionEncoder
from keras_dl4.layers.contractive_regularization import (
    ContractiveRegularization,
)
from keras_dl4.layers.factored_word_tensor import FactoredWordTensor
from keras_dl4.layers.gaussian_corruption import GaussianCorruption
from keras_dl4.layers.gaussian_sampling import GaussianSampling
from keras_dl4.layers.k_sparse import KSparse
from keras_dl4.layers.key_value_memory import KeyValueMemory
from keras_dl4.layers.localization import LocalizationNetwork
from keras_dl4.layers.masking_noise import MaskingNoise
from keras_dl4.layers.maxout import Maxout
from keras_dl4.layers.memory_hop import MemoryHop
from keras_dl4.layers.ntm import NTM
from keras_dl4.layers.ntm_cell import NTMCell
from keras_dl4.layers.parallel_spatial_transformer import (
    ParallelSpatialTransformer,
)
from keras_dl4.layers.peephole_lstm import PeepholeLSTM
from keras_dl4.layers.peephole_lstm_cell import PeepholeLSTMCell
from keras_dl4.layers.salt_and_pepper_noise import SaltAndPepperNoise
from keras_dl4.layers.sentence_encoder import SentenceEncoder
from keras_dl4.layers.sparsity_regularization import SparsityRegularization
from keras_dl4.layers.spatial_transformer import SpatialTransformer
from keras_dl4.layers.story_vectorizer import StoryVectorizer
from keras_dl4.layers.temporal_encoding import TemporalEncoding
from keras_dl4.layers.tied_dense import TiedDense
from keras_dl4.layers.transform_regressor import TransformRegressor
from keras_dl4.layers.unit_normalization import UnitNormalization

__all__ = [
    "BagOfWordsEncoder",
    "CaptionEncoder",
    "ContractiveRegularization",
    "FactoredWordTensor",
    "GaussianCorruption",
    "GaussianSampling",
    "KSparse",
    "KeyValueMemory",
    "LocalizationNetwork",
    "MaskingNoise",
    "Maxout",
    "MemoryHop",
    "NTM",
    "NTMCell",
    "ParallelSpatialTransformer",
    "PeepholeLSTM",
    "PeepholeLSTMCell",
    "SaltAndPepperNoise",
    "SentenceEncoder",
    "SparsityRegularization",
    "SpatialTransformer",
    "StoryVectorizer",
    "TemporalEncoding",
    "TiedDense",
    "TransformRegressor",
    "UnitNormalization",
]
