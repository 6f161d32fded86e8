"""Sparsity as the divergence of activation rates from a target."""

import keras
from keras import ops

from keras_dl4.ops.sparsity import batch_rate
from keras_dl4.ops.sparsity import check_sparsity_arguments
from keras_dl4.ops.sparsity import sparsity_penalty


@keras.saving.register_keras_serializable(package="keras_dl4")
class KLSparsity(keras.regularizers.Regularizer):
    r"""Holds the mean activation of each unit near a target rate.

    Use it as the `activity_regularizer` of a layer with bounded activations,
    usually the code of an autoencoder. The loss it adds is
    `weight * sum_j KL(target_rate || rate_j)` **whatever the batch size**,
    where `rate_j` is the mean of unit j over the batch. Keras divides what an
    activity regularizer returns by the batch size, so this returns the product
    of that loss and the batch size. Under `tf.distribute` the rates are those
    of the global batch, and so are the gradients.

    A unit is one entry of the last axis; all other axes are averaged over, for
    a convolution also the positions. Batches too small to estimate a rate
    (`batch * target_rate` below 1 or so) are better served by the moving
    average of `keras_dl4.layers.SparsityRegularization`.

    Args:
        target_rate: Float in (0, 1), the rate $\rho$ to be held.
        weight: Float, at least 0, factor $\beta$ of the penalty in the loss.
        activation_range: Pair of floats, the least and the largest
            activation, which count as rates 0 and 1: `(-1.0, 1.0)` for tanh.
            Defaults to `(0.0, 1.0)`.

    Call arguments:
        activations: Tensor `(batch, ..., units)`.

    Returns:
        Float32 scalar, the penalty times the batch size.

    Raises:
        ValueError: If `target_rate` is no number in (0, 1), `weight` is no
            finite number of at least 0, or `activation_range` is no
            increasing pair.

    Example:

    >>> from keras_dl4.regularizers import KLSparsity
    >>> inputs = keras.Input((784,))
    >>> code = keras.layers.Dense(
    ...     196, "sigmoid", activity_regularizer=KLSparsity(0.05, weight=3.0)
    ... )(inputs)
    >>> model = keras.Model(inputs, keras.layers.Dense(784)(code))

    References:
        - Ng, 2011, CS294A lecture notes, "Sparse autoencoder", section 3
    """

    def __init__(self, target_rate, weight, activation_range=(0.0, 1.0)):
        check_sparsity_arguments(target_rate, weight, activation_range)
        self.target_rate = target_rate
        self.weight = weight
        self.activation_range = tuple(activation_range)

    def __call__(self, activations):
        rate = batch_rate(activations, self.activation_range)
        penalty = sparsity_penalty(self.target_rate, self.weight, rate)
        return penalty * ops.cast(ops.shape(activations)[0], penalty.dtype)

    def get_config(self):
        return {
            "target_rate": self.target_rate,
            "weight": self.weight,
            "activation_range": list(self.activation_range),
        }
