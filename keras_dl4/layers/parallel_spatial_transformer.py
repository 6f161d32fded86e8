"""Several spatial transformers that look at the same images."""

import math
import numbers

import keras
import numpy as np
from keras import ops

from keras_dl4 import transforms
from keras_dl4.layers.abstract_spatial_transformer import (
    AbstractSpatialTransformer,
)
from keras_dl4.layers.transform_regressor import as_lists

_MERGES = ("stack", "concatenate")
# Places along each axis at which a start is compared with its tile.
_PLACES = 10


@keras.saving.register_keras_serializable(package="keras_dl4")
class ParallelSpatialTransformer(AbstractSpatialTransformer):
    """Several spatial transformers that look at the same images.

    Use it where an image shows several things: the number of transforms
    bounds how many of them can be attended to. All images are sampled in one
    go, without copies. It is otherwise like
    `keras_dl4.layers.SpatialTransformer`.

    Args:
        num_transforms: Positive int, how many there are.
        transform: See `keras_dl4.layers.SpatialTransformer`; the same for
            all. Defaults to `"affine"`.
        localization: A single network for all of them, `"cnn"`, `"fcn"` or a
            layer that returns `(batch, num_transforms, num_params)` or these
            flattened; or a list of `num_transforms` networks, one each, which
            return `(batch, num_params)`; or `None`. Defaults to `"cnn"`.
        output_size: Tuple `(height, width)`, or `(depth, height, width)` for
            a transform of rank 3, or `None` for the size of the input.
            Defaults to `None`.
        merge: `"stack"` the outputs along a new axis after the batch, or
            `"concatenate"` their channels. Defaults to `"stack"`.
        initial_params: Where they start: `"identity"`, `"tiled"` (each on a
            part of the image of its own, or as near to it as the transform
            can get), or an array of shape `(num_transforms, num_params)`.
            Defaults to `"identity"`.
        **kwargs: Arguments of `keras_dl4.layers.SpatialTransformer`
            (`interpolation`, `padding`, `align_corners`, `bounded`,
            `param_scale`, `gradient_scale`, `antialias`, `return_params`,
            `return_grid`, `data_format`) and of `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of images, or a list of it and one or more
            tensors of parameters `(batch, num_transforms, num_params)`; see
            `keras_dl4.layers.SpatialTransformer`.
        training: Boolean, for the localization networks.

    Returns:
        Tensor of shape `(batch, num_transforms, *output_size, channels)`, or
        with `"concatenate"` of shape `(batch, *output_size, num_transforms *
        channels)`; with `return_params` or `return_grid` a tuple of it, the
        parameters, float32 `(batch, num_transforms, num_params)`, and the
        grids, float32 `(batch, num_transforms, *size, rank)`.

    Raises:
        ValueError: If an argument is unknown or out of range, the transform
            cannot be tiled, or the inputs or parameters are of another shape
            or dtype than the transform expects.

    Example:

    >>> layer = keras_dl4.layers.ParallelSpatialTransformer(
    ...     4,
    ...     keras_dl4.transforms.Attention(),
    ...     "fcn",
    ...     output_size=(14, 14),
    ...     initial_params="tiled",
    ... )
    >>> image = np.zeros((1, 28, 28, 1), "float32")
    >>> image[:, :14, 14:] = 1.0
    >>> keras.ops.mean(layer(image), axis=(0, 2, 3, 4)).numpy().tolist()
    [0.0, 1.0, 0.0, 0.0]

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          sections 3.4 and 4.3, appendices A.1 and A.6
    """

    def __init__(
        self,
        num_transforms: int,
        transform="affine",
        localization="cnn",
        output_size=None,
        *,
        merge: str = "stack",
        initial_params="identity",
        **kwargs,
    ):
        is_int = isinstance(num_transforms, numbers.Integral)
        if not is_int or num_transforms is True or num_transforms < 1:
            raise ValueError(
                "`num_transforms` must be an int >= 1. "
                f"Received: num_transforms={num_transforms!r}."
            )
        if merge not in _MERGES:
            raise ValueError(
                f"`merge` must be one of {_MERGES}. Received: merge={merge!r}."
            )
        transform = transforms.get(transform)
        super().__init__(
            transform,
            localization,
            output_size,
            _start_of(initial_params, transform, num_transforms),
            lead=(num_transforms,),
            **kwargs,
        )
        self.num_transforms = num_transforms
        self.merge = merge
        self.initial_params = as_lists(initial_params)

    def _join(self, warped):
        if self.merge == "stack":
            return warped
        if self.data_format == "channels_first":
            shape = ops.shape(warped)
            return ops.reshape(warped, (-1, shape[1] * shape[2], *shape[3:]))
        warped = ops.moveaxis(warped, 1, -2)
        *shape, number, channels = ops.shape(warped)
        return ops.reshape(warped, (-1, *shape[1:], number * channels))

    def _joined_shape(self, shape):
        if self.merge == "stack":
            return (self.num_transforms, *shape)
        if self.data_format == "channels_first":
            return (self.num_transforms * shape[0], *shape[1:])
        return (*shape[:-1], self.num_transforms * shape[-1])

    def get_config(self):
        return {
            **super().get_config(),
            "num_transforms": self.num_transforms,
            "merge": self.merge,
            "initial_params": self.initial_params,
        }


