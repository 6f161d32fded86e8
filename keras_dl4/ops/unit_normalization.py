"""Vectors of length one."""

from keras import ops


def unit_normalize(x, axis=-1, epsilon=1e-6):
    r"""Divides vectors by their length; a zero vector stays zero.

    $x / \max(|x|, \epsilon)$, by which scalar products become cosines. Other
    than that of `keras.ops.normalize` the gradient is finite everywhere: it is
    $1 / \epsilon$ at zero. Lengths are summed up in float32.

    Args:
        x: Float tensor.
        axis: Int, along which a vector lies. Defaults to `-1`.
        epsilon: Float > 0, vectors shorter than that become shorter than one.
            Defaults to `1e-6`.

    Returns:
        Tensor of the shape and dtype of `x`.

    Example:

    >>> from keras_dl4.ops import unit_normalize
    >>> np.array(unit_normalize([[3.0, 4.0], [0.0, 0.0]])).round(1)
    array([[0.6, 0.8],
           [0. , 0. ]], dtype=float32)
    """
    x = ops.convert_to_tensor(x)
    exact = x if x.dtype == "float64" else ops.cast(x, "float32")
    squared = ops.sum(ops.square(exact), axis=axis, keepdims=True)
    # The floor is inside the root, whose gradient at 0 is infinite.
    unit = exact * ops.rsqrt(ops.maximum(squared, epsilon**2))
    return ops.cast(unit, x.dtype)
