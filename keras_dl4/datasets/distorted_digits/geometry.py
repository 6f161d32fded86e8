"""Transforms of the distortions and the bilinear warp, in plain NumPy.

The convention is that of `keras_dl4.ops.affine_grid` and `grid_sample` with
`align_corners=False`: a transform maps target to source, coordinates are
`(x, y[, z])`, and -1 and 1 are the outer edges of the first and last pixel.
Outside the source there are zeros.
"""

import functools

import numpy as np

# Clearly outside of any source.
_OUTSIDE = np.float32(9.0)


def pixel_centers(num_pixels):
    """Coordinates in [-1, 1] of the centers of `num_pixels` pixels."""
    return ((2.0 * np.arange(num_pixels) + 1.0) / num_pixels - 1.0).astype(
        "float32"
    )


def linear_form(coefficients, size):
    """`a x + b y [+ c z] + d` at each pixel center.

    Args:
        coefficients: Array of shape `(n, rank + 1)`: a, b[, c], d.
        size: Tuple `([depth, ]height, width)`.

    Returns:
        Float32 array of shape `(n, *size)`.
    """
    rank = len(size)
    coefficients = coefficients.astype("float32").reshape(
        -1, rank + 1, *(1,) * rank
    )
    total = coefficients[:, rank]
    for axis in range(rank):
        # x is the last axis of an image.
        shape = [1] * rank
        shape[rank - 1 - axis] = -1
        centers = pixel_centers(size[rank - 1 - axis]).reshape(shape)
        total = total + coefficients[:, axis] * centers
    return total


def affine_points(matrices, size):
    """Source `(x, y[, z])` of each target pixel under affine matrices.

    Args:
        matrices: Array of shape `(n, rank, rank + 1)`.
        size: Tuple `([depth, ]height, width)` of the target.

    Returns:
        List of `rank` arrays `(n, *size)`.
    """
    return [linear_form(matrices[:, row], size) for row in range(len(size))]


def projective_points(matrices, size):
    """Source `(x, y)` of each target pixel under matrices `(n, 3, 3)`.

    What lies on or behind the horizon, where the denominator is not positive,
    comes from outside the source.
    """
    denominator = linear_form(matrices[:, 2], size)
    is_seen = denominator > 1e-6
    denominator = np.where(is_seen, denominator, 1.0)
    return [
        np.where(
            is_seen, linear_form(matrices[:, row], size) / denominator, _OUTSIDE
        )
        for row in (0, 1)
    ]


def sample(images, index, x, y):
    """Samples images bilinearly, with zeros outside.

    Args:
        images: Float32 array of shape `(n, height, width)`.
        index: Int array that broadcasts against `x`: which image.
        x: Float32 array, columns in [-1, 1].
        y: Float32 array, rows in [-1, 1].

    Returns:
        Float32 array of the shape of `x`.
    """
    height, width = images.shape[1:]
    padded = np.pad(images, ((0, 0), (1, 2), (1, 2)))
    # One pixel beyond the edge all is zero, however far away.
    x = np.clip((x + 1.0) * (width / 2.0) + 0.5, 0.0, width + 1.0)
    y = np.clip((y + 1.0) * (height / 2.0) + 0.5, 0.0, height + 1.0)
    left, top = x.astype("int32"), y.astype("int32")
    x -= left
    y -= top
    stride = width + 3
    corner = (index * (height + 3) + top) * stride + left
    flat = padded.ravel()
    upper, lower = flat[corner], flat[corner + stride]
    upper += x * (flat[corner + 1] - upper)
    lower += x * (flat[corner + stride + 1] - lower)
    return upper + y * (lower - upper)


def warp(images, points):
    """Samples `images[i]` at the source points of target i."""
    x, y = points
    index = np.arange(len(images)).reshape(-1, 1, 1)
    return sample(images, index, x, y)


def similarities(angles, scales, shifts, canvas, size):
    """Transforms that rotate, scale and place images on a canvas.

    Args:
        angles: Array `(n,)` in radians, counterclockwise as one looks at it.
        scales: Array `(n,)`, 2 for twice the size.
        shifts: Array `(n, 2)`, how far the center of an image comes to lie to
            the right of and below that of the canvas, in pixels.
        canvas: Tuple `(height, width)` of the target.
        size: Tuple `(height, width)` of the images.

    Returns:
        Float32 array `(n, 2, 3)`, target to source.
    """
    cos, sin = np.cos(angles), np.sin(angles)
    rotations = np.stack([cos, -sin, sin, cos], -1).reshape(-1, 2, 2)
    linear = rotations / np.reshape(scales, (-1, 1, 1))
    offsets = -(linear @ shifts[..., None])
    in_pixels = np.concatenate([linear, offsets], -1)
    half_canvas = np.array([canvas[1] / 2.0, canvas[0] / 2.0, 1.0])
    half_size = np.array([size[1] / 2.0, size[0] / 2.0])
    return (in_pixels * half_canvas / half_size[:, None]).astype("float32")


