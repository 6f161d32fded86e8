"""A displacement for each pixel."""

import math

import keras
import numpy as np
from keras import ops

from keras_dl4.ops import regular_grid
from keras_dl4.transforms.transform import Transform


@keras.saving.register_keras_serializable(package="keras_dl4")
class DenseFlow(Transform):
    """Free displacements, one for each pixel of the output.

    The parameters are the displacements `(x, y[, z])` of all pixels, in the
    order of the flattened output.

    Args:
        size: Tuple of positive ints, the spatial size of the output:
            `(height, width)` or `(depth, height, width)`.
        units: `"normalized"`, half image sizes, or `"pixels"` of the output.
            Defaults to `"normalized"`.

    Raises:
        ValueError: If the size or the units are none of these, or a grid of
            another size is asked for.

    Example:

    >>> flow = keras_dl4.transforms.DenseFlow((4, 5))
    >>> flow.num_params
    40
    """

    def __init__(self, size, units="normalized"):
        is_size = isinstance(size, list | tuple) and all(
            isinstance(n, int | np.integer) and n is not True and n > 0
            for n in size
        )
        if not is_size:
            raise ValueError(
                "`size` must be (height, width) or (depth, height, width), "
                f"positive ints. Received: {size!r}"
            )
        if units not in ("normalized", "pixels"):
            raise ValueError(
                f"`units` must be 'normalized' or 'pixels'. Received: {units!r}"
            )
        super().__init__(rank=len(size))
        self.size = tuple(int(n) for n in size)
        self.units = units

    @property
    def num_params(self):
        return math.prod(self.size) * self.rank

    def identity(self):
        return np.zeros(self.num_params, "float32")

    def grid(self, params, size, align_corners=False):
        # Of a size that is known only at run time nothing can be compared.
        is_static = all(isinstance(n, int | np.integer) for n in size)
        if not is_static or tuple(size) != self.size:
            raise ValueError(
                f"The flow is one of {self.size} pixels. Received: a grid of "
                f"size {tuple(size)}. Give the flow the size of the grid: the "
                "`output_size` of a layer, times its `antialias`."
            )
        flow = ops.reshape(self._checked(params), (-1, *size, self.rank))
        if self.units == "pixels":
            extent = np.array(size[::-1], "float32")
            extent = np.maximum(extent - 1, 1) if align_corners else extent
            flow = flow * (2.0 / extent)
        return regular_grid(size, align_corners) + flow

    def get_config(self):
        return {"size": self.size, "units": self.units}
