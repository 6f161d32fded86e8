"""Addressing, reading and writing an external memory (Graves et al. 2014).

Convention: a memory is `(batch, memory_size, word_dim)`, one word a row. A
*weighting* is `(batch, heads, memory_size)` and lies on the simplex: its
entries are non-negative and sum to 1. Every function works on all heads at
once, in the dtype of its arguments; use float32, since half precision cannot
hold a weighting.

The four addressing steps run in the order of Fig. 2 of the paper:
`content_weighting`, `interpolate`, `circular_shift`, `sharpen`.
"""

import functools

from keras import ops

# Smaller than the squared length of a word of the usual start memory, whose
# entries are 1e-6: a larger one would damp every similarity at the start.
_SQUARED_NORM_EPSILON = 1e-12
# Squares of larger entries overflow float32 when they are summed.
_LARGEST_SQUARED = 1e17
# Keeps the logarithm of an empty location finite.
_WEIGHTING_EPSILON = 1e-16


def _inverse_norm(vectors):
    bounded = ops.clip(vectors, -_LARGEST_SQUARED, _LARGEST_SQUARED)
    squared_norm = ops.sum(ops.square(bounded), axis=-1)
    return ops.rsqrt(squared_norm + _SQUARED_NORM_EPSILON)


def content_weighting(memory, key, key_strength):
    """Focuses on the words that are similar to a key.

    The weighting is the softmax over locations of `key_strength` times the
    cosine similarity of the key and each word. A word or key of zeros has the
    similarity 0 to everything.

    Args:
        memory: Tensor of shape `(batch, memory_size, word_dim)`.
        key: Tensor of shape `(batch, heads, word_dim)`.
        key_strength: Tensor of shape `(batch, heads)`, non-negative: 0 looks
            everywhere alike, larger values focus on the most similar word.

    Returns:
        Weighting of shape `(batch, heads, memory_size)`. It is finite for any
        finite input; the norm of a vector counts entries beyond 1e17 as 1e17.

    Example:

    >>> memory = np.array([[[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]], "float32")
    >>> key = np.array([[[2.0, 0.0]]], "float32")
    >>> weighting = keras_dl4.ops.content_weighting(memory, key, [[5.0]])
    >>> np.round(keras.ops.convert_to_numpy(weighting), 3).tolist()
    [[[0.993, 0.007, 0.0]]]

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401),
          equations 5 and 6
    """
    word_dim = memory.shape[-1]
    key_strength = ops.convert_to_tensor(key_strength)
    # Dividing by `word_dim` as well keeps the product of a unit vector and
    # any finite word finite.
    unit_key = key * (_inverse_norm(key) / word_dim)[..., None]
    product = ops.matmul(unit_key, ops.swapaxes(memory, 1, 2))
    similarity = product * (_inverse_norm(memory) * word_dim)[:, None, :]
    similarity = ops.clip(similarity, -1.0, 1.0)
    return ops.softmax(key_strength[..., None] * similarity, axis=-1)


def interpolate(content_weighting, previous_weighting, gate):
    """Mixes the content weighting with the weighting of the step before.

    Args:
        content_weighting: Weighting of shape `(batch, heads, memory_size)`.
        previous_weighting: Weighting of shape `(batch, heads, memory_size)`.
        gate: Tensor of shape `(batch, heads)` in [0, 1]: 1 takes the content
            weighting, 0 the previous one.

    Returns:
        Weighting of shape `(batch, heads, memory_size)`.

    Example:

    >>> focus = keras_dl4.ops.interpolate(
    ...     np.array([[[1.0, 0.0]]]), np.array([[[0.0, 1.0]]]), [[0.25]]
    ... )
    >>> keras.ops.convert_to_numpy(focus).tolist()
    [[[0.25, 0.75]]]

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401),
          equation 7
    """
    gate = ops.convert_to_tensor(gate)[..., None]
    return gate * content_weighting + (1.0 - gate) * previous_weighting


def circular_shift(weighting, shift_weighting):
    """Moves each focus by a few locations, around the end of the memory.

    Convention: with `num_shifts` shifts (odd), the index `num_shifts // 2`
    stands for no shift, and the index `num_shifts // 2 + 1` moves the focus
    to the next higher location.

    Args:
        weighting: Weighting of shape `(batch, heads, memory_size)`.
        shift_weighting: Tensor of shape `(batch, heads, num_shifts)`, a
            distribution over the shifts; `num_shifts` is odd and at most
            `memory_size`.

    Returns:
        Weighting of shape `(batch, heads, memory_size)`.

    Raises:
        ValueError: If `num_shifts` is even or exceeds `memory_size`.

    Example:

    >>> moved = keras_dl4.ops.circular_shift(
    ...     np.array([[[0.0, 0.0, 1.0]]]), np.array([[[0.0, 0.0, 1.0]]])
    ... )
    >>> keras.ops.convert_to_numpy(moved).tolist()
    [[[1.0, 0.0, 0.0]]]

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401),
          equation 8
    """
    memory_size = weighting.shape[-1]
    num_shifts = shift_weighting.shape[-1]
    if num_shifts % 2 == 0 or num_shifts > memory_size:
        raise ValueError(
            "The last axis of `shift_weighting` must be odd and at most "
            f"memory_size={memory_size}. Received: num_shifts={num_shifts}. "
            "Use an odd number of shifts, or a larger memory."
        )
    reach = num_shifts // 2
    wrapped = ops.concatenate(
        [
            weighting[..., memory_size - reach :],
            weighting,
            weighting[..., :reach],
        ],
        axis=-1,
    )
    return sum(
        shift_weighting[..., i : i + 1]
        * wrapped[..., num_shifts - 1 - i : num_shifts - 1 - i + memory_size]
        for i in range(num_shifts)
    )


def sharpen(weighting, sharpening):
    """Raises a weighting to a power and makes it sum to 1 again.

    Computed as a softmax of logarithms: the powers themselves underflow for
    a diffuse weighting.

    Args:
        weighting: Weighting of shape `(batch, heads, memory_size)`.
        sharpening: Tensor of shape `(batch, heads)`, at least 1: 1 changes
            nothing, larger values narrow the focus.

    Returns:
        Weighting of shape `(batch, heads, memory_size)`.

    Example:

    >>> narrow = keras_dl4.ops.sharpen(np.array([[[0.75, 0.25]]]), [[2.0]])
    >>> np.round(keras.ops.convert_to_numpy(narrow), 3).tolist()
    [[[0.9, 0.1]]]

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401),
          equation 9
    """
    logits = ops.log(weighting + _WEIGHTING_EPSILON)
    # The largest logarithm becomes exactly 0, so that no power, however
    # large, turns all of them into minus infinity.
    logits = logits - ops.max(logits, axis=-1, keepdims=True)
    sharpening = ops.convert_to_tensor(sharpening)
    return ops.softmax(sharpening[..., None] * logits, axis=-1)


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
    heads = range(weighting.shape[1])
    # One product a head: the gradient of a product reduction is many times
    # slower, and XLA fuses these into a single pass over the memory.
    kept = functools.reduce(
        lambda kept, h: (
            kept * (1.0 - weighting[:, h, :, None] * erase[:, h, None, :])
        ),
        heads,
        memory,
    )
    return functools.reduce(
        lambda new, h: new + weighting[:, h, :, None] * add[:, h, None, :],
        heads,
        kept,
    )
