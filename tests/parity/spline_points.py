"""Points for splines, far enough from one another to be well-conditioned."""

import numpy as np

# Points along each axis, by number of axes.
COUNTS = {1: (5,), 2: (3, 3), 3: (3, 2, 2)}
NUM_QUERIES = 8


def add_spline_points(listed, rng, rank):
    """Adds arrays of points; returns their names in the order of the call."""
    axes = [np.linspace(-1, 1, count) for count in COUNTS[rank]]
    mesh = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, rank)
    spacing = 2.0 / (np.array(COUNTS[rank]) - 1)
    points = mesh + rng.uniform(-0.15, 0.15, (2, *mesh.shape)) * spacing
    # Far from an affine function, single precision would decide the result.
    values = points @ rng.uniform(-1, 1, (2, rank, 2))
    values = values + rng.uniform(-0.1, 0.1, values.shape)
    queries = rng.uniform(-1, 1, (2, NUM_QUERIES, rank))
    return [
        listed.array(f"train_points_{rank}", points),
        listed.array(f"train_values_{rank}", values),
        listed.array(f"query_points_{rank}", queries),
    ]