def _start_of(initial_params, transform, number):
    """Array that `initial_params` stands for, or `None` for the identity."""
    if not isinstance(initial_params, str):
        return initial_params
    if initial_params == "identity":
        return None
    if initial_params == "tiled":
        return _tiled_params(transform, number)
    raise ValueError(
        "`initial_params` must be 'identity', 'tiled' or an array of shape "
        f"{(number, transform.num_params)}. Received: "
        f"initial_params={initial_params!r}."
    )


def _tiled_params(transform, number):
    """Parameters that show the parts of an image, row by row."""
    # As near to a square as it divides.
    rows = max(n for n in range(1, math.isqrt(number) + 1) if number % n == 0)
    counts = np.ones(transform.rank)
    counts[:2] = number // rows, rows
    size = getattr(transform, "size", (_PLACES,) * transform.rank)
    axes = [(2.0 * np.arange(n) + 1.0) / n - 1.0 for n in size]
    whole = np.stack(np.meshgrid(*axes, indexing="ij")[::-1], axis=-1)
    tiles = []
    for part in range(number):
        index = np.zeros(transform.rank)
        index[1], index[0] = divmod(part, number // rows)
        tiles.append((whole + 2.0 * index + 1.0) / counts - 1.0)
    params = np.round(_closest_params(transform, np.array(tiles)), 6)
    if number > 1 and (params == params[0]).all():
        raise ValueError(
            f"A {type(transform).__name__} cannot move to a part of an image. "
            "Received: initial_params='tiled'. Use 'identity', or a transform "
            "with a translation."
        )
    return params + 0.0  # Without any -0.0.


def _closest_params(transform, grids, max_steps=10, difference=1e-2):
    """Parameters whose grids are closest to others: Gauss-Newton steps."""
    start = np.asarray(transform.identity(), "float64")
    number, width = len(grids), start.size
    params = np.tile(start, (number, 1))
    changes = difference * np.eye(width)
    changes = np.concatenate([changes, -changes, np.zeros((1, width))])
    for _ in range(max_steps):
        changed = (params[:, None] + changes).reshape(-1, width)
        flat = transform.grid(changed.astype("float32"), grids.shape[1:-1])
        flat = ops.convert_to_numpy(flat).astype("float64")
        flat = flat.reshape(number, len(changes), -1)
        slopes = flat[:, :width] - flat[:, width:-1]
        slopes = slopes / (2.0 * difference)
        missing = grids.reshape(number, -1) - flat[:, -1]
        steps = [
            np.linalg.lstsq(slope.T, rest, rcond=1e-4)[0]
            for slope, rest in zip(slopes, missing, strict=True)
        ]
        params = params + steps
        if np.abs(steps).max() < 1e-6:
            break
    return params
