import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4 import transforms
from keras_dl4.ops import grid_sample


@pytest.mark.parametrize("align_corners", [False, True])
def test_one_pixel_of_flow_shows_the_next_pixel(align_corners):
    image = np.random.default_rng(0).uniform(size=(1, 6, 5, 1))
    image = image.astype("float32")
    flow = transforms.DenseFlow((6, 5), units="pixels")
    params = np.tile(np.array([1.0, -2.0], "float32"), 30)[None]
    grid = flow.grid(params, (6, 5), align_corners)
    warped = grid_sample(image, grid, align_corners=align_corners)
    expected = np.zeros_like(image)
    expected[:, 2:, :-1] = image[:, :-2, 1:]
    np.testing.assert_allclose(warped, expected, atol=2e-6)


def test_a_normalized_flow_moves_its_own_place_only():
    params = np.zeros((1, 2, 3, 4, 3), "float32")
    params[0, 1, 2, 3] = [0.5, 0.25, -1.0]
    flow = transforms.DenseFlow((2, 3, 4))
    start, moved = (
        ops.convert_to_numpy(flow.grid(p.reshape((1, -1)), (2, 3, 4)))
        for p in (np.zeros_like(params), params)
    )
    np.testing.assert_allclose(moved - start, params, atol=1e-6)


@pytest.mark.parametrize("size", [(0, 4), (4.5, 4), (None, 4)])
def test_size_must_be_known_and_positive(size):
    with pytest.raises(ValueError, match="positive ints"):
        transforms.DenseFlow(size)


def test_unknown_units_are_refused():
    with pytest.raises(ValueError, match="'normalized' or 'pixels'"):
        transforms.DenseFlow((4, 4), units="meters")


def test_a_grid_of_another_size_is_refused():
    flow = transforms.DenseFlow((6, 5))
    params = flow.identity()[None]
    with pytest.raises(ValueError, match=r"\(6, 5\) pixels.*`antialias`"):
        flow.grid(params, (5, 6))
    if keras.backend.backend() == "tensorflow":
        dynamic = tuple(ops.convert_to_tensor(n) for n in (6, 5))
        with pytest.raises(ValueError, match=r"\(6, 5\) pixels"):
            flow.grid(params, dynamic)
