"""Activation rates of units, and what it costs to be off the target.

Shared by the regularizer and the layer of sparsity.
"""

import math
import numbers

from keras import ops

from keras_dl4.backend import all_reduce_sum
from keras_dl4.ops.divergences import bernoulli_kl


def check_sparsity_arguments(target_rate, weight, activation_range):
    """Raises a `ValueError` that names the bad argument."""
    if not _is_number(target_rate) or not 0.0 < target_rate < 1.0:
        raise ValueError(
            "`target_rate` must lie strictly between 0 and 1, for example "
            f"0.05. Received: target_rate={target_rate!r}"
        )
    if not _is_number(weight) or not 0.0 <= weight < math.inf:
        raise ValueError(
            "`weight` must be at least 0, and finite; it is added to a loss "
            f"that is minimized. Received: weight={weight!r}"
        )
    is_pair = isinstance(activation_range, list | tuple) and (
        len(activation_range) == 2
    )
    if (
        not is_pair
        or not all(map(_is_number, activation_range))
        or not (activation_range[0] < activation_range[1])
    ):
        raise ValueError(
            "`activation_range` must be a pair (least, largest), such as "
            "(0.0, 1.0) for sigmoid or (-1.0, 1.0) for tanh. Received: "
            f"activation_range={activation_range!r}"
        )


def _is_number(value):
    return isinstance(value, numbers.Real)


def batch_rate(activations, activation_range=(0.0, 1.0), mask=None):
    """Mean of each unit over the global batch, 0 to 1 within the range.

    Args:
        activations: Tensor `(batch, ..., units)` or `(batch,)`; under
            `tf.distribute`, one replica's share, of any size.
        activation_range: Pair of floats that counts as rates 0 and 1.
            Defaults to `(0.0, 1.0)`.
        mask: Boolean tensor `(batch, ...)` of what counts, without the axis
            of units, or `None` for all. Defaults to `None`.

    Returns:
        Float32 tensor `(units,)`.
    """
    low, high = activation_range
    units = activations.shape[-1] if len(activations.shape) > 1 else 1
    rows = ops.reshape(ops.cast(activations, "float32"), (-1, units))
    number = ops.cast(ops.shape(rows)[0], "float32")
    if mask is not None:
        counts = ops.reshape(ops.cast(mask, "bool"), (-1, 1))
        rows = ops.where(counts, rows, 0.0)
        number = ops.sum(ops.cast(counts, "float32"))
    total = all_reduce_sum(ops.sum(rows, axis=0))
    mean = total / ops.maximum(all_reduce_sum(number), 1.0)
    return (mean - low) / (high - low)


def sparsity_penalty(target_rate, weight, rate):
    """Scalar `weight * sum_j KL(target_rate || rate_j)`."""
    return weight * ops.sum(bernoulli_kl(target_rate, rate))
