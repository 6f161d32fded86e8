"""Polyharmonic splines, thin plate splines among them.

A spline is a weighted sum of radial functions around its control points plus
an affine function; the weights solve one linear system. Order 2 in two
dimensions is the thin plate spline of the spatial transformer.
"""

import numbers

import numpy as np
from keras import ops

from keras_dl4.ops.sampling_grids import regular_grid


def thin_plate_spline_grid(
    points,
    size,
    control_points=(4, 4),
    align_corners=False,
    regularization=0.0,
):
    """Grid of thin plate spline transforms.

    The spline takes each control point of the target to the point of the
    source that is given for it. Where the control points are constants the
    grid is a constant matrix, made in float64, times the given points.

    Args:
        points: Tensor `(batch, K, 2)`, source coordinates `(x, y)` for the
            control points.
        size: Pair of positive ints or scalar int tensors, `(height, width)`
            of the target.
        control_points: `(rows, columns)` for a regular grid of K points over
            [-1, 1], row by row from `(-1, -1)`; an array `(K, 2)` of target
            coordinates; or a tensor or variable of that shape, to learn them.
            Defaults to `(4, 4)`.
        align_corners: Boolean, what -1 and 1 mean; see
            `keras_dl4.ops.sampling_grids`. Defaults to `False`.
        regularization: Non-negative float. At 0 the spline goes through the
            points, above it bends less. Defaults to `0.0`.

    Returns:
        Float32 tensor `(batch, height, width, 2)`.

    Raises:
        ValueError: If the points do not match the control points, or these
            are fewer than 3, not all different, or on one line, or the
            regularization is negative. Learned control points are not looked
            at: keep them apart, or use some `regularization`.

    Example:

    >>> corners = [[[-1, -1], [1, -1], [-1, 1], [1, 1]]]
    >>> grid = keras_dl4.ops.thin_plate_spline_grid(
    ...     corners, (3, 3), control_points=(2, 2)
    ... )
    >>> identity = keras_dl4.ops.regular_grid((3, 3))
    >>> bool(np.allclose(grid, identity, atol=1e-6))
    True

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          section 3.2
    """
    _check_regularization("regularization", regularization)
    points = ops.cast(points, "float32")
    control = control_point_grid(control_points)
    if len(size) != 2 or points.shape[1:] != control.shape:
        raise ValueError(
            "`thin_plate_spline_grid` expects `points` of shape (batch, "
            f"{control.shape[0]}, 2), one for each control point, and `size` "
            f"as (height, width). Received: points of shape "
            f"{tuple(points.shape)}, size of length {len(size)}."
        )
    if not isinstance(control, np.ndarray):
        return _learned_grid(
            points, size, control, align_corners, regularization
        )
    influence = _influence(control, regularization)
    start = ops.convert_to_tensor(control.astype("float32"))
    if all(isinstance(count, int | np.integer) for count in size):
        places = _numpy_places(size, align_corners)
        influence = _features(places, control, np) @ influence
        matrix = ops.convert_to_tensor(influence.astype("float32"))
    else:
        places = ops.reshape(regular_grid(size, align_corners), (-1, 2))
        influence = ops.convert_to_tensor(influence.astype("float32"))
        matrix = ops.matmul(_features(places, start, ops), influence)
    moved = ops.matmul(matrix, points - start)
    moved = ops.reshape(moved, (-1, *size, 2))
    return regular_grid(size, align_corners) + moved


def control_point_grid(control_points):
    """Target coordinates of control points.

    Args:
        control_points: `(rows, columns)`, an array `(K, 2)`, or a tensor or
            variable of that shape.

    Returns:
        Float64 array `(K, 2)`, or the tensor or variable as float32.

    Raises:
        ValueError: If there are fewer than 3 points, two are the same, or
            all lie on one line.

    Example:

    >>> keras_dl4.ops.control_point_grid((2, 2)).tolist()
    [[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]]
    """
    if hasattr(control_points, "dtype") and not isinstance(
        control_points, np.ndarray
    ):
        return ops.cast(control_points, "float32")
    try:
        points = np.asarray(control_points, "float64")
    except (TypeError, ValueError):
        points = np.zeros(0)
    is_pair = points.shape == (2,) and (points >= 1).all()
    if is_pair and (points == np.round(points)).all():
        rows, columns = (np.linspace(-1.0, 1.0, int(n)) for n in points)
        y, x = np.meshgrid(rows, columns, indexing="ij")
        points = np.stack([x.ravel(), y.ravel()], axis=-1)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 3:
        raise ValueError(
            "`control_points` must be (rows, columns) or at least 3 points "
            f"(x, y), an array (K, 2). Received: {control_points!r}"
        )
    is_finite = np.isfinite(points).all()
    if not is_finite or len(np.unique(points, axis=0)) < len(points):
        raise ValueError(
            "`control_points` must be finite and all different. Received: "
            f"{control_points!r}"
        )
    affine = np.column_stack([np.ones(len(points)), points])
    if np.linalg.matrix_rank(affine, tol=1e-6) < 3:
        raise ValueError(
            "`control_points` must not all lie on one line, which leaves the "
            f"spline undetermined. Received: {control_points!r}. Use at least "
            "2 rows and 2 columns."
        )
    return points


