"""Noise that sets components to zero."""

import keras
from keras import ops

from keras_dl4.layers.noise_source import NoiseSource
from keras_dl4.layers.noise_source import check_rate


@keras.saving.register_keras_serializable(package="keras_dl4")
class MaskingNoise(keras.layers.Layer):
    """Sets each component to zero with some probability, while training.

    The corruption of the first denoising autoencoders: the network has to
    fill in what is missing. Unlike `keras.layers.Dropout` it does not scale
    what it leaves, its replicas draw different noise, and its state is saved
    with the weights: a loaded run goes on bit for bit.

    Args:
        rate: Float in [0, 1], probability that a component is destroyed.
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
        drawn to be corrupted (even if it was zero before), 0 elsewhere.

    Raises:
        ValueError: If `rate` is not a number from 0 to 1.

    Example:

    >>> layer = keras_dl4.layers.MaskingNoise(0.5, return_mask=True, seed=0)
    >>> corrupted, mask = layer(np.ones((2, 3)), training=True)
    >>> bool(keras.ops.all(corrupted == 1.0 - mask))
    True

    References:
        - [Extracting and Composing Robust Features with Denoising
          Autoencoders](https://doi.org/10.1145/1390156.1390294), section 2.3
    """

    def __init__(self, rate, return_mask=False, seed=None, **kwargs):
        super().__init__(**kwargs)
        check_rate(rate)
        self.rate = rate
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
            outputs = ops.where(corrupted, ops.zeros_like(inputs), inputs)
        return (outputs, mask) if self.return_mask else outputs

    def compute_mask(self, inputs, mask=None):
        return (mask, mask) if self.return_mask else mask

    def compute_output_shape(self, input_shape):
        return (input_shape, input_shape) if self.return_mask else input_shape

    def get_config(self):
        config = {
            "rate": self.rate,
            "return_mask": self.return_mask,
            "seed": self.seed,
        }
        return {**super().get_config(), **config}
