"""How far reconstructions are from data: one number an example, in float32."""

from keras import ops


def squared_error(x, reconstruction, weights=None):
    """Squared error of each example, summed over its components.

    Args:
        x: Tensor `(batch, ...)`.
        reconstruction: Tensor of the same shape.
        weights: Tensor of the same shape, a weight of each component, or
            `None`. Defaults to `None`.

    Returns:
        Float32 tensor `(batch,)`.

    Example:

    >>> from keras_dl4.ops import squared_error
    >>> np.array(squared_error(np.array([[1.0, 2.0]]), np.zeros((1, 2))))
    array([5.], dtype=float32)
    """
    x, reconstruction = _as_float32(x, reconstruction)
    return _sum(ops.square(x - reconstruction), weights)


def bernoulli_cross_entropy(x, reconstruction, from_logits=False, weights=None):
    """Binary cross-entropy of each example in nats, summed over components.

    For binary data it is the negative logarithm of the likelihood of
    independent Bernoulli variables.

    Args:
        x: Tensor `(batch, ...)` of values in [0, 1].
        reconstruction: Tensor of the same shape, of probabilities or logits.
            Probabilities count as at least `keras.config.epsilon()` away from
            0 and 1, beyond which they have no gradient; logits need no such
            limit.
        from_logits: Boolean, whether they are logits. Defaults to `False`.
        weights: Tensor of the same shape, a weight of each component, or
            `None`. Defaults to `None`.

    Returns:
        Float32 tensor `(batch,)`.

    Example:

    >>> from keras_dl4.ops import bernoulli_cross_entropy
    >>> x, logits = np.array([[1.0, 0.0]]), np.zeros((1, 2))
    >>> float(bernoulli_cross_entropy(x, logits, from_logits=True)[0])  # 2 ln 2
    1.3862943649291992
    """
    x, reconstruction = _as_float32(x, reconstruction)
    errors = ops.binary_crossentropy(x, reconstruction, from_logits)
    return _sum(errors, weights)


def _as_float32(*tensors):
    return [ops.cast(tensor, "float32") for tensor in tensors]


def _sum(errors, weights):
    if weights is not None:
        errors = errors * ops.cast(weights, "float32")
    return ops.sum(errors, axis=tuple(range(1, len(errors.shape))))
