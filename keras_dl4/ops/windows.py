"""Neighboring steps of a sequence, side by side."""

from keras import ops


def windows(x, size):
    """Joins each step with those that follow it.

    Args:
        x: Tensor `(batch, time, units)`.
        size: Positive int, steps in a window, up to `time`.

    Returns:
        Tensor `(batch, time - size + 1, size * units)`; a window has its
        first step first.
    """
    # Ends count from the end, where the length is not known.
    parts = [x[:, i : (i - size + 1) or None] for i in range(size)]
    return ops.concatenate(parts, axis=-1)
