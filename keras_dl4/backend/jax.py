"""JAX: see `keras_dl4.backend` for the interface."""

import contextlib


def read_once(variables):
    """Does nothing: a traced JAX function holds values, not variables."""
    del variables
    return contextlib.nullcontext()
