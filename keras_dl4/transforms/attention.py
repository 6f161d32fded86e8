"""Cropping, translation and scale: where to look, and how closely."""

import keras
import numpy as np
from keras import ops

from keras_dl4.ops import affine_grid
from keras_dl4.transforms.transform import Transform
from keras_dl4.transforms.transform import family
from keras_dl4.transforms.transform import is_finite_number
from keras_dl4.transforms.transform import matrix_of


@family("attention")
@keras.saving.register_keras_serializable(package="keras_dl4")
class Attention(Transform):
    """Crop, translation and scale, as in attention to a part of an image.

    The parameters are `(scale, x, y[, z])`; with `isotropic=False` one scale
    for each axis; with a fixed scale only the place. A scale of 0.5 shows
    half of the image on each axis, the place is the middle of what is shown.

    Args:
        isotropic: Boolean, whether all axes share one scale. Defaults to
            `True`.
        scale: Positive float, a fixed scale, or `None` for a free one.
            Defaults to `None`.
        rank: 2 for images, 3 for volumes. Defaults to `2`.

    Raises:
        ValueError: If the scale is not positive.

    Example:

    >>> keras_dl4.transforms.Attention().identity().tolist()
    [1.0, 0.0, 0.0]
    >>> keras_dl4.transforms.Attention(scale=0.5).num_params
    2

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          equation 2
    """

    def __init__(self, isotropic=True, scale=None, rank=2):
        super().__init__(rank)
        is_positive = is_finite_number(scale) and scale > 0
        if scale is not None and not is_positive:
            raise ValueError(
                "`scale` must be positive, or None for a free one. Received: "
                f"{scale!r}"
            )
        self.isotropic = isotropic
        self.scale = scale

    @property
    def _num_scales(self):
        if self.scale is not None:
            return 0
        return 1 if self.isotropic else self.rank

    @property
    def num_params(self):
        return self._num_scales + self.rank

    def identity(self):
        scales, place = [1.0] * self._num_scales, [0.0] * self.rank
        return np.array(scales + place, "float32")

    def grid(self, params, size, align_corners=False):
        matrix = self.matrix(params)
        return affine_grid(matrix[:, : self.rank], size, align_corners)

    def matrix(self, params):
        params = self._checked(params)
        scales, place = (
            params[:, : self._num_scales],
            params[:, self._num_scales :],
        )
        if self.scale is not None:
            scales = ops.full_like(place, self.scale)
        linear = scales[..., None] * np.eye(self.rank, dtype="float32")
        return matrix_of(linear, place)

    def from_matrix(self, matrix):
        if self.scale is not None:
            raise ValueError(self._undefined("params from a matrix"))
        rank = self.rank
        scales = [matrix[:, i, i] for i in range(self._num_scales)]
        place = [matrix[:, i, rank] for i in range(rank)]
        return ops.stack(scales + place, axis=-1)

    def get_config(self):
        return {
            **super().get_config(),
            "isotropic": self.isotropic,
            "scale": self.scale,
        }
