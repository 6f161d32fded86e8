"""Keras layers."""

from keras_dl4.layers.localization import LocalizationNetwork
from keras_dl4.layers.ntm import NTM
from keras_dl4.layers.ntm_cell import NTMCell
from keras_dl4.layers.parallel_spatial_transformer import (
    ParallelSpatialTransformer,
)
from keras_dl4.layers.spatial_transformer import SpatialTransformer
from keras_dl4.layers.transform_regressor import TransformRegressor

__all__ = [
    "LocalizationNetwork",
    "NTM",
    "NTMCell",
    "ParallelSpatialTransformer",
    "SpatialTransformer",
    "TransformRegressor",
]
