"""Only the largest activations of a layer."""

import math
import numbers

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_dl4")
class KSparse(keras.layers.Layer):
    """Keeps the `k` largest activations of each example, zeroes the others.

    Between encoder and decoder it makes a k-sparse autoencoder; the paper
    puts it behind a linear layer. Largest means largest value, not magnitude.
    Only what is kept has a gradient.

    Units that are never among the largest never learn. Start with many and
    lower the number by `keras_dl4.callbacks.KSparseSchedule`: `k` is a
    non-trainable weight, so nothing is compiled again.

    Convention (ties): exactly `k` activations are kept. Of equal ones, those
    at lower positions come first. NaN is kept in any case, so that it does
    not go unnoticed.

    Args:
        k: Positive int, how many activations to keep, up to the width of the
            layer.
        alpha: Float of at least 1. Outside of training, `alpha * k`
            activations are kept, rounded to the nearest int (a half to the
            even one), at most all. Defaults to `1.0`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, ..., width)`.
        training: Boolean, whether `alpha` is left out. Defaults to `False`.

    Returns:
        Float tensor of the shape of `inputs`.

    Raises:
        ValueError: If `k` is not a positive int up to the width, the width is
            unknown, or `alpha` is less than 1 or not finite.

    Example:

    >>> layer = keras_dl4.layers.KSparse(2)
    >>> np.array(layer(np.array([[0.5, -3.0, 2.0, 1.0]]))).tolist()
    [[0.0, 0.0, 2.0, 1.0]]
    >>> layer.update_k(1)
    >>> np.array(layer(np.array([[0.5, -3.0, 2.0, 1.0]]))).tolist()
    [[0.0, 0.0, 2.0, 0.0]]

    References:
        - [k-Sparse Autoencoders](https://arxiv.org/abs/1312.5663), section 2
    """

    def __init__(self, k, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
        _check_k(k)
        is_number = isinstance(alpha, numbers.Real)
        if not is_number or not 1.0 <= alpha < math.inf:
            raise ValueError(
                "`alpha` must be a finite number of at least 1. Received: "
                f"alpha={alpha!r}. Keep no fewer activations after training "
                "than in it."
            )
        self.alpha = alpha
        self.supports_masking = True
        self._start_k = k
        self._width = None

    def build(self, input_shape):
        self._width = input_shape[-1]
        if self._width is None:
            raise ValueError(
                "The last axis of the inputs must have a known size. Received: "
                f"input shape {tuple(input_shape)}. Give `keras.Input` the "
                "number of activations."
            )
        _check_k(self._start_k, self._width)
        self.k = self.add_weight(
            shape=(),
            initializer=keras.initializers.Constant(self._start_k),
            dtype="int32",
            trainable=False,
            name="k",
        )

    def update_k(self, k):
        """Sets how many activations are kept from now on.

        Args:
            k: Positive int, up to the width of the layer.

        Raises:
            ValueError: If it is not, or the layer is not built.
        """
        if not self.built:
            raise ValueError(
                f"{self.name!r} must be built before `k` can change. "
                f"Received: k={k!r}. Call its model on data once, or give "
                "the model a `keras.Input`."
            )
        _check_k(k, self._width)
        self.k.assign(k)

    def call(self, inputs, training=False):
        number = ops.convert_to_tensor(self.k)
        if not training:
            number = ops.cast(number, "float32") * self.alpha
            number = ops.cast(ops.round(number), "int32")
            number = ops.minimum(number, self._width)
        ascending = ops.sort(ops.stop_gradient(inputs), axis=-1)
        threshold = ops.take(ascending, self._width - number, axis=-1)
        threshold = ops.expand_dims(threshold, -1)
        # Not `inputs > threshold`, which NaN would fail.
        is_above = ops.logical_not(ops.less_equal(inputs, threshold))
        is_equal = ops.equal(inputs, threshold)
        num_above = ops.sum(ops.cast(is_above, "int32"), axis=-1, keepdims=True)
        place = ops.cumsum(ops.cast(is_equal, "int32"), axis=-1)
        fits = ops.less_equal(place, number - num_above)
        kept = ops.logical_or(is_above, ops.logical_and(is_equal, fits))
        return ops.where(kept, inputs, ops.zeros_like(inputs))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = {"k": self._start_k, "alpha": self.alpha}
        return {**super().get_config(), **config}


def _check_k(k, width=None):
    is_int = isinstance(k, numbers.Integral) and not isinstance(k, bool)
    if not is_int or k < 1:
        raise ValueError(
            "`k` must be a positive int, the number of activations to keep. "
            f"Received: k={k!r}. For a fraction, multiply it by the width."
        )
    if width is not None and k > width:
        raise ValueError(
            f"`k` must be at most the width of the layer, {width}. "
            f"Received: k={k}. Lower `k`, or widen the layer in front."
        )
