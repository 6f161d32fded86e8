"""Noise that sets components to an extreme value."""

import math
import numbers

import keras
from keras import ops

from keras_dl4.layers.noise_source import NoiseSource
from keras_dl4.layers.noise_source import check_rate


@keras.saving.register_keras_serializable(package="keras_dl4")
class SaltAndPepperNoise(keras.layers.Layer):
    """Sets components to their least or largest value, while training.

    Each component is corrupted with some probability; a fair coin decides
    between the two values. It suits data that is close to binary, where
    Gaussian noise would leave the range. Replicas draw different noise, and
    the state is saved with the weights: a loaded run goes on bit for bit.

    Args:
        rate: Float in [0, 1], probability that a component is corrupted.
        low: Float, the least value of the data (pepper). Defaults to `0.0`.
        high: Float, the largest value of the data (salt). Defaults to `1.0`.
        return_mask: Boolean, whether to return as well which components are
            corrupted. Defaults to `False`.
        seed: Int, or `None` for a random seed. Defaults to `None`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor of any shape.
        training: Boolean, whether to corrupt. Defaults to `False`.

    Returns:
        Float tensor of the shape of `inputs`. With `return_mask`, a tuple of
        it and the mask, of the same shape and dtype: 1 where a component was
        drawn to be corrupted (even if it had that value before), 0 elsewhere.

    Raises:
        ValueError: If `rate` is not a number from 0 to 1, or `low` and `high`
            are not finite numbers in that order.

    Example:

    >>> layer = keras_dl4.layers.SaltAndPepperNoise(1.0, seed=0)
    >>> corrupted = layer(np.full((4, 5), 0.5), training=True)
    >>> np.unique(corrupted).tolist()
    [0.0, 1.0]

    References:
        - [Stacked Denoising Autoencoders](
          https://jmlr.org/papers/v11/vincent10a.html), section 3.3
    """

    def __init__(
        self,
        rate,
        low=0.0,
        high=1.0,
        return_mask=False,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        check_rate(rate)
        _check_range(low, high)
        self.rate = rate
        self.low = low
        self.high = high
        self.return_mask = return_mask
        self.seed = seed
        self.noise_source = NoiseSource(seed)
        self.supports_masking = True
        # The Jacobian of an encoder goes through it as if it were not there.
        self.is_identity_in_inference = not return_mask
        self.built = True

    def call(self, inputs, training=False):
        inputs = ops.cast(inputs, self.compute_dtype)
        mask, outputs = ops.zeros_like(inputs), inputs
        if training:
            draws = self.noise_source.uniform(ops.shape(inputs))
            corrupted = ops.less(draws, self.rate)
            mask = ops.cast(corrupted, inputs.dtype)
            # The same draw is the coin: uniform below `rate`, if corrupted.
            extreme = ops.where(
                ops.less(draws, self.rate / 2.0),
                ops.full_like(inputs, self.low),
                ops.full_like(inputs, self.high),
            )
            outputs = ops.where(corrupted, extreme, inputs)
        return (outputs, mask) if self.return_mask else outputs

    def compute_mask(self, inputs, mask=None):
        return (mask, mask) if self.return_mask else mask

    def compute_output_shape(self, input_shape):
        return (input_shape, input_shape) if self.return_mask else input_shape

    def get_config(self):
        config = {
            "rate": self.rate,
            "low": self.low,
            "high": self.high,
            "return_mask": self.return_mask,
            "seed": self.seed,
        }
        return {**super().get_config(), **config}


def _check_range(low, high):
    numeric = all(isinstance(value, numbers.Real) for value in (low, high))
    if not numeric or not -math.inf < low < high < math.inf:
        raise ValueError(
            "`low` and `high` must be finite numbers, the first one less. "
            f"Received: low={low!r}, high={high!r}. Give the least and the "
            "largest value of the data, such as 0.0 and 1.0 for pixels."
        )
