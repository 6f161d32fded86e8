"""A layer that learns where to look."""

import keras

from keras_dl4.layers.abstract_spatial_transformer import (
    AbstractSpatialTransformer,
)
from keras_dl4.layers.transform_regressor import as_lists


@keras.saving.register_keras_serializable(package="keras_dl4")
class SpatialTransformer(AbstractSpatialTransformer):
    """Spatial transformer: warps each image the way a network says.

    Use it at the input of a network, or between any of its layers, to turn,
    zoom, straighten or crop what matters into one pose. It needs no labels of
    its own: the gradient of the loss reaches the localization network through
    the sampled image. At the start it is the identity. Coordinates follow the
    convention of `keras_dl4.ops.affine_grid`, target to source: a scale of
    0.5 zooms in.

    Parameters and grids are float32 under any dtype policy; images are
    sampled in the dtype of the policy.

    Args:
        transform: `"affine"`, `"attention"`, `"translation"`, `"rotation"`,
            `"similarity"`, `"projective"`, `"thin_plate_spline"`, or an
            object of `keras_dl4.transforms`. Defaults to `"affine"`.
        localization: The network from images to parameters: `"cnn"` or
            `"fcn"` (see `keras_dl4.layers.LocalizationNetwork`), or a layer,
            best one that ends with a `keras_dl4.layers.TransformRegressor`;
            `None` if parameters are fed in. Defaults to `"cnn"`.
        output_size: Tuple `(height, width)`, or `(depth, height, width)` for
            a transform of rank 3, or `None` for the size of the input.
            Defaults to `None`.
        interpolation: `"bilinear"`, `"nearest"` (no gradient for the
            transform) or `"bicubic"` (not for volumes). Defaults to
            `"bilinear"`.
        padding: What lies outside: `"zeros"`, `"border"`, `"reflection"`, or
            a float. Defaults to `"zeros"`.
        align_corners: Boolean, whether -1 and 1 are the centers of the first
            and last pixel, or their outer edges. Defaults to `False`.
        initial_params: Array of shape `(num_params,)`, what a preset starts
            from and what `bounded` and `param_scale` count from, or `None`
            for the identity. Defaults to `None`.
        bounded: Positive float `b`: parameters become `initial_params +
            b * tanh(params - initial_params)`, so that a large step cannot
            move the image out of sight; `None` for no bound. Defaults to
            `None`.
        param_scale: Positive float, factor of `params - initial_params`:
            below 1 it slows the localization under any optimizer. Defaults to
            `1.0`.
        gradient_scale: Float, factor of the gradient that reaches the
            localization network: the paper's smaller learning rate. It works
            with plain SGD only; optimizers such as Adam undo it. Defaults to
            `1.0`.
        antialias: Int `k`: samples at `k` times the output size and averages
            over `k` by `k` pixels, for outputs smaller than what they show;
            `None` for none. Defaults to `None`.
        return_params: Boolean, whether to return the parameters as well.
            Defaults to `False`.
        return_grid: Boolean, whether to return the sampled grid as well, of
            `antialias` times the output size. Defaults to `False`.
        data_format: `"channels_last"`, `"channels_first"` or `None` for
            `keras.config.image_data_format()`. Defaults to `None`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, height, width, channels)`, or
            `(batch, depth, height, width, channels)`; batch and sizes may be
            unknown where the localization and the transform allow it. Or a
            list of it and one or more tensors of parameters `(batch,
            num_params)`, used in place of a localization network, and
            composed in the order given.
        training: Boolean, for the localization network.

    Returns:
        Tensor of shape `(batch, *output_size, channels)`; with
        `return_params` or `return_grid` a tuple of it, the parameters,
        float32 `(batch, num_params)`, and the grid, float32 `(batch, *size,
        rank)`.

    Raises:
        ValueError: If an argument is unknown or out of range, or the inputs
            or parameters are of another shape or dtype than the transform
            expects.

    Example:

    >>> layer = keras_dl4.layers.SpatialTransformer(
    ...     "affine", output_size=(14, 14), return_params=True
    ... )
    >>> warped, params = layer(np.ones((2, 28, 28, 1), "float32"))
    >>> warped.shape == (2, 14, 14, 1), params.shape == (2, 6)
    (True, True)

    Several in a row blur, as each interpolates what another has interpolated.
    Composed, they sample the original once:

    >>> images = keras.Input((28, 28, 1))
    >>> warped, first = keras_dl4.layers.SpatialTransformer(
    ...     "affine", return_params=True
    ... )(images)
    >>> _, second = keras_dl4.layers.SpatialTransformer(
    ...     "affine", return_params=True
    ... )(warped)
    >>> once = keras_dl4.layers.SpatialTransformer("affine", localization=None)
    >>> once([images, first, second]).shape
    (None, 28, 28, 1)

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          section 3
    """

    def __init__(
        self,
        transform="affine",
        localization="cnn",
        output_size=None,
        *,
        interpolation: str = "bilinear",
        padding="zeros",
        align_corners: bool = False,
        initial_params=None,
        bounded=None,
        param_scale: float = 1.0,
        gradient_scale: float = 1.0,
        antialias=None,
        return_params: bool = False,
        return_grid: bool = False,
        data_format=None,
        **kwargs,
    ):
        super().__init__(
            transform,
            localization,
            output_size,
            initial_params,
            lead=(),
            interpolation=interpolation,
            padding=padding,
            align_corners=align_corners,
            bounded=bounded,
            param_scale=param_scale,
            gradient_scale=gradient_scale,
            antialias=antialias,
            return_params=return_params,
            return_grid=return_grid,
            data_format=data_format,
            **kwargs,
        )
        self.initial_params = as_lists(initial_params)

    def get_config(self):
        return {**super().get_config(), "initial_params": self.initial_params}
