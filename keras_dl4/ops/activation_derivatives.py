"""Derivatives of activations, cheaply where each entry stands alone."""

import dataclasses
import functools
from collections.abc import Callable

import numpy as np
from keras import ops

from keras_dl4.backend import outside_of_tracing
from keras_dl4.backend import vjp
from keras_dl4.ops.jacobians import require_path


@dataclasses.dataclass(frozen=True)
class Activation:
    """A function of the last axis, and whether each entry stands alone."""

    function: Callable
    is_elementwise: bool

    def with_derivative(self, x):
        """Outputs and `(n, k)` derivatives, or `(n, k, k)` Jacobians."""
        size = x.shape[-1]
        if self.is_elementwise:
            y, pullback = vjp(self.function, x)
            derivatives = require_path(pullback)(ops.ones_like(y))
            return y, ops.reshape(derivatives, (-1, size))
        # A copy of the batch for each row of the Jacobian.
        copies = ops.tile(x, (size,) + (1,) * (len(x.shape) - 1))
        _, pullback = vjp(self.function, copies)
        rows = ops.zeros_like(ops.reshape(copies, (size, -1, size)))
        rows = rows + ops.eye(size, dtype=x.dtype)[:, None, :]
        jacobian = require_path(pullback)(ops.reshape(rows, ops.shape(copies)))
        jacobian = ops.reshape(jacobian, (size, -1, size))
        return self.function(x), ops.transpose(jacobian, (1, 0, 2))


def is_elementwise(function, shape):
    """Whether each entry of `function(x)` depends on that entry of x alone.

    Found by trying: entries are changed, strongly and one at a time, and the
    others are to stay.

    Args:
        function: Function of tensors `(batch, ...)`.
        shape: Shape of an example, whose last axis is that of the units. An
            unknown size is tried with a few.

    Returns:
        Boolean; False if entries depend on those of the last axis. None if
        they depend on any others, the shape or the dtype changes, or the
        function fails.
    """
    shape = tuple(3 if size is None else size for size in shape)
    try:
        hash(function)
    except TypeError:
        return _tried(function, shape)
    return _tried_once(function, shape)


def _tried(function, shape):
    start = np.random.default_rng(0).normal(size=shape).astype("float32")
    changed = np.unique(np.linspace(0, start.size - 1, 16).astype(int))
    changed = np.repeat(changed, 2)
    # One more example stays as it is, and is to stay apart from the others.
    moved = np.tile(start[None], (len(changed) + 1, *(1 for _ in shape)))
    rows = np.arange(len(changed))
    steps = np.where(rows % 2, 10.0, -7.0)  # which do not cancel
    moved.reshape(len(moved), -1)[rows, changed] += steps
    try:
        with outside_of_tracing():
            before, after = (
                ops.convert_to_numpy(function(ops.convert_to_tensor(each)))
                for each in (start[None], moved)
            )
    except Exception:  # of any kind: it is a function of a user
        return None
    if after.shape != moved.shape or after.dtype != "float32":
        return None
    has_moved = ~np.isclose(before, after, 1e-5, 1e-6, equal_nan=True)
    may_move = moved != start
    if not np.any(has_moved & ~may_move):
        return True
    beside = np.any(may_move, axis=-1, keepdims=True)
    return None if np.any(has_moved & ~beside) else False


_tried_once = functools.lru_cache(maxsize=64)(_tried)
