"""Checks of what scenes are asked for."""

import numbers

import numpy as np


def check_known(name, value, known):
    """Says so if a value is none of those that are known."""
    if value not in known:
        raise ValueError(
            f"`{name}` must be one of {', '.join(map(repr, known))}. "
            f"Received: {name}={value!r}."
        )


def check_integer(name, value, minimum, maximum=float("inf")):
    """Returns `value` as an int, or says what is wrong with it."""
    is_integer = isinstance(value, numbers.Integral)
    is_integer = is_integer and not isinstance(value, bool)
    if not is_integer or not minimum <= value <= maximum:
        upper = "" if maximum == float("inf") else f" and <= {maximum}"
        raise ValueError(
            f"`{name}` must be an integer >= {minimum}{upper}. Received: "
            f"{name}={value!r}. Pass a whole number in that range."
        )
    return int(value)


def check_indices(indices, num_examples):
    """Returns `indices` as an array of ints from 0 to `num_examples - 1`."""
    indices = np.asarray(indices)
    if indices.ndim != 1 or not indices.size or indices.dtype.kind not in "iu":
        raise ValueError(
            "`indices` must be a sequence of at least one integer. Received: "
            f"indices={indices!r}."
        )
    for extreme in (indices.min(), indices.max()):
        check_integer("indices", extreme, 0, num_examples - 1)
    return indices
