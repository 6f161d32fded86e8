"""What PyTorch's `affine_grid` and `grid_sample` give, in float64.

All coordinates are multiples of 2**-8 and the sizes are small, so that both
sides get the same pixel coordinates without rounding, in float32 and float64.
Otherwise rounding would decide on which side of a kink a point lies.
"""

import importlib.metadata
import importlib.util
import itertools
import warnings

import numpy as np

from tests.parity.case import CaseList

PADDINGS = ("zeros", "border", "reflection")
ALIGNMENTS = (False, True)
INTERPOLATIONS = {
    2: ("bilinear", "nearest", "bicubic"),
    3: ("bilinear", "nearest"),
}
# Even and odd, and an axis of a single pixel.
SIZES = {2: ((6, 7), (5, 8), (1, 6)), 3: ((3, 4, 5), (4, 3, 2))}
# Sizes whose pixel centers are multiples of 2**-8, by `align_corners`.
LATTICES = {
    2: {False: (8, 4), True: (9, 5)},
    3: {False: (2, 4, 4), True: (3, 5, 3)},
}
IDENTITY_SIZES = {False: 32, True: 33}


def available():
    return importlib.util.find_spec("torch") is not None


def versions():
    return {"torch": importlib.metadata.version("torch")}


def pixel_coordinates(grid, size, align_corners):
    """Pixel coordinates of a grid, whose last axis is x, y[, z]."""
    lengths = np.array(size[::-1], "float64")
    if align_corners:
        return (grid + 1) / 2 * (lengths - 1)
    return ((grid + 1) * lengths - 1) / 2


def is_smooth(points, size):
    """Whether no point lies on a kink of any interpolation or padding."""
    smooth = np.ones(points.shape[:-1], bool)
    for align_corners in ALIGNMENTS:
        twice = 2 * pixel_coordinates(points, size, align_corners)
        distance = np.abs(twice - np.round(twice))
        # With a single pixel, aligned corners put every point on it.
        alive = np.array(size[::-1]) > 1 if align_corners else True
        smooth &= np.all((distance > 1 / 64) | ~np.array(alive), axis=-1)
    return smooth


