"""Where to look: networks from images to the parameters of a transform."""

import keras
from keras import ops

ARCHITECTURES = ("cnn", "fcn")
_DATA_FORMATS = ("channels_first", "channels_last")
# From here on, no convolution of the paper runs out of pixels.
_SMALLEST_UNPADDED = 28


@keras.saving.register_keras_serializable(package="keras_dl4")
class LocalizationNetwork(keras.layers.Layer):
    """The small networks of the paper that look where to look.

    Use it, with a `TransformRegressor` behind, as the localization network
    of a spatial transformer: `SpatialTransformer(localization="cnn")` does.
    For images of unknown height and width build a network of your own, with
    global pooling in place of a flattening.

    Args:
        architecture: `"cnn"` (an average pooling by 2, two convolutions of
            20 filters of size 5 with a max-pooling by 2 between, a dense
            layer of 20 units) or `"fcn"` (two dense layers of 32 units), all
            with ReLU. Defaults to `"cnn"`.
        data_format: `"channels_last"`, `"channels_first"` or `None` for
            `keras.config.image_data_format()`. Defaults to `None`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        images: Float tensor of shape `(batch, height, width, channels)` or
            `(batch, depth, height, width, channels)`, of known size. Below
            28 pixels a side the `"cnn"` pads its convolutions (`"same"`).

    Returns:
        Float tensor of shape `(batch, 20)` for `"cnn"`, `(batch, 32)` for
        `"fcn"`.

    Raises:
        ValueError: If an argument is unknown, or the images are of another
            rank or of unknown size.

    Example:

    >>> network = keras_dl4.layers.LocalizationNetwork("cnn")
    >>> network(np.zeros((2, 28, 28, 1))).shape == (2, 20)
    True

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          appendix A.4
    """

    def __init__(self, architecture: str = "cnn", data_format=None, **kwargs):
        super().__init__(**kwargs)
        if architecture not in ARCHITECTURES:
            raise ValueError(
                f"`architecture` must be one of {ARCHITECTURES}. "
                f"Received: architecture={architecture!r}."
            )
        self.architecture = architecture
        self.data_format = standardize_data_format(data_format)

    def build(self, input_shape):
        shape = self._channels_last(input_shape)
        if len(shape) not in (4, 5):
            raise ValueError(
                "Images must have 4 axes, or 5 for volumes, with batch and "
                f"channels. Received: shape {tuple(input_shape)}."
            )
        if None in shape[1:]:
            raise ValueError(
                f"The {self.architecture!r} network flattens images and must "
                f"know their size. Received: shape {tuple(input_shape)}. Give "
                "the input a fixed size, or end a network of your own with "
                "global pooling and a `TransformRegressor`."
            )
        make = {"cnn": self._convolutional, "fcn": self._fully_connected}
        self.stages = make[self.architecture](shape[1:-1])
        for stage in self.stages:
            stage.build(shape)
            shape = stage.compute_output_shape(shape)

    def _convolutional(self, size):
        suffix = f"{len(size)}D"
        convolution, average_pooling, max_pooling = (
            getattr(keras.layers, name + suffix)
            for name in ("Conv", "AveragePooling", "MaxPooling")
        )
        options = {
            "padding": "valid" if min(size) >= _SMALLEST_UNPADDED else "same",
            "data_format": "channels_last",
            "dtype": self.dtype_policy,
        }
        return [
            average_pooling(2, **options),
            convolution(20, 5, activation="relu", **options),
            max_pooling(2, **options),
            convolution(20, 5, activation="relu", **options),
            *self._dense(20),
        ]

    def _fully_connected(self, size):
        return self._dense(32, 32)

    def _dense(self, *widths):
        return [
            keras.layers.Flatten(
                data_format="channels_last", dtype=self.dtype_policy
            ),
            *(
                keras.layers.Dense(
                    units, activation="relu", dtype=self.dtype_policy
                )
                for units in widths
            ),
        ]

    def _channels_last(self, shape):
        if self.data_format == "channels_first":
            return (shape[0], *shape[2:], shape[1])
        return tuple(shape)

    def call(self, images):
        # TensorFlow has no convolution of channels first on a CPU.
        if self.data_format == "channels_first":
            images = ops.moveaxis(images, 1, -1)
        for stage in self.stages:
            images = stage(images)
        return images

    def compute_output_shape(self, input_shape):
        units = {"cnn": 20, "fcn": 32}
        return (input_shape[0], units[self.architecture])

    def get_config(self):
        return {
            **super().get_config(),
            "architecture": self.architecture,
            "data_format": self.data_format,
        }


def standardize_data_format(data_format):
    """Checks a data format, and fills in the configured one for `None`.

    Args:
        data_format: String or `None`.

    Returns:
        `"channels_last"` or `"channels_first"`.

    Raises:
        ValueError: If it is none of these.
    """
    if data_format is None:
        return keras.config.image_data_format()
    if data_format not in _DATA_FORMATS:
        raise ValueError(
            f"`data_format` must be None or one of {_DATA_FORMATS}. "
            f"Received: data_format={data_format!r}."
        )
    return data_format


def shape_change(params, start, bounded, param_scale, gradient_scale):
    """Bounds and slows what a localization network changes.

    Args:
        params: Tensor `(batch, warps, num_params)`, what it returned.
        start: Array `(warps, num_params)`, what it started from.
        bounded: Positive float, or `None` for no bound.
        param_scale: Float, factor of the change.
        gradient_scale: Float, factor of its gradient.

    Returns:
        Tensor of the shape of `params`, exactly `start` where `params` is.
    """
    if (bounded, param_scale, gradient_scale) == (None, 1.0, 1.0):
        return params
    change = param_scale * (params - start)
    # Not a sum of two parts, which would be rounded.
    constant = ops.stop_gradient(change)
    change = constant + gradient_scale * (change - constant)
    if bounded is not None:
        change = bounded * ops.tanh(change)
    return start + change


def serialize(localization):
    """Config of a preset, a layer, a list of them, or `None`."""
    if isinstance(localization, list | tuple):
        return [serialize(network) for network in localization]
    if isinstance(localization, keras.layers.Layer):
        return keras.saving.serialize_keras_object(localization)
    return localization


def deserialize(localization):
    """Turns what `serialize` gave back into what it was given."""
    if isinstance(localization, list | tuple):
        return [deserialize(network) for network in localization]
    if isinstance(localization, dict):
        return keras.saving.deserialize_keras_object(localization)
    return localization
