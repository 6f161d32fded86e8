"""Keras 3 layers and models for classic deep learning systems."""

import importlib

from keras_dl4 import callbacks
from keras_dl4 import datasets
from keras_dl4 import evaluation
from keras_dl4 import layers
from keras_dl4 import losses
from keras_dl4 import metrics
from keras_dl4 import models
from keras_dl4 import ops
from keras_dl4 import regularizers
from keras_dl4 import transforms

__version__ = "0.1.0"

# They need an extra (matplotlib, TensorFlow), which the base install has not.
_LAZY = ("distribute", "figures", "serving")

__all__ = [
    "__version__",
    "callbacks",
    "datasets",
    "distribute",
    "evaluation",
    "figures",
    "layers",
    "losses",
    "metrics",
    "models",
    "ops",
    "regularizers",
    "serving",
    "transforms",
]


def __getattr__(name):
    if name in _LAZY:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return __all__
