"""A moving average of a network's weights, as a network of its own."""

from keras import ops


def averaged_copy(network, inputs):
    """A copy of a network, whose weights are to follow those of the original.

    Args:
        network: Built layer or model, which can be made from its config.
        inputs: `keras.KerasTensor`, or a list, what it is called with.

    Returns:
        A network that is not trainable, with the same weights.
    """
    copy = type(network).from_config(network.get_config())
    copy(inputs)
    copy.set_weights(network.get_weights())
    copy.trainable = False
    return copy


def move_average(average, network, momentum, is_first):
    """Lets weights of a copy follow those of the original by one step.

    Args:
        average: The copy.
        network: The original.
        momentum: Float in [0, 1), part of the average that stays.
        is_first: Boolean tensor, whether to take the weights as they are.
    """
    kept = ops.where(is_first, 0.0, momentum)
    for mean, weight in zip(average.weights, network.weights, strict=True):
        kept_here = ops.cast(kept, mean.dtype)
        mean.assign(kept_here * mean + (1.0 - kept_here) * weight)
