"""Thin plate splines: elastic deformations through control points."""

import keras
import numpy as np
from keras import ops

from keras_dl4.ops import control_point_grid
from keras_dl4.ops import thin_plate_spline_grid
from keras_dl4.transforms.transform import Transform
from keras_dl4.transforms.transform import family
from keras_dl4.transforms.transform import is_finite_number


@family("thin_plate_spline")
@keras.saving.register_keras_serializable(package="keras_dl4")
class ThinPlateSpline(Transform):
    """Thin plate splines through control points, for images.

    The parameters are the source coordinates `(x, y)` of the control points,
    point by point.

    Args:
        control_points: `(rows, columns)` for a regular grid over [-1, 1], or
            target coordinates `(K, 2)`. Defaults to `(4, 4)`.
        learn_target: Boolean. If `True`, the layer that uses the transform
            also learns the target coordinates, which the given ones start
            (B in T = M B of the paper). Slower: the spline is then solved
            anew in each step. Defaults to `False`.
        regularization: Non-negative float. At 0 the spline goes through the
            points, above it bends less. Defaults to `0.0`.

    Raises:
        ValueError: If there are fewer than 3 control points, they lie on one
            line, or the regularization is negative.

    Example:

    >>> spline = keras_dl4.transforms.ThinPlateSpline((2, 3))
    >>> spline.num_params
    12

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          section 3.2
    """

    def __init__(
        self, control_points=(4, 4), learn_target=False, regularization=0.0
    ):
        super().__init__(rank=2)
        if not (is_finite_number(regularization) and regularization >= 0):
            raise ValueError(
                "`regularization` must not be negative, and finite. Received: "
                f"{regularization!r}"
            )
        self._control = control_point_grid(control_points)
        self.control_points = control_points
        self.learn_target = learn_target
        self.regularization = regularization

    @property
    def num_params(self):
        return self._control.size

    def identity(self):
        return self.target_points().ravel()

    def target_points(self):
        """Returns the float32 target coordinates `(K, 2)`."""
        return self._control.astype("float32")

    def grid(self, params, size, align_corners=False, target_points=None):
        """Returns the float32 grid `(batch, height, width, 2)`.

        Args:
            params: Tensor `(batch, 2 K)`.
            size: Pair of positive ints or scalar int tensors.
            align_corners: Boolean. Defaults to `False`.
            target_points: Tensor `(K, 2)`, learned target coordinates, or
                `None` for the given ones. Defaults to `None`.
        """
        points = ops.reshape(self._checked(params), (-1, *self._control.shape))
        return thin_plate_spline_grid(
            points,
            size,
            self._control if target_points is None else target_points,
            align_corners,
            self.regularization,
        )

    def get_config(self):
        points = self.control_points
        return {
            "control_points": np.asarray(points).tolist(),
            "learn_target": self.learn_target,
            "regularization": self.regularization,
        }
