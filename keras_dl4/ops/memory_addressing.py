"""Addressing an external memory by content and location (Graves et al. 2014).

Convention: a memory is `(batch, memory_size, word_dim)`, one word a row. A
*weighting* is `(batch, heads, memory_size)` and lies on the simplex: its
entries are non-negative and sum to 1. Every function works on all heads at
once, in the dtype of its arguments; use float32, since half precision cannot
hold a weighting.

The four addressing steps run in the order of Fig. 2 of the paper:
`content_weighting`, `interpolate`, `circular_shift`, `sharpen`.
"""

from keras import ops

from keras_dl4.backend import with_gradient

# Smaller than the squared length of a word of the usual start memory, whose
# entries are 1e-6: a larger one would damp every similarity at the start.
_SQUARED_NORM_EPSILON = 1e-12
# Squares of larger entries overflow float32 when they are summed.
_LARGEST_SQUARED = 1e17
# Keeps the logarithm of an empty location finite.
_WEIGHTING_EPSILON = 1e-16


# Gradients are written out where automatic ones are slow in a long recurrence:
# those store up to five arrays of the size of the memory for each step, and
# sum over locations in ways that XLA does not vectorize on a CPU.


def _reduce(reduction, x):
    """Reduces the last axis and keeps it, in two short stages if it can.

    XLA on a CPU replaces a reduction over 32 elements or more by a windowed
    one, which is several times slower.
    """
    size = x.shape[-1]
    stage = next((n for n in range(31, 1, -1) if size % n == 0), size)
    if stage == size or size // stage > 31:
        return reduction(x, axis=-1, keepdims=True)
    x = ops.reshape(x, (-1, *x.shape[1:-1], size // stage, stage))
    return reduction(reduction(x, axis=-1), axis=-1, keepdims=True)


def _inverse_norm(vectors):
    bounded = ops.clip(vectors, -_LARGEST_SQUARED, _LARGEST_SQUARED)
    squared_norm = ops.sum(ops.square(bounded), axis=-1)
    return ops.rsqrt(squared_norm + _SQUARED_NORM_EPSILON)


@with_gradient
def _similarity(memory, unit_key):
    word_dim = memory.shape[-1]
    inverse_norm = _inverse_norm(memory)[:, None, :]
    # The division by `word_dim` keeps the product of a unit vector and any
    # finite word finite.
    product = ops.matmul(unit_key / word_dim, ops.swapaxes(memory, 1, 2))
    similarity = ops.clip(product * (inverse_norm * word_dim), -1.0, 1.0)

    def gradient(upstream):
        scaled = upstream * inverse_norm
        radial = ops.sum(scaled * similarity, axis=1) * inverse_norm[:, 0]
        return (
            ops.matmul(ops.swapaxes(scaled, 1, 2), unit_key)
            - radial[..., None] * memory,
            ops.matmul(scaled, memory),
        )

    return similarity, gradient


@with_gradient
def _scaled_softmax(logits, scale):
    """Softmax over the last axis of `scale * logits`, with `scale >= 0`."""
    # The largest logit becomes exactly 0 before it is scaled, so that no
    # scale, however large, turns all of them into minus infinity.
    shifted = logits - _reduce(ops.max, logits)
    exponentials = ops.exp(scale[..., None] * shifted)
    weighting = exponentials / _reduce(ops.sum, exponentials)

    def gradient(upstream):
        scaled = upstream * weighting
        scaled = scaled - weighting * _reduce(ops.sum, scaled)
        return (
            scale[..., None] * scaled,
            _reduce(ops.sum, scaled * shifted)[..., 0],
        )

    return weighting, gradient


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
    >>> keras.ops.convert_to_numpy(weighting).round(3)
    array([[[0.993, 0.007, 0.   ]]], dtype=float32)

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401),
          equations 5 and 6
    """
    key = ops.convert_to_tensor(key)
    key = ops.clip(key, -_LARGEST_SQUARED, _LARGEST_SQUARED)
    unit_key = key * _inverse_norm(key)[..., None]
    return _scaled_softmax(_similarity(memory, unit_key), key_strength)


@with_gradient
def _interpolate(content_weighting, previous_weighting, gate):
    gate = gate[..., None]
    difference = content_weighting - previous_weighting

    def gradient(upstream):
        to_content = gate * upstream
        return (
            to_content,
            upstream - to_content,
            _reduce(ops.sum, upstream * difference)[..., 0],
        )

    return gate * content_weighting + (
        1.0 - gate
    ) * previous_weighting, gradient


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
    ...     [[[1.0, 0.0]]], [[[0.0, 1.0]]], [[0.25]]
    ... )
    >>> keras.ops.convert_to_numpy(focus).tolist()
    [[[0.25, 0.75]]]

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401),
          equation 7
    """
    return _interpolate(content_weighting, previous_weighting, gate)


def _wrap(weighting, reach):
    size = weighting.shape[-1]
    return ops.concatenate(
        [weighting[..., size - reach :], weighting, weighting[..., :reach]],
        axis=-1,
    )


@with_gradient
def _circular_shift(weighting, shift_weighting):
    size, num_shifts = weighting.shape[-1], shift_weighting.shape[-1]
    reach, shifts = num_shifts // 2, range(num_shifts)
    wrapped = _wrap(weighting, reach)
    # moved[i] is the weighting moved by i - reach locations.
    moved = [wrapped[..., 2 * reach - i :][..., :size] for i in shifts]

    def gradient(upstream):
        back = _wrap(upstream, reach)
        return (
            sum(
                shift_weighting[..., i : i + 1] * back[..., i : i + size]
                for i in shifts
            ),
            ops.concatenate(
                [_reduce(ops.sum, upstream * moved[i]) for i in shifts], axis=-1
            ),
        )

    return (
        sum(shift_weighting[..., i : i + 1] * moved[i] for i in shifts),
        gradient,
    )


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
    weighting = ops.convert_to_tensor(weighting)
    shift_weighting = ops.convert_to_tensor(shift_weighting)
    memory_size = weighting.shape[-1]
    num_shifts = shift_weighting.shape[-1]
    if num_shifts % 2 == 0 or num_shifts > memory_size:
        raise ValueError(
            "The last axis of `shift_weighting` must be odd and at most "
            f"memory_size={memory_size}. Received: num_shifts={num_shifts}. "
            "Use an odd number of shifts, or a larger memory."
        )
    return _circular_shift(weighting, shift_weighting)


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

    >>> narrow = keras_dl4.ops.sharpen([[[0.75, 0.25]]], [[2.0]])
    >>> keras.ops.convert_to_numpy(narrow).round(3)
    array([[[0.9, 0.1]]], dtype=float32)

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401),
          equation 9
    """
    weighting = ops.convert_to_tensor(weighting)
    return _scaled_softmax(ops.log(weighting + _WEIGHTING_EPSILON), sharpening)
