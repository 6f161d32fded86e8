"""Small digits for the distortions: random ones, and one of each label."""

import numpy as np
import pytest


@pytest.fixture
def images(rng):
    """Twenty random images of 28 x 28, empty in a margin of four pixels."""
    images = np.zeros((20, 28, 28, 1), "float32")
    images[:, 4:24, 4:24] = rng.uniform(0.1, 1.0, (20, 20, 20, 1))
    return images


@pytest.fixture
def labels():
    return np.arange(20, dtype="int32") % 10
