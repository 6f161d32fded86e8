import numpy as np
import pytest

from keras_dl4 import transforms
from keras_dl4.ops import grid_sample


def test_half_scale_shows_the_quarter_around_the_place():
    image = np.arange(64, dtype="float32").reshape((1, 8, 8, 1))
    attention = transforms.Attention(scale=0.5)
    grid = attention.grid([[0.5, -0.5]], (4, 4))
    np.testing.assert_allclose(
        grid_sample(image, grid), image[:, :4, 4:], atol=1e-4
    )


def test_scales_per_axis_are_x_then_y():
    attention = transforms.Attention(isotropic=False)
    grid = attention.grid([[0.5, 0.25, 0.0, 0.0]], (2, 2), True)
    np.testing.assert_allclose(grid[0, 1, 1], [0.5, 0.25], atol=1e-6)


@pytest.mark.parametrize("scale", [0.0, -1.0])
def test_scale_must_be_positive(scale):
    with pytest.raises(ValueError, match="must be positive"):
        transforms.Attention(scale=scale)
