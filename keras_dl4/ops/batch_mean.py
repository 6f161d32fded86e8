"""Means over a batch that train right on one replica and on several."""

import keras
from keras import ops


class _Mean(keras.losses.Loss):
    """Mean of the predictions, which as a loss Keras scales for replicas."""

    def call(self, y_true, y_pred):
        return y_pred


def batch_mean(values):
    """Mean of the values of this replica, divided by the number of replicas.

    Gradients are summed over the replicas of `tf.distribute`. With this mean
    in `compute_loss` they come out as on one device.

    Args:
        values: Tensor `(batch,)`.

    Returns:
        Float32 scalar.
    """
    return _Mean(name="batch_mean", dtype="float32")(values, values)


def example_weights(sample_weight):
    """One weight for each example.

    Args:
        sample_weight: Tensor `(batch,)` or `(batch, 1)`, or `None`.

    Returns:
        Float32 tensor `(batch,)`, or 1 where there are no weights.

    Raises:
        ValueError: If there is more than one for an example.
    """
    if sample_weight is None:
        return 1.0
    shape = tuple(sample_weight.shape)
    if len(shape) != 1 and shape[1:] != (1,):
        raise ValueError(
            "`sample_weight` must be one weight for each example. Received: "
            f"a tensor of shape {shape}."
        )
    return ops.reshape(ops.cast(sample_weight, "float32"), (-1,))
