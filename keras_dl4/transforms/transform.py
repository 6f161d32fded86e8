"""What every family of transforms offers, and how a family is named."""

import abc
import math
import numbers

import keras
import numpy as np
from keras import ops

from keras_dl4.ops.matrix_inverse import inverse_of_each

_FAMILIES: dict[str, type] = {}


def family(name):
    """Class decorator that lets `get` find a family by name."""

    def register(cls):
        _FAMILIES[name] = cls
        return cls

    return register


def get(identifier):
    """Gives the transform that is meant by a name, an object or a config.

    Args:
        identifier: Name of a family (`"affine"`, `"attention"`,
            `"translation"`, `"rotation"`, `"similarity"`, `"projective"`,
            `"thin_plate_spline"`), a `Transform`, or what
            `keras.saving.serialize_keras_object` made of one.

    Returns:
        `Transform`, with the defaults of its family if a name was given.

    Raises:
        ValueError: If it is none of these.

    Example:

    >>> keras_dl4.transforms.get("affine").num_params
    6
    """
    if isinstance(identifier, dict):
        identifier = keras.saving.deserialize_keras_object(identifier)
    if isinstance(identifier, str) and identifier in _FAMILIES:
        return _FAMILIES[identifier]()
    if isinstance(identifier, Transform):
        return identifier
    raise ValueError(
        f"`transform` must be one of {tuple(sorted(_FAMILIES))} or an object "
        f"of `keras_dl4.transforms`. Received: {identifier!r}"
    )


class Transform(abc.ABC):
    """A family of spatial transforms, from target to source.

    Subclass it for a family of your own: give it `num_params`, `rank`,
    `identity()`, `grid(...)` and `get_config()`, and register it by
    `keras.saving.register_keras_serializable`. A family that is closed under
    composition and inversion also has `compose` and `inverse`; by default
    they follow from `matrix` and `from_matrix`.

    The convention of grids is that of `keras_dl4.ops.sampling_grids`.

    Args:
        rank: 2 for images, 3 for volumes. Defaults to `2`.

    Raises:
        ValueError: If the rank is another, parameters are of another width
            than `num_params`, or a family is asked for an inverse or a
            composition that it does not have.

    Example:

    >>> class Flip(keras_dl4.transforms.Transform):
    ...     num_params = 1  # 1 leaves the image, -1 mirrors it
    ...     def identity(self):
    ...         return np.ones(1, "float32")
    ...     def grid(self, params, size, align_corners=False):
    ...         grid = keras_dl4.ops.regular_grid(size, align_corners)
    ...         x = params[:, None, None, :] * grid[..., :1]
    ...         y = keras.ops.broadcast_to(grid[..., 1:], x.shape)
    ...         return keras.ops.concatenate([x, y], axis=-1)
    >>> grid = Flip().grid(np.array([[-1.0]], "float32"), (1, 2))
    >>> keras.ops.convert_to_numpy(grid)[0, 0, :, 0].tolist()
    [0.5, -0.5]

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          section 3.2
    """

    def __init__(self, rank=2):
        if not isinstance(rank, numbers.Integral) or rank not in (2, 3):
            raise ValueError(
                "`rank` must be 2, for images, or 3, for volumes. Received: "
                f"{rank!r}"
            )
        self.rank = rank

    @property
    @abc.abstractmethod
    def num_params(self):
        """Positive int, the width of the parameters."""

    @abc.abstractmethod
    def identity(self):
        """Returns float32 `(num_params,)` that leave the image as it is."""

    @abc.abstractmethod
    def grid(self, params, size, align_corners=False):
        """Returns the float32 grid `(batch, *size, rank)` of the params."""

    def matrix(self, params):
        """Returns the homogeneous matrix `(batch, rank + 1, rank + 1)`."""
        raise ValueError(self._undefined("a matrix"))

    def from_matrix(self, matrix):
        """Returns the params of a homogeneous matrix of this family."""
        raise ValueError(self._undefined("params from a matrix"))

    def inverse(self, params):
        """Returns the params of the inverse transform.

        They are not finite where the determinant is 0 in float32.
        """
        return self.from_matrix(inverse_of_each(self.matrix(params)))

    def compose(self, first, second):
        """Returns the params of one warp that does both.

        Warping an image by them is warping it by `first`, and the result by
        `second`; it is sampled once, so less is lost.

        Args:
            first: Tensor `(batch, num_params)`.
            second: Tensor `(batch, num_params)`.
        """
        return self.from_matrix(
            ops.matmul(self.matrix(first), self.matrix(second))
        )

    def get_config(self):
        return {"rank": self.rank}

    @classmethod
    def from_config(cls, config):
        """Makes a transform of what `get_config` returned."""
        return cls(**config)

    def _undefined(self, what):
        return (
            f"{type(self).__name__} with {self.get_config()} has no {what}: "
            "the family is not closed under inversion and composition. Use "
            "an unconstrained Affine, or warp twice."
        )

    def _checked(self, params):
        params = ops.cast(params, "float32")
        if len(params.shape) != 2 or params.shape[-1] != self.num_params:
            raise ValueError(
                f"{type(self).__name__} expects parameters (batch, "
                f"{self.num_params}). Received: shape {tuple(params.shape)}. "
                f"End the localization network with {self.num_params} units."
            )
        return params


def is_finite_number(value):
    """Whether it is a real number, not a truth value, NaN or infinite."""
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    return is_number and math.isfinite(value)


def homogeneous(rows):
    """Adds the row (0, ..., 0, 1) to `(batch, rank, rank + 1)`."""
    last = np.eye(rows.shape[-1], dtype="float32")[-1:]
    last = ops.zeros_like(rows[:, :1]) + last
    return ops.concatenate([rows, last], axis=1)


def matrix_of(linear, translation):
    """Homogeneous matrix of `(batch, rank, rank)` and `(batch, rank)`."""
    rows = ops.concatenate([linear, translation[..., None]], axis=-1)
    return homogeneous(rows)
