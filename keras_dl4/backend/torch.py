"""PyTorch: see `keras_dl4.backend` for the interface."""

import contextlib


def read_once(variables):
    """Does nothing: reading a parameter costs PyTorch nothing."""
    del variables
    return contextlib.nullcontext()
