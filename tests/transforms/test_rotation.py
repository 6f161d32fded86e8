import numpy as np
import pytest

from keras_dl4 import transforms
from keras_dl4.ops import grid_sample


def test_a_quarter_turn_shows_the_image_turned_counterclockwise():
    image = np.random.default_rng(0).normal(size=(1, 8, 8, 1))
    image = image.astype("float32")
    grid = transforms.Rotation().grid([[np.pi / 2]], (8, 8))
    np.testing.assert_allclose(
        grid_sample(image, grid), np.rot90(image, 1, (1, 2)), atol=2e-6
    )


@pytest.mark.parametrize("angle", [0.0, 1e-4, 1e-2, 0.7, 3.0, 3.14])
@pytest.mark.parametrize(
    "axis", [(0.6, -0.48, 0.64), (0.48, -0.8, 0.36), (-0.8, 0.36, 0.48)]
)
def test_rotation_vectors_are_matrix_exponentials(angle, axis):
    x, y, z = angle * np.array(axis)
    generator = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    expected, term = np.eye(3), np.eye(3)
    for order in range(1, 40):
        term = term @ generator / order
        expected = expected + term
    rotation = transforms.Rotation(rank=3)
    params = np.array([[x, y, z]]).astype("float32")
    matrix = np.asarray(rotation.matrix(params))[0]
    np.testing.assert_allclose(matrix[:3, :3], expected, atol=1e-6)
    np.testing.assert_allclose(
        rotation.from_matrix(matrix[None]), params, atol=1e-5
    )


@pytest.mark.parametrize("axis", [(1, 0, 0), (0, -1, 0), (0.6, -0.48, 0.64)])
def test_half_turns_come_back_as_half_turns(axis):
    rotation = transforms.Rotation(rank=3)
    matrix = rotation.matrix(np.pi * np.array([axis], "float32"))
    again = rotation.matrix(rotation.from_matrix(matrix))
    np.testing.assert_allclose(again, matrix, atol=2e-6)
