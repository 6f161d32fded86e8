"""Additive Gaussian noise."""

import math
import numbers

import keras
from keras import ops

from keras_dl4.layers.noise_source import NoiseSource


@keras.saving.register_keras_serializable(package="keras_dl4")
class GaussianCorruption(keras.layers.Layer):
    """Adds isotropic Gaussian noise, while training.

    The corruption of a denoising autoencoder for real-valued data. Unlike
    `keras.layers.GaussianNoise`, its replicas draw different noise, and its
    state is saved with the weights: a loaded run goes on bit for bit.

    Args:
        stddev: Float of at least 0, standard deviation of the noise, in the
            unit of the data.
        seed: Int, or `None` for a random seed. Defaults to `None`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor of any shape.
        training: Boolean, whether to corrupt. Defaults to `False`.

    Returns:
        Float tensor of the shape of `inputs`.

    Raises:
        ValueError: If `stddev` is negative or not finite.

    Example:

    >>> layer = keras_dl4.layers.GaussianCorruption(0.1, seed=0)
    >>> clean = np.zeros((2, 3), "float32")
    >>> bool(keras.ops.any(layer(clean, training=True) != 0.0))
    True
    >>> bool(keras.ops.any(layer(clean) != 0.0))
    False

    References:
        - [Stacked Denoising Autoencoders](
          https://jmlr.org/papers/v11/vincent10a.html), section 3.3
    """

    def __init__(self, stddev, seed=None, **kwargs):
        super().__init__(**kwargs)
        is_number = isinstance(stddev, numbers.Real)
        if not is_number or not 0.0 <= stddev < math.inf:
            raise ValueError(
                "`stddev` must be a finite number of at least 0. Received: "
                f"stddev={stddev!r}. Give the standard deviation of the "
                "noise, such as 0.1 for pixels in [0, 1]."
            )
        self.stddev = stddev
        self.seed = seed
        self.noise_source = NoiseSource(seed)
        self.supports_masking = True
        # The Jacobian of an encoder goes through it as if it were not there.
        self.is_identity_in_inference = True
        self.built = True

    def call(self, inputs, training=False):
        inputs = ops.cast(inputs, self.compute_dtype)
        if not training:
            return inputs
        noise = self.stddev * self.noise_source.normal(ops.shape(inputs))
        return inputs + ops.cast(noise, inputs.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = {"stddev": self.stddev, "seed": self.seed}
        return {**super().get_config(), **config}
