"""Grids at which an image is sampled (Jaderberg et al. 2015).

Convention of all spatial functions, layers and transforms of this package, the
same as PyTorch's: a grid is `(batch, *size, rank)` with `size` as
`(height, width)` or `(depth, height, width)`, and its last axis is the
coordinate `(x, y[, z])` of the *source* to sample for that place of the target
(target to source, equation 1). Coordinates are normalized: the image spans
[-1, 1] on each axis. With `align_corners=False` (default) -1 and 1 are the
outer edges of the first and last pixel, whatever the resolution; with `True`
they are the centers of these pixels. Grids are always float32.

Grids are written as regular grid plus displacement, so that the identity
transform gives the regular grid exactly.
"""

from keras import ops

from keras_dl4.backend import with_gradient


def regular_axes(size, align_corners=False):
    """Coordinates of the pixel centers of an image, one array for each axis.

    Args:
        size: Tuple of positive ints or scalar int tensors, the spatial size:
            `(height, width)` or `(depth, height, width)`.
        align_corners: Boolean, what -1 and 1 mean; see the module. Defaults
            to `False`.

    Returns:
        List of float32 tensors in the order x, y[, z], that broadcast to
        `size`: for two axes `(1, width)` and `(height, 1)`.

    Example:

    >>> x, y = regular_axes((2, 4))
    >>> keras.ops.convert_to_numpy(x).tolist()
    [[-0.75, -0.25, 0.25, 0.75]]
    """
    rank = len(size)
    axes = []
    for axis in reversed(range(rank)):
        count = ops.cast(size[axis], "float32")
        index = ops.cast(ops.arange(size[axis]), "float32")
        if align_corners:
            # A single pixel has no extent: it is the center.
            span = ops.maximum(count - 1.0, 1.0)
            start = ops.where(count > 1.0, -1.0, 0.0)
            coordinate = 2.0 * index / span + start
        else:
            coordinate = (2.0 * index + 1.0) / count - 1.0
        shape = [1] * rank
        shape[axis] = -1
        axes.append(ops.reshape(coordinate, shape))
    return axes


def regular_grid(size, align_corners=False):
    """The grid of the identity transform.

    Args:
        size: Tuple of positive ints or scalar int tensors, the spatial size.
        align_corners: Boolean, what -1 and 1 mean; see the module. Defaults
            to `False`.

    Returns:
        Float32 tensor `(1, *size, rank)`.

    Example:

    >>> grid = keras_dl4.ops.regular_grid((1, 2))
    >>> keras.ops.convert_to_numpy(grid).tolist()
    [[[[-0.5, 0.0], [0.5, 0.0]]]]
    """
    axes = regular_axes(size, align_corners)
    return ops.stack([ops.broadcast_to(x, size) for x in axes], axis=-1)[None]


def affine_grid(theta, size, align_corners=False):
    """Grid of affine transforms.

    Args:
        theta: Tensor `(batch, rank, rank + 1)`, rank 2 or 3: matrices that
            take a target coordinate `(x, y[, z], 1)` to a source coordinate.
        size: Tuple of `rank` positive ints or scalar int tensors, the spatial
            size of the target.
        align_corners: Boolean, what -1 and 1 mean; see the module. Defaults
            to `False`.

    Returns:
        Float32 tensor `(batch, *size, rank)`.

    Raises:
        ValueError: If the shape of `theta` is another or does not match
            `size`.

    Example:

    >>> mirror = [[[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]
    >>> grid = keras_dl4.ops.affine_grid(mirror, (1, 2))
    >>> keras.ops.convert_to_numpy(grid).tolist()
    [[[[0.5, 0.0], [-0.5, 0.0]]]]

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          equation 1
    """
    theta = ops.cast(theta, "float32")
    rank = _checked_rank("affine_grid", theta.shape, size, extra_row=False)
    axes = regular_axes(size, align_corners)

    @with_gradient
    def grid_of(theta):
        grid = ops.stack(
            [
                axes[row] + _displacement(theta, row, axes)
                for row in range(rank)
            ],
            axis=-1,
        )

        def gradient(upstream):
            # XLA computes `upstream` anew for each sum of products over all
            # points, but once for a product of matrices.
            ones = ops.ones(size, "float32")
            basis = [ops.reshape(axis * ones, (-1, 1)) for axis in axes]
            basis.append(ops.reshape(ones, (-1, 1)))
            basis = ops.concatenate(basis, axis=-1)
            points = ops.shape(basis)[0]
            rows = [
                ops.matmul(ops.reshape(upstream[..., i], (-1, points)), basis)
                for i in range(rank)
            ]
            return (ops.stack(rows, axis=1),)

        return grid, gradient

    return grid_of(theta)


def projective_grid(theta, size, align_corners=False, epsilon=1e-6):
    """Grid of projective transforms.

    Args:
        theta: Tensor `(batch, rank + 1, rank + 1)`, rank 2 or 3: matrices
            that take a homogeneous target coordinate `(x, y[, z], 1)` to a
            homogeneous source coordinate.
        size: Tuple of `rank` positive ints or scalar int tensors, the spatial
            size of the target.
        align_corners: Boolean, what -1 and 1 mean; see the module. Defaults
            to `False`.
        epsilon: Positive float. The last homogeneous coordinate, by which the
            others are divided, is kept this far from zero, on its side.
            Defaults to `1e-6`.

    Returns:
        Float32 tensor `(batch, *size, rank)`.

    Raises:
        ValueError: If the shape of `theta` is another or does not match
            `size`.

    Example:

    >>> tilt = [[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.6, 0.0, 1.0]]]
    >>> grid = keras_dl4.ops.projective_grid(tilt, (1, 2), align_corners=True)
    >>> keras.ops.convert_to_numpy(grid)[0, 0, :, 0].round(3).tolist()
    [-2.5, 0.625]

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          section 3.2
    """
    theta = ops.cast(theta, "float32")
    rank = _checked_rank("projective_grid", theta.shape, size, extra_row=True)
    axes = regular_axes(size, align_corners)
    divisor = 1.0 + _displacement(theta, rank, axes)
    bound = ops.where(divisor < 0.0, -epsilon, epsilon)
    divisor = ops.where(ops.abs(divisor) < epsilon, bound, divisor)
    return ops.stack(
        [
            (axes[row] + _displacement(theta, row, axes)) / divisor
            for row in range(rank)
        ],
        axis=-1,
    )


def _displacement(theta, row, axes):
    """(theta - identity)[row] times the regular grid: `(batch, *size)`."""
    rank = len(axes)
    total = 0.0
    for column in range(rank + 1):
        entry = theta[:, row, column] - float(row == column)
        entry = ops.reshape(entry, (-1,) + (1,) * rank)
        total = total + (entry * axes[column] if column < rank else entry)
    return total


def _checked_rank(name, shape, size, extra_row):
    rank = len(size)
    expected = (rank + 1 if extra_row else rank, rank + 1)
    if rank not in (2, 3) or len(shape) != 3 or tuple(shape[1:]) != expected:
        last = "(batch, 3, 3) for images or (batch, 4, 4) for volumes"
        if not extra_row:
            last = "(batch, 2, 3) for images or (batch, 3, 4) for volumes"
        raise ValueError(
            f"`{name}` expects `theta` of shape {last}, and `size` (height, "
            "width) or (depth, height, width). Received: theta of shape "
            f"{tuple(shape)}, size of length {rank}. Reshape the parameters, "
            "or use the transforms of `keras_dl4.transforms`."
        )
    return rank