def draw_placement(streams, num_examples, max_angle, scales, canvas, size):
    """Draws angles, scales and places for `similarities`.

    The place is uniform among those where the frame of the scaled image,
    before it is turned, lies within the canvas.

    Args:
        streams: Iterator of `numpy.random.Generator`.
        num_examples: Int, how many rows to draw.
        max_angle: Float, the largest angle in radians.
        scales: Tuple of the smallest and the largest factor.
        canvas: Int, height and width of the canvas.
        size: Tuple `(height, width)` of the images.

    Returns:
        Dictionary with `"angle"`, `"scale"` and `"shift"`.
    """
    angle = next(streams).uniform(-max_angle, max_angle, num_examples)
    scale = next(streams).uniform(*scales, num_examples)
    room = canvas - scale[:, None] * np.array(size[::-1])
    place = next(streams).uniform(-0.5, 0.5, (num_examples, 2))
    return {"angle": angle, "scale": scale, "shift": place * room}


def homographies(corners):
    """Transforms that take the corners of the square [-1, 1] to others.

    Args:
        corners: Array `(n, 4, 2)`, where the corners (-1, -1), (1, -1), (1, 1)
            and (-1, 1) go, in this order; a convex quadrilateral.

    Returns:
        Float64 array `(n, 3, 3)`, source to target, with 1 in the last place.
    """
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], "float64")
    x, y = corners[..., 0], corners[..., 1]
    system = np.zeros((len(corners), 8, 8))
    ones = np.concatenate([square, np.ones((4, 1))], axis=1)
    system[:, :4, 0:3] = ones
    system[:, 4:, 3:6] = ones
    system[:, :4, 6:] = -x[..., None] * square
    system[:, 4:, 6:] = -y[..., None] * square
    right = np.concatenate([x, y], axis=1)[..., None]
    entries = np.linalg.solve(system, right)[..., 0]
    last = np.ones((len(corners), 1))
    return np.concatenate([entries, last], axis=1).reshape(-1, 3, 3)


def is_convex(corners):
    """Whether quadrilaterals `(..., 4, 2)` turn the same way at each corner."""
    sides = np.roll(corners, -1, axis=-2) - corners
    following = np.roll(sides, -1, axis=-2)
    turns = (
        sides[..., 0] * following[..., 1] - sides[..., 1] * following[..., 0]
    )
    return np.all(turns > 0.0, axis=-1)


def control_grid(rows, columns):
    """Regular control points over [-1, 1], `(rows * columns, 2)`, by rows."""
    y, x = np.meshgrid(
        np.linspace(-1.0, 1.0, rows),
        np.linspace(-1.0, 1.0, columns),
        indexing="ij",
    )
    return np.stack([x.ravel(), y.ravel()], axis=-1)


@functools.lru_cache(maxsize=8)
def thin_plate_spline_matrix(rows, columns, size):
    """The matrix A of `points = A @ control values`.

    A thin plate spline is linear in the values at its control points, so that
    one matrix serves all images.

    Args:
        rows: Int, rows of control points.
        columns: Int, columns of control points.
        size: Tuple `(height, width)` of the target.

    Returns:
        Float32 array `(height * width, rows * columns)`.
    """
    controls = control_grid(rows, columns)
    count = len(controls)
    affine = np.concatenate([np.ones((count, 1)), controls], axis=1)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = radial_basis(controls, controls)
    system[:count, count:] = affine
    system[count:, :count] = affine.T
    y, x = np.meshgrid(*map(pixel_centers, size), indexing="ij")
    pixels = np.stack([x.ravel(), y.ravel()], axis=-1).astype("float64")
    evaluation = np.concatenate(
        [radial_basis(pixels, controls), np.ones((len(pixels), 1)), pixels],
        axis=1,
    )
    # The last three right-hand sides, the side conditions, are zero.
    matrix = np.linalg.solve(system.T, evaluation.T).T[:, :count]
    return np.ascontiguousarray(matrix, "float32")


def radial_basis(points, centers):
    """`r^2 log r^2` of all distances, `(num_points, num_centers)`."""
    squares = ((points[:, None] - centers) ** 2).sum(-1)
    return squares * np.log(np.where(squares > 0.0, squares, 1.0))
