"""Projective transforms: planes seen in perspective."""

import keras
import numpy as np
from keras import ops

from keras_dl4.ops import projective_grid
from keras_dl4.transforms.transform import Transform
from keras_dl4.transforms.transform import family
from keras_dl4.transforms.transform import is_finite_number


@family("projective")
@keras.saving.register_keras_serializable(package="keras_dl4")
class Projective(Transform):
    """Projective transforms: affine ones, and perspective.

    The parameters are the entries of the matrix row by row but for the last,
    which is 1: 8 in images, 15 in volumes.

    Args:
        epsilon: Positive float. The homogeneous coordinate that the others
            are divided by is kept this far from zero. Defaults to `1e-6`.
        rank: 2 for images, 3 for volumes. Defaults to `2`.

    Raises:
        ValueError: If `epsilon` is not positive.

    Example:

    >>> keras_dl4.transforms.Projective().num_params
    8

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          section 3.2
    """

    def __init__(self, epsilon=1e-6, rank=2):
        super().__init__(rank)
        if not (is_finite_number(epsilon) and epsilon > 0):
            raise ValueError(
                f"`epsilon` must be positive. Received: {epsilon!r}"
            )
        self.epsilon = epsilon

    @property
    def num_params(self):
        return (self.rank + 1) ** 2 - 1

    def identity(self):
        return np.eye(self.rank + 1, dtype="float32").ravel()[:-1]

    def grid(self, params, size, align_corners=False):
        return projective_grid(
            self.matrix(params), size, align_corners, self.epsilon
        )

    def matrix(self, params):
        params = self._checked(params)
        entries = ops.concatenate(
            [params, ops.ones_like(params[:, :1])], axis=-1
        )
        return ops.reshape(entries, (-1, self.rank + 1, self.rank + 1))

    def from_matrix(self, matrix):
        entries = ops.reshape(matrix, (-1, self.num_params + 1))
        return entries[:, :-1] / entries[:, -1:]

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}
