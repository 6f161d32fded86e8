"""Functions of many examples, a few at a time."""

import numpy as np
from keras import ops


def in_batches(function, inputs, batch_size):
    """Applies a function of tensors to an array, batch by batch.

    Args:
        function: Takes a float32 tensor `(batch, ...)`, and returns a tensor
            or array with the same first axis, or a tuple of those.
        inputs: Array or tensor `(num_examples, ...)`.
        batch_size: Int >= 1.

    Returns:
        Array of all results, or a tuple of those.

    Raises:
        ValueError: If there is no example, one is not finite, or `batch_size`
            is no positive int.
    """
    if not isinstance(batch_size, int) or batch_size < 1:
        raise ValueError(
            "`batch_size` must be an int of at least 1. Received: "
            f"batch_size={batch_size!r}. A smaller one needs less memory."
        )
    inputs = as_examples("inputs", inputs)
    parts = [
        function(ops.convert_to_tensor(inputs[start : start + batch_size]))
        for start in range(0, len(inputs), batch_size)
    ]
    if isinstance(parts[0], tuple):
        return tuple(_joined(each) for each in zip(*parts, strict=True))
    return _joined(parts)


def as_examples(name, values):
    """Float32 array `(num_examples, ...)` of finite numbers.

    Args:
        name: String, what the caller calls them.
        values: Array or tensor.

    Returns:
        The array.

    Raises:
        ValueError: If there is no example, or one is not finite.
    """
    array = np.asarray(ops.convert_to_numpy(values), "float32")
    if array.ndim < 2 or not array.size:
        raise ValueError(
            f"`{name}` must have an axis of examples and at least one more, "
            f"and at least one example. Received: shape {array.shape}. Add "
            "the missing axis."
        )
    if not np.isfinite(array).all():
        raise ValueError(
            f"`{name}` must be finite. Received: NaN or infinite values. Look "
            "for the examples where `np.isfinite` is false."
        )
    return array


def _joined(parts):
    return np.concatenate([ops.convert_to_numpy(part) for part in parts])
