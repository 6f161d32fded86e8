"""Reading and writing an external memory (Graves et al. 2014).

Shapes and conventions are those of `keras_dl4.ops.memory_addressing`, and so
is the reason for the written-out gradients.
"""

from keras import ops

from keras_dl4.backend import with_gradient


def read_memory(memory, weighting):
    """Reads the weighted sum of the words, one for each head.

    Args:
        memory: Tensor of shape `(batch, memory_size, word_dim)`.
        weighting: Weighting of shape `(batch, heads, memory_size)`.

    Returns:
        Tensor of shape `(batch, heads, word_dim)`.

    Example:

    >>> memory = np.array([[[1.0, 2.0], [3.0, 4.0]]])
    >>> read = keras_dl4.ops.read_memory(memory, np.array([[[0.5, 0.5]]]))
    >>> keras.ops.convert_to_numpy(read).tolist()
    [[[2.0, 3.0]]]

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401),
          equation 2
    """
    return ops.matmul(weighting, memory)


@with_gradient
def _erase(memory, weighting, erase):
    """One head: weighting `(batch, memory_size)`, erase `(batch, word_dim)`."""
    column, row = weighting[:, :, None], erase[:, None, :]

    def gradient(upstream):
        erased = upstream * memory
        return (
            upstream - column * (row * upstream),
            -ops.matmul(erased, erase[:, :, None])[..., 0],
            -ops.matmul(weighting[:, None, :], erased)[:, 0],
        )

    return memory * (1.0 - column * row), gradient


@with_gradient
def _add(memory, weighting, add):
    """All heads: weighting `(batch, heads, memory_size)`."""
    heads = range(weighting.shape[1])

    def gradient(upstream):
        return (
            upstream,
            ops.matmul(add, ops.swapaxes(upstream, 1, 2)),
            ops.matmul(weighting, upstream),
        )

    # Not a matrix product, which XLA could not fuse with the erasing.
    return (
        memory + sum(weighting[:, h, :, None] * add[:, h, None] for h in heads),
        gradient,
    )


def erase_and_add(memory, weighting, erase, add):
    """Writes to the memory: every head erases, then every head adds.

    The order of the heads does not matter.

    Args:
        memory: Tensor of shape `(batch, memory_size, word_dim)`.
        weighting: Weighting of shape `(batch, heads, memory_size)`.
        erase: Tensor of shape `(batch, heads, word_dim)` in [0, 1].
        add: Tensor of shape `(batch, heads, word_dim)`.

    Returns:
        The new memory, of shape `(batch, memory_size, word_dim)`.

    Example:

    >>> memory = np.ones((1, 2, 1))
    >>> written = keras_dl4.ops.erase_and_add(
    ...     memory,
    ...     np.array([[[1.0, 0.0]]]),
    ...     erase=np.array([[[1.0]]]),
    ...     add=np.array([[[5.0]]]),
    ... )
    >>> keras.ops.convert_to_numpy(written).tolist()
    [[[5.0], [1.0]]]

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401),
          equations 3 and 4
    """
    weighting = ops.convert_to_tensor(weighting)
    erase = ops.convert_to_tensor(erase)
    for head in range(weighting.shape[1]):
        memory = _erase(memory, weighting[:, head], erase[:, head])
    return _add(memory, weighting, add)
