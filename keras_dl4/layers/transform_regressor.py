"""The end of a localization network."""

import math

import keras
import numpy as np
from keras import ops

from keras_dl4 import transforms


@keras.saving.register_keras_serializable(package="keras_dl4")
class TransformRegressor(keras.layers.Layer):
    """The end of a localization network: parameters of a transform.

    A dense layer with a kernel of zeros and the identity as its bias, so that
    whatever the network in front of it looks like, training starts from
    undistorted images. It is float32 under any dtype policy, since parameters
    in half precision miss pixels.

    Args:
        transform: Name of a transform (see `keras_dl4.transforms.get`) or an
            object of it. Defaults to `"affine"`.
        initial_params: What it returns before training: an array of shape
            `(num_params,)`, or `(num_transforms, num_params)` for a
            `ParallelSpatialTransformer`, or `None` for the identity. Defaults
            to `None`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        features: Float tensor of shape `(batch, ...)`; it is flattened.

    Returns:
        Float32 tensor of shape `(batch, num_params)`, or
        `(batch, num_transforms, num_params)` after `initial_params`.

    Raises:
        ValueError: If the transform is unknown, `initial_params` is of another
            width, the features are of unknown size, or the dtype is not
            float32.

    Example:

    >>> localization = keras.Sequential(
    ...     [
    ...         keras.layers.Conv2D(8, 3, activation="relu"),
    ...         keras.layers.GlobalAveragePooling2D(),
    ...         keras_dl4.layers.TransformRegressor("affine"),
    ...     ]
    ... )
    >>> params = localization(np.ones((1, 9, 9, 3)))
    >>> keras.ops.convert_to_numpy(params).tolist()
    [[1.0, 0.0, 0.0, 0.0, 1.0, 0.0]]

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          appendix A.4
    """

    def __init__(self, transform="affine", initial_params=None, **kwargs):
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "float32"
        super().__init__(**kwargs)
        if self.compute_dtype != "float32":
            raise ValueError(
                "The parameters of a transform are float32. Received: "
                f"dtype={self.dtype_policy.name!r}. Give no dtype; a mixed "
                "precision policy may stay set for the other layers."
            )
        self.transform = transforms.get(transform)
        self.initial_params = as_lists(initial_params)
        self._start = start_params(self.transform, initial_params)

    def build(self, input_shape):
        if None in input_shape[1:]:
            raise ValueError(
                "Features must be of known size. Received: shape "
                f"{tuple(input_shape)}. Put `GlobalAveragePooling2D` in "
                "front, or give the input a fixed size."
            )
        self.kernel = self.add_weight(
            shape=(math.prod(input_shape[1:]), self._start.size),
            initializer="zeros",
            name="kernel",
        )
        start = self._start.reshape(-1)
        self.bias = self.add_weight(
            shape=start.shape,
            initializer=lambda shape, dtype: ops.convert_to_tensor(
                start, dtype=dtype
            ),
            name="bias",
        )

    def call(self, features):
        features = ops.reshape(features, (-1, self.kernel.shape[0]))
        params = ops.matmul(features, self.kernel) + self.bias
        return ops.reshape(params, (-1, *self._start.shape))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self._start.shape)

    def get_config(self):
        return {
            **super().get_config(),
            "transform": keras.saving.serialize_keras_object(self.transform),
            "initial_params": self.initial_params,
        }


def start_params(transform, initial_params, lead=None):
    """The parameters that training starts from.

    Args:
        transform: A transform.
        initial_params: `None` for the identity, or an array.
        lead: Tuple, the axes that have to come before that of the parameters,
            or `None` for at most one, of any size. Missing ones are repeated.

    Returns:
        Float32 array of shape `(*lead, num_params)`.

    Raises:
        ValueError: If `initial_params` are of another shape, or not finite.
    """
    start = transform.identity() if initial_params is None else initial_params
    try:
        start = np.asarray(start, "float32")
    except (TypeError, ValueError):
        start = np.zeros(0)  # of another shape
    if lead is None:
        lead = start.shape[:1] if start.ndim == 2 else ()
    if start.ndim == 1:
        start = np.tile(start, (*lead, 1))
    expected = (*lead, transform.num_params)
    if start.shape != expected or not np.isfinite(start).all():
        raise ValueError(
            f"`initial_params` must be finite, of shape {expected} for "
            f"{type(transform).__name__}. Received: "
            f"initial_params={initial_params!r}. Start from "
            "`transform.identity()` and change it."
        )
    return start


def as_lists(array):
    """Turns an array into nested lists, for a config; leaves `None`."""
    if array is None or isinstance(array, str):
        return array
    return np.asarray(array).tolist()
