"""Samples of Gaussians, through which gradients pass."""

import keras
from keras import ops

from keras_dl4.layers.noise_source import NoiseSource
from keras_dl4.ops.shapes import shapes_agree


@keras.saving.register_keras_serializable(package="keras_dl4")
class GaussianSampling(keras.layers.Layer):
    """Draws from Gaussians of given mean and variance, while training.

    The reparametrization trick: a draw is a function of mean, variance and
    standard normal noise, and thus has a gradient. Outside of training it is
    the mean; call it with `training=True` to draw there as well.

    All of it computes in float32. Replicas draw different noise, and the
    state is saved with the weights: a loaded run goes on bit for bit.

    Args:
        seed: Int, or `None` for a random seed. Defaults to `None`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: List of two float tensors of the same shape, the mean and the
            logarithm of the variance.
        training: Boolean, whether to draw. Defaults to `False`.

    Returns:
        Float32 tensor of the shape of the mean.

    Raises:
        ValueError: If the inputs are not two tensors of the same shape, or
            the dtype is not float32.

    Example:

    >>> layer = keras_dl4.layers.GaussianSampling(seed=0)
    >>> mean, log_variance = np.ones((2, 3)), np.zeros((2, 3))
    >>> bool(keras.ops.all(layer([mean, log_variance]) == 1.0))
    True
    >>> layer([mean, log_variance], training=True).shape == (2, 3)
    True

    References:
        - [Auto-Encoding Variational Bayes](https://arxiv.org/abs/1312.6114),
          section 2.4
    """

    def __init__(self, seed=None, **kwargs):
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "float32"
        super().__init__(**kwargs)
        if self.compute_dtype != "float32":
            raise ValueError(
                "Sampling computes in float32. Received: "
                f"dtype={self.dtype_policy.name!r}. Give this layer no dtype; "
                "a mixed precision policy may stay set for the other layers."
            )
        self.seed = seed
        self.noise_source = NoiseSource(seed)

    def build(self, input_shape):
        shapes = list(input_shape)
        is_pair = len(shapes) == 2 and all(
            isinstance(shape, list | tuple) for shape in shapes
        )
        if not is_pair or not shapes_agree(*shapes):
            raise ValueError(
                "The inputs must be two tensors of the same shape, "
                f"[mean, log_variance]. Received: {input_shape}. Make both by "
                "dense layers of the same width."
            )

    def call(self, inputs, training=False):
        mean, log_variance = inputs
        if not training:
            return mean
        noise = self.noise_source.normal(ops.shape(mean))
        return mean + ops.exp(0.5 * log_variance) * noise

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}
