"""Translations."""

import keras
import numpy as np
from keras import ops

from keras_dl4.ops import affine_grid
from keras_dl4.transforms.transform import Transform
from keras_dl4.transforms.transform import family
from keras_dl4.transforms.transform import matrix_of


@family("translation")
@keras.saving.register_keras_serializable(package="keras_dl4")
class Translation(Transform):
    """Translations by `(x, y[, z])`, in half image sizes.

    Args:
        rank: 2 for images, 3 for volumes. Defaults to `2`.

    Raises:
        ValueError: If the rank is another.

    Example:

    >>> translation = keras_dl4.transforms.Translation()
    >>> back = translation.inverse([[0.5, -1.0]])
    >>> keras.ops.convert_to_numpy(back).tolist()
    [[-0.5, 1.0]]

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          section 3.2
    """

    @property
    def num_params(self):
        return self.rank

    def identity(self):
        return np.zeros(self.rank, "float32")

    def grid(self, params, size, align_corners=False):
        matrix = self.matrix(params)
        return affine_grid(matrix[:, : self.rank], size, align_corners)

    def matrix(self, params):
        params = self._checked(params)
        linear = ops.zeros_like(params)[..., None] + np.eye(
            self.rank, dtype="float32"
        )
        return matrix_of(linear, params)

    def from_matrix(self, matrix):
        return matrix[:, : self.rank, self.rank]
