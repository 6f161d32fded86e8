"""Pure functions of tensors."""

from keras_dl4.ops.memory_access import erase_and_add
from keras_dl4.ops.memory_access import read_memory
from keras_dl4.ops.memory_addressing import circular_shift
from keras_dl4.ops.memory_addressing import content_weighting
from keras_dl4.ops.memory_addressing import interpolate
from keras_dl4.ops.memory_addressing import sharpen

__all__ = [
    "circular_shift",
    "content_weighting",
    "erase_and_add",
    "interpolate",
    "read_memory",
    "sharpen",
]