def smooth_points(rng, size, num_points=40):
    """Points within, near and far outside the image, off all kinks."""
    reach = np.repeat([1.0, 1.5, 4.0], [num_points // 2, num_points // 4, 10])
    drawn = rng.integers(-256, 257, (2, 50, len(reach), len(size)))
    drawn = drawn / 256 * reach[:, None]
    drawn = np.round(drawn * 256) / 256
    smooth = is_smooth(drawn, size)
    assert smooth.any(axis=1).all()
    chosen = np.argmax(smooth, axis=1)
    return np.take_along_axis(drawn, chosen[:, None, :, None], axis=1)[:, 0]


def lattice_points(size, align_corners):
    """All pixel centers and one around, a point half-way, and the borders."""
    axes = []
    for length in size[::-1]:
        k = np.append(np.arange(-1, length + 1), 0.5)
        if align_corners:
            axis = 2 * k / (length - 1) - 1
        else:
            axis = (2 * k + 1) / length - 1
        axes.append(np.concatenate([axis, [-1.0, 1.0]]))
    points = np.stack(np.meshgrid(*axes, indexing="ij"), -1)
    return points.reshape(1, -1, len(size))


def cases(seed):
    """Every case, with inputs drawn from a seed."""
    rng = np.random.default_rng(seed)
    listed = CaseList()
    for rank in (2, 3):
        add_affine_grids(listed, rng, rank)
        for size in SIZES[rank]:
            points = smooth_points(rng, size)
            add_samples(listed, rng, size, points, "generic", ALIGNMENTS)
        for align_corners, size in LATTICES[rank].items():
            points = lattice_points(size, align_corners)
            add_samples(listed, rng, size, points, "lattice", [align_corners])
    huge = np.array([-1e6, -65536.0, -1e3, 0.3125, 1e3, 65536.0, 1e6])
    points = np.stack(np.meshgrid(huge, huge), -1).reshape(1, -1, 2)
    add_samples(listed, rng, (6, 7), points, "huge", ALIGNMENTS, PADDINGS[:2])
    add_identity_starts(listed, rng)
    return listed.cases


def add_affine_grids(listed, rng, rank):
    for size in (*SIZES[rank], *LATTICES[rank].values()):
        label = "x".join(map(str, size))
        theta = listed.array(
            f"theta_{label}", rng.normal(size=(2, rank, rank + 1))
        )
        weights = listed.array(
            f"grid_weights_{label}", rng.normal(size=(2, *size, rank))
        )
        for align_corners in ALIGNMENTS:
            listed.add(
                f"affine_grid-{label}-align_{align_corners}",
                f"affine_grid, {rank}-D",
                "affine_grid",
                [theta],
                weights,
                size=list(size),
                align_corners=align_corners,
            )


def add_samples(listed, rng, size, points, kind, alignments, paddings=PADDINGS):
    rank = len(size)
    label = f"{'x'.join(map(str, size))}-{kind}"
    batch, num_points = points.shape[:2]
    images = listed.array(f"images_{label}", rng.normal(size=(batch, *size, 2)))
    # The points of an image stand in one row.
    shape = (batch, *[1] * (rank - 1), num_points)
    grid = listed.array(f"grid_{label}", points.reshape(*shape, rank))
    weights = listed.array(f"weights_{label}", rng.normal(size=(*shape, 2)))
    for interpolation, padding, align_corners in itertools.product(
        INTERPOLATIONS[rank], paddings, alignments
    ):
        listed.add(
            f"{label}-{interpolation}-{padding}-align_{align_corners}",
            f"grid_sample, {rank}-D, {interpolation}, {padding}, {kind} points",
            "grid_sample",
            [images, grid],
            weights,
            interpolation=interpolation,
            padding=padding,
            align_corners=align_corners,
        )


def add_identity_starts(listed, rng):
    theta = listed.array("theta_identity", [[[1, 0, 0], [0, 1, 0]]])
    for align_corners, side in IDENTITY_SIZES.items():
        shape = (1, side, side, 1)
        images = listed.array(f"images_{side}", rng.uniform(size=shape))
        weights = listed.array(f"weights_{side}", rng.normal(size=shape))
        listed.add(
            f"identity_start-{side}x{side}-align_{align_corners}",
            "gradient at the identity start",
            "affine_warp",
            [images, theta],
            weights,
            align_corners=align_corners,
        )


def answer(case, dtype="float64"):
    """Value, and gradients by position of the input, of a case."""
    import torch

    dtype = getattr(torch, dtype)
    inputs = [
        torch.tensor(value, dtype=dtype, requires_grad=True)
        for value in case.values
    ]
    value = FUNCTIONS[case.function](*inputs, **case.settings)
    weights = torch.tensor(case.weights, dtype=dtype)
    gradients = torch.autograd.grad(torch.sum(weights * value), inputs)
    parts = {f"gradient_{i}": g.numpy() for i, g in enumerate(gradients)}
    return {"value": value.detach().numpy()} | parts


def affine_grid(theta, size, align_corners):
    from torch.nn import functional

    size = [len(theta), 1, *size]
    with warnings.catch_warnings():
        # PyTorch warns that a single pixel once lay elsewhere than at 0.
        warnings.simplefilter("ignore")
        return functional.affine_grid(theta, size, align_corners=align_corners)


def grid_sample(images, grid, interpolation, padding, align_corners):
    from torch.nn import functional

    value = functional.grid_sample(
        images.movedim(-1, 1),
        grid,
        mode=interpolation,
        padding_mode=padding,
        align_corners=align_corners,
    )
    return value.movedim(1, -1)


def affine_warp(images, theta, align_corners):
    """Warps an image onto a grid of its own size.

    The grid is built here: PyTorch's own, of linspace times (n - 1) / n, is
    off the pixel centers by rounding errors, which would decide the result.
    """
    import torch

    side = images.shape[1]
    k = torch.arange(side, dtype=images.dtype)
    axis = 2 * k / (side - 1) - 1 if align_corners else (2 * k + 1) / side - 1
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    points = torch.stack([x, y, torch.ones_like(x)], -1)
    grid = torch.einsum("bij,hwj->bhwi", theta, points)
    return grid_sample(images, grid, "bilinear", "zeros", align_corners)


FUNCTIONS = {
    "affine_grid": affine_grid,
    "grid_sample": grid_sample,
    "affine_warp": affine_warp,
}
