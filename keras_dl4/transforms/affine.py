"""All affine transforms, or those with some entries fixed."""

import keras
import numpy as np
from keras import ops

from keras_dl4.ops import affine_grid
from keras_dl4.transforms.transform import Transform
from keras_dl4.transforms.transform import family
from keras_dl4.transforms.transform import homogeneous
from keras_dl4.transforms.transform import is_finite_number


@family("affine")
@keras.saving.register_keras_serializable(package="keras_dl4")
class Affine(Transform):
    """Affine transforms: cropping, translation, rotation, scale and skew.

    The parameters are the free entries of the matrix, row by row: without
    constraints `(a11, a12, a13, a21, a22, a23)` in images.

    Args:
        constraints: Nested list `rank` x `(rank + 1)`: `None` for a free
            entry of the matrix, a number for a fixed one. Defaults to `None`,
            all are free.
        rank: 2 for images, 3 for volumes. Defaults to `2`.

    Raises:
        ValueError: If the constraints have another shape, hold anything but
            `None` and finite numbers, or leave nothing free.

    Example:

    >>> affine = keras_dl4.transforms.Affine()
    >>> affine.identity().tolist()
    [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    >>> fixed = [[None, 0, None], [0, None, None]]
    >>> no_skew = keras_dl4.transforms.Affine(fixed)
    >>> no_skew.num_params
    4

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          equation 1
    """

    def __init__(self, constraints=None, rank=2):
        super().__init__(rank)
        shape = (rank, rank + 1)
        free = np.ones(shape, bool)
        self._fixed = np.zeros(shape, "float32")
        if constraints is not None:
            entries = np.array(constraints, dtype=object)
            if entries.shape != shape:
                raise ValueError(
                    f"`constraints` must be {shape[0]} rows of {shape[1]}, "
                    "None where an entry is free and a number where it is "
                    f"fixed. Received: {constraints!r}"
                )
            free = np.equal(entries, None).astype(bool)
            if not free.any():
                raise ValueError(
                    "`constraints` must leave an entry free, by None. "
                    f"Received: {constraints!r}"
                )
            if not all(map(is_finite_number, entries[~free])):
                raise ValueError(
                    "`constraints` must have None or a finite number for each "
                    f"entry. Received: {constraints!r}"
                )
            self._fixed[~free] = entries[~free].astype("float32")
            constraints = entries.tolist()
        self.constraints = constraints
        self._free = np.flatnonzero(free)

    @property
    def num_params(self):
        return len(self._free)

    def identity(self):
        identity = np.eye(self.rank, self.rank + 1, dtype="float32")
        return identity.ravel()[self._free]

    def grid(self, params, size, align_corners=False):
        return affine_grid(self._rows(params), size, align_corners)

    def matrix(self, params):
        return homogeneous(self._rows(params))

    def from_matrix(self, matrix):
        if self.constraints is not None:
            raise ValueError(self._undefined("params from a matrix"))
        return ops.reshape(matrix[:, : self.rank], (-1, self.num_params))

    def _rows(self, params):
        params = self._checked(params)
        if self.constraints is not None:
            entries = [
                ops.full_like(params[:, 0], value)
                for value in self._fixed.ravel()
            ]
            for column, place in enumerate(self._free):
                entries[place] = params[:, column]
            params = ops.stack(entries, axis=-1)
        return ops.reshape(params, (-1, self.rank, self.rank + 1))

    def get_config(self):
        return {**super().get_config(), "constraints": self.constraints}
