"""A layer whose outputs have length one."""

import keras

from keras_dl4.ops.unit_normalization import unit_normalize


@keras.saving.register_keras_serializable(package="keras_dl4")
class UnitNormalization(keras.layers.Layer):
    """Divides vectors by their length; a zero vector stays zero.

    Scalar products of what it returns are cosines. Other than of
    `keras.layers.UnitNormalization` its gradient is finite at zero, where
    sentences without known words are.

    Args:
        axis: Int, along which a vector lies. Defaults to `-1`.
        epsilon: Float > 0, vectors shorter than that become shorter than one.
            Defaults to `1e-6`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of any shape.

    Returns:
        Float tensor of the same shape.

    Raises:
        ValueError: If `epsilon` is not in (0, 1).

    Example:

    >>> layer = keras_dl4.layers.UnitNormalization()
    >>> np.array(layer(np.array([[3.0, 4.0]]))).round(1).tolist()
    [[0.6000000238418579, 0.800000011920929]]
    """

    def __init__(self, axis=-1, epsilon=1e-6, **kwargs):
        super().__init__(**kwargs)
        if not 0.0 < epsilon < 1.0:
            raise ValueError(
                "`epsilon` must be a number between 0 and 1. Received: "
                f"epsilon={epsilon!r}. Take the default, 1e-6."
            )
        self.axis = axis
        self.epsilon = epsilon
        self.supports_masking = True
        self.built = True

    def call(self, inputs):
        return unit_normalize(inputs, self.axis, self.epsilon)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = {"axis": self.axis, "epsilon": self.epsilon}
        return {**super().get_config(), **config}
