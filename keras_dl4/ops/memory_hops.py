"""Attention over memories (Sukhbaatar et al. 2015, sections 2.1 and 2.2).

Convention: a memory is `(batch, memory_size, ..., dim)`, a query `(batch, ...,
dim)`, and a weighting `(batch, memory_size, ...)`. The axes between are those
of models that are computed side by side; a single one has none. Compute in
float32.
"""

from keras import ops

_HIDDEN_SCORE = -1e9


def read_by_attention(query, keys, values, mask=None, linear=None):
    """One hop: matches a query with keys, and reads the sum of the values.

    Args:
        query: Tensor `(batch, ..., dim)`.
        keys: Tensor `(batch, memory_size, ..., dim)`.
        values: Tensor of the same shape, but perhaps another last axis.
        mask: Boolean tensor `(batch, memory_size)`, which memories may be
            read, or `None` for all. Where there is none to read, zeros are.
            Defaults to `None`.
        linear: Boolean scalar tensor, whether to leave the softmax out and
            weight memories by their match itself, as in a linear start, or
            `None` for never. Defaults to `None`.

    Returns:
        What is read, `(batch, ..., value_dim)`, and the weighting, `(batch,
        memory_size, ...)`.

    Example:

    >>> keys = np.array([[[1.0, 0.0], [0.0, 1.0]]])
    >>> read, weighting = keras_dl4.ops.read_by_attention(
    ...     np.array([[1000.0, 0.0]]), keys, keys
    ... )
    >>> keras.ops.convert_to_numpy(read).tolist()
    [[1.0, 0.0]]

    References:
        - [End-To-End Memory Networks](https://arxiv.org/abs/1503.08895),
          equations 1 and 2
    """
    scores = ops.sum(keys * ops.expand_dims(query, 1), axis=-1)
    if mask is not None:
        axes = (1,) * (len(scores.shape) - 2)
        mask = ops.reshape(mask, (*ops.shape(mask), *axes))
        weighting = ops.softmax(ops.where(mask, scores, _HIDDEN_SCORE), axis=1)
    else:
        weighting = ops.softmax(scores, axis=1)
    if linear is not None:
        weighting = ops.where(ops.cast(linear, "bool"), scores, weighting)
    if mask is not None:
        weighting = weighting * ops.cast(mask, weighting.dtype)
    read = ops.sum(ops.expand_dims(weighting, -1) * values, axis=1)
    return read, weighting
