import numpy as np
import pytest

from keras_dl4 import transforms


def test_control_points_go_to_their_parameters():
    # With aligned corners the places of a 4 x 3 grid are the control points.
    spline = transforms.ThinPlateSpline((4, 3))
    params = np.random.default_rng(0).normal(size=(2, 24)).astype("float32")
    grid = spline.grid(params, (4, 3), align_corners=True)
    np.testing.assert_allclose(grid, params.reshape((2, 4, 3, 2)), atol=1e-5)


def test_learned_target_points_take_the_place_of_the_given_ones():
    given = [[-1.0, -1.0], [1.0, -0.5], [0.0, 1.0], [0.3, 0.2], [-0.5, 0.5]]
    learned = transforms.ThinPlateSpline((5, 5)).target_points()[::6]
    learned = learned + np.array([[0, 0], [0, 0.5], [0.2, 0], [0, -1], [0, 0]])
    learned = learned.astype("float32")
    params = np.random.default_rng(1).normal(size=(2, 10)).astype("float32")
    at_run_time = transforms.ThinPlateSpline(given, learn_target=True).grid(
        params, (6, 7), target_points=learned
    )
    beforehand = transforms.ThinPlateSpline(learned).grid(params, (6, 7))
    np.testing.assert_allclose(at_run_time, beforehand, atol=2e-5)


def test_negative_regularization_is_refused():
    with pytest.raises(ValueError, match="must not be negative"):
        transforms.ThinPlateSpline(regularization=-0.1)


def test_points_on_a_line_are_refused():
    with pytest.raises(ValueError, match="on one line"):
        transforms.ThinPlateSpline((1, 4))
