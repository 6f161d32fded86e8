"""What a controller tells the heads of a memory, from one flat projection."""

from keras import ops


def head_parameter_shapes(
    num_read_heads: int, num_write_heads: int, word_dim: int, shift_range: int
) -> dict[str, tuple[int, ...]]:
    """Gives the shape of each head parameter, without the batch axis.

    Args:
        num_read_heads: Positive int.
        num_write_heads: Positive int.
        word_dim: Positive int.
        shift_range: Positive odd int.

    Returns:
        Dictionary of shapes in the order of the projection. Parameters of
        all heads list the read heads first.
    """
    num_heads = num_read_heads + num_write_heads
    return {
        "keys": (num_heads, word_dim),
        "shift_weightings": (num_heads, shift_range),
        "key_strengths": (num_heads,),
        "gates": (num_heads,),
        "sharpenings": (num_heads,),
        "erases": (num_write_heads, word_dim),
        "adds": (num_write_heads, word_dim),
    }


def distribution(logits):
    """Turns logits into a distribution over the last axis.

    Args:
        logits: Tensor of any shape.

    Returns:
        The softmax of `logits`; 1 where the axis has a single entry, for
        which `keras.ops.softmax` would warn.
    """
    if logits.shape[-1] == 1:
        return ops.ones_like(logits)
    return ops.softmax(logits, axis=-1)


def split_head_parameters(projection, shapes, clip: float, bound_add: bool):
    """Cuts a projection into head parameters and puts each in its range.

    Args:
        projection: Tensor of shape `(batch, total size of shapes)`.
        shapes: Dictionary made by `head_parameter_shapes`.
        clip: Positive float, bound on the projection before activation: it
            keeps one wild step from a saturation that training cannot leave.
        bound_add: Boolean, whether `adds` go through tanh.

    Returns:
        Dictionary of tensors `(batch, *shape)`: `keys` (linear),
        `key_strengths` (softplus), `gates` (sigmoid), `shift_weightings`
        (softmax), `sharpenings` (1 + softplus), `erases` (sigmoid) and
        `adds` (tanh or linear).

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401), ranges
          in sections 3.2 and 3.3
    """
    projection = ops.clip(projection, -clip, clip)
    parameters, start = {}, 0
    for name, shape in shapes.items():
        size = shape[0] * (shape[1] if shape[1:] else 1)
        part = projection[:, start : start + size]
        parameters[name] = ops.reshape(part, (-1, *shape))
        start += size
    activations = {
        "key_strengths": ops.softplus,
        "gates": ops.sigmoid,
        "shift_weightings": distribution,
        "sharpenings": lambda x: 1.0 + ops.softplus(x),
        "erases": ops.sigmoid,
    }
    if bound_add:
        activations["adds"] = ops.tanh
    for name, activation in activations.items():
        parameters[name] = activation(parameters[name])
    return parameters
