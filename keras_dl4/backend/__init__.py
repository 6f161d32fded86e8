"""The only backend-specific code of the package, one file per backend.

Every file offers the same interface:

- `read_once(variables)`: context manager in which each variable is read a
  single time, up front, instead of at each use.
"""

import importlib

import keras

_implementation = importlib.import_module(
    f"keras_dl4.backend.{keras.backend.backend()}"
)

read_once = _implementation.read_once

__all__ = ["read_once"]
