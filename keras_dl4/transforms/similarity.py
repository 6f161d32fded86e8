"""Rotation, translation and one scale."""

import keras
import numpy as np
from keras import ops

from keras_dl4.ops import affine_grid
from keras_dl4.transforms.rotation import num_angles
from keras_dl4.transforms.rotation import rotation_matrix
from keras_dl4.transforms.rotation import rotation_params
from keras_dl4.transforms.transform import Transform
from keras_dl4.transforms.transform import family
from keras_dl4.transforms.transform import matrix_of


@family("similarity")
@keras.saving.register_keras_serializable(package="keras_dl4")
class Similarity(Transform):
    """Rotation, scale and translation: shapes are kept.

    The parameters are `(scale, angle, x, y)`, in volumes `(scale, rotation
    vector, x, y, z)`; see `Rotation`. The scale must be positive for an
    inverse.

    Args:
        rank: 2 for images, 3 for volumes. Defaults to `2`.

    Raises:
        ValueError: If the rank is another.

    Example:

    >>> keras_dl4.transforms.Similarity().identity().tolist()
    [1.0, 0.0, 0.0, 0.0]

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          section 3.2
    """

    @property
    def num_params(self):
        return 1 + num_angles(self.rank) + self.rank

    def identity(self):
        return np.eye(1, self.num_params, dtype="float32")[0]

    def grid(self, params, size, align_corners=False):
        matrix = self.matrix(params)
        return affine_grid(matrix[:, : self.rank], size, align_corners)

    def matrix(self, params):
        params = self._checked(params)
        rotation = rotation_matrix(params[:, 1 : -self.rank])
        linear = params[:, 0, None, None] * rotation
        return matrix_of(linear, params[:, -self.rank :])

    def from_matrix(self, matrix):
        linear = matrix[:, : self.rank, : self.rank]
        scale = ops.sqrt(ops.sum(ops.square(linear[:, :, 0]), axis=-1))
        rotation = rotation_params(linear / scale[:, None, None])
        place = matrix[:, : self.rank, self.rank]
        return ops.concatenate([scale[:, None], rotation, place], axis=-1)
