"""Rotations about the center."""

import keras
import numpy as np
from keras import ops

from keras_dl4.ops import affine_grid
from keras_dl4.transforms.transform import Transform
from keras_dl4.transforms.transform import family
from keras_dl4.transforms.transform import matrix_of


@family("rotation")
@keras.saving.register_keras_serializable(package="keras_dl4")
class Rotation(Transform):
    """Rotations about the center of the image.

    The parameter is the angle in radians; in volumes it is the rotation
    vector `(x, y, z)`, the axis times the angle. Angles are those of
    normalized coordinates: exact for square images and cubic volumes, and
    with a skew for others. A positive angle turns the grid from x to y, which
    shows the content turned counterclockwise (y points down).

    Args:
        rank: 2 for images, 3 for volumes. Defaults to `2`.

    Raises:
        ValueError: If the rank is another.

    Example:

    >>> rotation = keras_dl4.transforms.Rotation()
    >>> quarter = rotation.compose([[0.5]], [[0.25]])
    >>> round(float(quarter[0, 0]), 4)
    0.75

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          section 3.2
    """

    @property
    def num_params(self):
        return num_angles(self.rank)

    def identity(self):
        return np.zeros(self.num_params, "float32")

    def grid(self, params, size, align_corners=False):
        matrix = self.matrix(params)
        return affine_grid(matrix[:, : self.rank], size, align_corners)

    def matrix(self, params):
        linear = rotation_matrix(self._checked(params))
        return matrix_of(linear, ops.zeros_like(linear[..., 0]))

    def from_matrix(self, matrix):
        return rotation_params(matrix[:, : self.rank, : self.rank])


def num_angles(rank):
    """How many parameters a rotation has."""
    return {2: 1, 3: 3}[rank]


def rotation_matrix(params):
    """Matrices of angles `(batch, 1)` or rotation vectors `(batch, 3)`."""
    if params.shape[-1] == 1:
        cos, sin = ops.cos(params), ops.sin(params)
        row_x = ops.concatenate([cos, -sin], axis=-1)
        row_y = ops.concatenate([sin, cos], axis=-1)
        return ops.stack([row_x, row_y], axis=1)
    # Rodrigues' formula. Below the bound on the angle its series is exact in
    # float32, and the square root has no infinite slope.
    squared = ops.sum(ops.square(params), axis=-1)[:, None, None]
    is_small = squared < 1e-6
    angle = ops.sqrt(ops.where(is_small, 1.0, squared))
    sin_part = ops.where(is_small, 1.0 - squared / 6.0, ops.sin(angle) / angle)
    half = ops.sin(angle / 2.0) / angle
    cos_part = ops.where(is_small, 0.5 - squared / 24.0, 2.0 * ops.square(half))
    x, y, z = (params[:, i] for i in range(3))
    zero = ops.zeros_like(x)
    cross = ops.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1)
    cross = ops.reshape(cross, (-1, 3, 3))
    identity = np.eye(3, dtype="float32")
    return identity + sin_part * cross + cos_part * ops.matmul(cross, cross)


def rotation_params(matrix):
    """Angles or rotation vectors, up to half a turn, of matrices."""
    if matrix.shape[-1] == 2:
        return ops.arctan2(matrix[:, 1, :1], matrix[:, 0, :1])
    quaternion = _quaternion(matrix)
    cos, axis = quaternion[:, :1], quaternion[:, 1:]
    squared = ops.sum(ops.square(axis), axis=-1, keepdims=True)
    is_small = squared < 1e-12
    sin = ops.sqrt(ops.where(is_small, 1.0, squared))
    stretch = 2.0 * ops.arctan2(sin, cos) / sin
    return axis * ops.where(is_small, 2.0, stretch)


def _quaternion(matrix):
    """Unit quaternions `(batch, 4)`, the real part first and not negative.

    All entries of the outer product of a quaternion with itself are sums of
    entries of its matrix. The row of the largest diagonal entry loses no
    digits at any angle, half a turn included.
    """
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = (
        [matrix[:, row, column] for column in range(3)] for row in range(3)
    )
    rows = [
        [1.0 + xx + yy + zz, zy - yz, xz - zx, yx - xy],
        [zy - yz, 1.0 + xx - yy - zz, xy + yx, xz + zx],
        [xz - zx, xy + yx, 1.0 - xx + yy - zz, yz + zy],
        [yx - xy, xz + zx, yz + zy, 1.0 - xx - yy + zz],
    ]
    diagonal = ops.stack([rows[i][i] for i in range(4)], axis=-1)
    chosen = ops.one_hot(ops.argmax(diagonal, axis=-1), 4, dtype="float32")
    rows = ops.stack([ops.stack(row, axis=-1) for row in rows], axis=1)
    row = ops.sum(rows * chosen[..., None], axis=1)
    row = row * ops.where(row[:, :1] < 0.0, -1.0, 1.0)
    return row * ops.rsqrt(ops.sum(ops.square(row), axis=-1, keepdims=True))