def interpolate_spline(
    train_points,
    train_values,
    query_points,
    order,
    regularization_weight=0.0,
):
    """Interpolates values at points by a polyharmonic spline.

    Arguments and numbers are those of `interpolate_spline` in
    tensorflow-addons.

    Args:
        train_points: Tensor `(batch, n, dimensions)`.
        train_values: Tensor `(batch, n, channels)`, values at these points.
        query_points: Tensor `(batch, m, dimensions)`.
        order: Positive int k: the radial function of the distance r is `r^k`
            if k is odd, and `r^k log(r)` if it is even.
        regularization_weight: Non-negative float, added to the diagonal of
            the system: above 0 the spline only comes near the values.
            Defaults to `0.0`.

    Returns:
        Float32 tensor `(batch, m, channels)`.

    Raises:
        ValueError: If a rank, the order or the regularization is wrong, if
            points and values differ in number, or points and queries in
            dimensions.

    Example:

    >>> x = [[[0.0], [1.0], [2.0]]]
    >>> values = [[[0.0], [2.0], [4.0]]]
    >>> between = keras_dl4.ops.interpolate_spline(
    ...     x, values, [[[1.5]]], order=1
    ... )
    >>> round(float(between[0, 0, 0]), 4)
    3.0

    References:
        - Duchon, Splines minimizing rotation-invariant semi-norms in Sobolev
          spaces, 1977
    """
    points, values, queries = (
        ops.cast(x, "float32")
        for x in (train_points, train_values, query_points)
    )
    if {len(x.shape) for x in (points, values, queries)} != {3}:
        raise ValueError(
            "Points, values and queries must be (batch, number, dimensions or "
            f"channels). Received: shapes {tuple(points.shape)}, "
            f"{tuple(values.shape)} and {tuple(queries.shape)}."
        )
    pairs = [(points.shape[-1], queries.shape[-1])]
    pairs += zip(points.shape[:2], values.shape[:2], strict=True)
    if any(None not in pair and pair[0] != pair[1] for pair in pairs):
        raise ValueError(
            "Points and queries must have as many dimensions, and there must "
            f"be a value for each point. Received: shapes {tuple(points.shape)}"
            f", {tuple(values.shape)} and {tuple(queries.shape)}."
        )
    _check_regularization("regularization_weight", regularization_weight)
    if not isinstance(order, int) or order is True or order < 1:
        raise ValueError(f"`order` must be a positive int. Received: {order!r}")
    weights = _solve(points, values, order, regularization_weight)
    return ops.matmul(_features(queries, points, ops, order), weights)


def _check_regularization(name, value):
    if not (isinstance(value, numbers.Real) and 0 <= value < np.inf):
        raise ValueError(
            f"`{name}` must be finite and not negative. Received: {value!r}"
        )


def _learned_grid(points, size, control, align_corners, regularization):
    """As with constant control points, through a solve at run time."""
    weights = _solve(control[None], points - control, 2, regularization)
    places = ops.reshape(regular_grid(size, align_corners), (-1, 2))
    moved = ops.matmul(_features(places, control, ops), weights)
    moved = ops.reshape(moved, (-1, *size, 2))
    return regular_grid(size, align_corners) + moved


def _solve(points, values, order, regularization):
    """Weights of radial functions and the affine part, at run time."""
    count, dimensions = points.shape[1:]
    features = _features(points, points, ops, order)
    features = features + regularization * ops.eye(
        count, count + dimensions + 1
    )
    affine = ops.swapaxes(features[..., count:], 1, 2)
    corner = ops.zeros_like(affine[..., : dimensions + 1])
    system = ops.concatenate(
        [features, ops.concatenate([affine, corner], axis=2)], axis=1
    )
    right = ops.pad(values, [[0, 0], [0, dimensions + 1], [0, 0]])
    if points.shape[0] == 1:
        return _solve_for_one(system[0], right)
    return ops.solve(system, right)


def _solve_for_one(system, right):
    """One system, and right sides of a batch."""
    size, channels = right.shape[1:]
    columns = ops.reshape(ops.transpose(right, (1, 0, 2)), (size, -1))
    solution = ops.reshape(ops.solve(system, columns), (size, -1, channels))
    return ops.transpose(solution, (1, 0, 2))


def _influence(control, regularization):
    """Weights of all features for a unit displacement of each point."""
    count = len(control)
    features = _features(control, control, np)
    system = np.zeros((count + 3, count + 3))
    system[:count] = features
    system[:count, :count] += regularization * np.eye(count)
    system[count:, :count] = features[:, count:].T
    return np.linalg.inv(system)[:, :count]


def _features(places, centers, module, order=2):
    """Radial functions of all centers, then the place and 1."""
    squared = 0.0
    for axis in range(centers.shape[-1]):
        offset = places[..., :, None, axis] - centers[..., None, :, axis]
        squared = squared + offset * offset
    one = module.ones_like(places[..., :1])
    return module.concatenate(
        [_radial(squared, order, module), places, one], axis=-1
    )


def _radial(squared, order, module):
    # The branch not taken must have a finite gradient too.
    apart = module.where(squared > 0.0, squared, 1.0)
    if order % 2:
        value = apart ** (order / 2)
    else:
        value = 0.5 * apart ** (order // 2) * module.log(apart)
    return module.where(squared > 0.0, value, 0.0)


def _numpy_places(size, align_corners):
    axes = []
    for count in size[::-1]:
        centers = (2.0 * np.arange(count) + 1.0) / count - 1.0
        extent = max(count - 1, 1) if align_corners else count
        axes.append(centers * count / extent)
    x, y = np.meshgrid(*axes)
    return np.stack([x.ravel(), y.ravel()], axis=-1)
