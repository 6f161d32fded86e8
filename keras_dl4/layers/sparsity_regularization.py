"""Sparsity by a moving average of activation rates."""

import keras
from keras import ops

from keras_dl4.ops.sparsity import batch_rate
from keras_dl4.ops.sparsity import check_sparsity_arguments
from keras_dl4.ops.sparsity import sparsity_penalty


@keras.saving.register_keras_serializable(package="keras_dl4")
class SparsityRegularization(keras.layers.Layer):
    r"""Gives its inputs back and adds a penalty on their moving rates.

    Use it after a layer of bounded activations where a batch is too small to
    estimate how often a unit is active, `batch * target_rate` below 1 or so;
    else `keras_dl4.regularizers.KLSparsity` does without state. The loss it
    adds is `weight * sum_j KL(target_rate || rate_j)`, where `rate_j` is an
    estimate over about the last `1 / (1 - momentum)` batches.

    Each training step moves the estimate and uses it: `rate = momentum * rate
    + (1 - momentum) * batch_rate`. The gradient is the one of the batch's own
    rate, taken where the estimate is: `weight * (-target_rate / rate +
    (1 - target_rate) / (1 - rate)) / batch` for each activation, as in the
    formula for the whole set. The estimate starts at the target, without a
    penalty. In inference it stays, and so does the loss.

    Args:
        target_rate: Float in (0, 1), the rate $\rho$ to be held.
        weight: Float, at least 0, factor $\beta$ of the penalty in the loss.
        momentum: Float in [0, 1), what one step keeps of the estimate.
            Defaults to `0.99`.
        activation_range: Pair of floats, the least and the largest
            activation, which count as rates 0 and 1: `(-1.0, 1.0)` for tanh.
            Defaults to `(0.0, 1.0)`.
        **kwargs: As of every Keras layer, such as `name` and `dtype`.

    Call arguments:
        inputs: Tensor `(batch, ..., units)`. All axes but the last are
            averaged over; under `tf.distribute` the batch is the global one.
        training: Boolean, whether to move the estimate.
        mask: Boolean tensor `(batch, ...)` without the last axis. What it
            hides does not count.

    Returns:
        `inputs`.

    Raises:
        ValueError: If `target_rate` is not in (0, 1), `weight` is no finite
            number of at least 0, `momentum` is not in [0, 1), or
            `activation_range` is no increasing pair.

    Example:

    >>> from keras_dl4.layers import SparsityRegularization
    >>> encoder = keras.Sequential(
    ...     [
    ...         keras.Input((64,)),
    ...         keras.layers.Dense(25, "sigmoid"),
    ...         SparsityRegularization(0.01, weight=3.0, momentum=0.9),
    ...     ]
    ... )

    References:
        - Ng, 2011, CS294A lecture notes, "Sparse autoencoder", section 3
        - Hinton, 2010, "A practical guide to training restricted Boltzmann
          machines", section 11
    """

    def __init__(
        self,
        target_rate,
        weight,
        momentum=0.99,
        activation_range=(0.0, 1.0),
        **kwargs,
    ):
        super().__init__(**kwargs)
        check_sparsity_arguments(target_rate, weight, activation_range)
        if not 0.0 <= momentum < 1.0:
            raise ValueError(
                "`momentum` must be at least 0 and less than 1, for example "
                f"0.99. Received: momentum={momentum!r}"
            )
        self.target_rate = target_rate
        self.weight = weight
        self.momentum = momentum
        self.activation_range = tuple(activation_range)
        self.supports_masking = True
        # The Jacobian of an encoder goes through it as if it were not there.
        self.is_identity_in_inference = True

    def build(self, input_shape):
        self.moving_rate = self.add_weight(
            name="moving_rate",
            shape=(input_shape[-1],),
            dtype="float32",
            initializer=keras.initializers.Constant(self.target_rate),
            trainable=False,
            autocast=False,
        )

    def call(self, inputs, training=False, mask=None):
        rate = ops.convert_to_tensor(self.moving_rate)
        if training:
            current = batch_rate(inputs, self.activation_range, mask)
            rate = rate + (1.0 - self.momentum) * (current - rate)
            rate = ops.stop_gradient(rate)
            # The same on all replicas, since their rates are global.
            self.moving_rate.assign(rate)
            # The value of the estimate with the gradient of the batch.
            rate = rate + (current - ops.stop_gradient(current))
        self.add_loss(sparsity_penalty(self.target_rate, self.weight, rate))
        return inputs

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "target_rate": self.target_rate,
            "weight": self.weight,
            "momentum": self.momentum,
            "activation_range": list(self.activation_range),
        }
