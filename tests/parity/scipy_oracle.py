"""What SciPy's `map_coordinates` and `RBFInterpolator` give, in float64.

SciPy has no gradients: only values are compared.
"""

import importlib.metadata
import importlib.util

import numpy as np

from tests.parity.case import CaseList
from tests.parity.spline_points import COUNTS
from tests.parity.spline_points import add_spline_points

# SciPy's name for a padding. Reflection is about the centers of the outermost
# pixels if corners are aligned, about the edges of the image otherwise.
MODES = {
    ("zeros", False): "grid-constant",
    ("zeros", True): "grid-constant",
    ("border", False): "nearest",
    ("border", True): "nearest",
    ("reflection", False): "reflect",
    ("reflection", True): "mirror",
}
# The truth table: the pixels 0, 1, 2, 3 at places around their borders.
PLACES = [-1.0, -1.5, -0.5, 0.0, 1.25, 3.0, 3.5, 4.0, 4.5, 5.0, 8.0]
KERNELS = {1: "linear", 2: "thin_plate_spline", 3: "cubic"}


def available():
    return importlib.util.find_spec("scipy") is not None


def versions():
    return {"scipy": importlib.metadata.version("scipy")}


def cases(seed):
    """Every case, with inputs drawn from a seed."""
    rng = np.random.default_rng(seed)
    listed = CaseList()
    row = listed.array("row", np.arange(4.0).reshape(1, 1, 4, 1))
    add_samples(listed, row, np.array(PLACES)[:, None], "truth table")
    for size in ((6, 7), (3, 4, 5)):
        label = "x".join(map(str, size))
        images = listed.array(f"images_{label}", rng.normal(size=(*size, 2)))
        listed.arrays[images] = listed.arrays[images][None]
        size = np.array(size, "float64")
        places = np.concatenate(
            [
                rng.uniform(-1, size, (24, len(size))),
                rng.uniform(-3 * size, 3 * size, (16, len(size))),
            ]
        )
        add_samples(listed, images, places, f"{len(size)}-D")
    for rank in COUNTS:
        add_splines(listed, rng, rank)
    add_thin_plate_spline_grids(listed, rng)
    return listed.cases


def add_samples(listed, images, places, label):
    size = listed.arrays[images].shape[1:-1]
    rank = len(size)
    if places.shape[-1] < rank:
        places = np.concatenate([np.zeros_like(places), places], -1)
    places = places.reshape(1, *[1] * (rank - 1), -1, rank)
    name = listed.array(f"places_{label}", places)
    for padding, align_corners in [*MODES, (0.75, False), (-2.0, True)]:
        listed.add(
            f"{label}-{padding}-align_{align_corners}",
            f"grid_sample, {label}",
            "sample_at_pixels",
            [images, name],
            padding=padding,
            align_corners=align_corners,
        )


def add_splines(listed, rng, rank):
    inputs = add_spline_points(listed, rng, rank)
    for order in KERNELS:
        # SciPy turns the sign of the linear kernel, hence of its smoothing.
        for weight in [0.0] if order == 1 else [0.0, 0.01, 1.0]:
            listed.add(
                f"spline-{rank}-order_{order}-weight_{weight}",
                f"interpolate_spline, order {order}",
                "interpolate_spline",
                inputs,
                order=order,
                regularization_weight=weight,
            )


def add_thin_plate_spline_grids(listed, rng):
    for rows, cols in ((2, 3), (4, 4), (5, 3)):
        shape = (2, rows * cols, 2)
        name = f"points_{rows}x{cols}"
        # Around the control points, in any order: the values are arbitrary.
        points = listed.array(name, rng.uniform(-1, 1, shape))
        for regularization in (0.0, 0.1):
            for align_corners in (False, True):
                listed.add(
                    f"{name}-{regularization}-align_{align_corners}",
                    "thin_plate_spline_grid",
                    "thin_plate_spline_grid",
                    [points],
                    size=[5, 7],
                    control_points=[rows, cols],
                    align_corners=align_corners,
                    regularization=regularization,
                )


def answer(case, dtype="float64"):
    """Value of a case; SciPy computes in float64 in any case."""
    inputs = [value.astype(dtype) for value in case.values]
    return {"value": FUNCTIONS[case.function](*inputs, **case.settings)}


def sample_at_pixels(images, places, padding, align_corners):
    from scipy import ndimage

    constant = 0.0 if isinstance(padding, str) else padding
    mode = MODES.get((padding, align_corners), "grid-constant")
    values = [
        ndimage.map_coordinates(
            images[0, ..., channel],
            np.moveaxis(places[0], -1, 0),
            order=1,
            mode=mode,
            cval=constant,
        )
        for channel in range(images.shape[-1])
    ]
    return np.stack(values, -1)[None]


def interpolate_spline(
    train_points, train_values, query_points, order, regularization_weight
):
    from scipy import interpolate

    values = [
        interpolate.RBFInterpolator(
            points,
            values,
            smoothing=regularization_weight,
            kernel=KERNELS[order],
            degree=1,
        )(queries)
        for points, values, queries in zip(
            train_points, train_values, query_points, strict=True
        )
    ]
    return np.stack(values)


def thin_plate_spline_grid(
    points, size, control_points, align_corners, regularization
):
    def axis(length):
        k = np.arange(length)
        if align_corners:
            return 2 * k / (length - 1) - 1
        return (2 * k + 1) / length - 1

    def mesh(y, x):
        y, x = np.meshgrid(y, x, indexing="ij")
        return np.stack([x.ravel(), y.ravel()], -1)

    rows, cols = control_points
    # Control points reach the borders, whatever the alignment of the pixels.
    controls = mesh(np.linspace(-1, 1, rows), np.linspace(-1, 1, cols))
    batch = [len(points)]
    grid = interpolate_spline(
        np.tile(controls, batch + [1, 1]),
        points,
        np.tile(mesh(axis(size[0]), axis(size[1])), batch + [1, 1]),
        order=2,
        regularization_weight=regularization,
    )
    return grid.reshape(-1, *size, 2)


FUNCTIONS = {
    "sample_at_pixels": sample_at_pixels,
    "interpolate_spline": interpolate_spline,
    "thin_plate_spline_grid": thin_plate_spline_grid,
}
