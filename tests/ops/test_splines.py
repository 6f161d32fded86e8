import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.ops import control_point_grid
from keras_dl4.ops import interpolate_spline
from keras_dl4.ops import regular_grid
from keras_dl4.ops import thin_plate_spline_grid

RNG = np.random.default_rng


def spline_at(place, points, values, regularization=0.0):
    """Thin plate spline at one place, from the textbook system."""
    count = len(points)
    system = np.zeros((count + 3, count + 3))
    right = np.zeros((count + 3, values.shape[1]))
    for i, a in enumerate(points):
        for j, b in enumerate(points):
            distance = np.hypot(*(a - b))
            if distance:
                system[i, j] = distance**2 * np.log(distance)
        system[i, i] += regularization
        system[i, count:] = system[count:, i] = [1, *a]
        right[i] = values[i]
    weights = np.linalg.solve(system, right)
    result = weights[count] + place @ weights[count + 1 :]
    for weight, point in zip(weights[:count], points, strict=True):
        distance = np.hypot(*(place - point))
        if distance:
            result = result + weight * distance**2 * np.log(distance)
    return result


@pytest.mark.parametrize("regularization", [0.0, 0.1])
@pytest.mark.parametrize("learned", [False, True])
def test_grid_is_the_textbook_spline(regularization, learned):
    control = control_point_grid((3, 4))
    points = control + 0.1 * RNG(0).normal(size=(2, *control.shape))
    grid = thin_plate_spline_grid(
        points.astype("float32"),
        (5, 6),
        keras.Variable(control) if learned else (3, 4),
        regularization=regularization,
    )
    places = ops.convert_to_numpy(regular_grid((5, 6)))[0]
    for batch, row, column in [(0, 0, 0), (1, 4, 5), (0, 2, 3)]:
        expected = spline_at(
            places[row, column], control, points[batch], regularization
        )
        np.testing.assert_allclose(
            grid[batch, row, column], expected, atol=2e-5 if learned else 2e-6
        )


@pytest.mark.parametrize("shape", [(2, 2), (4, 4), (10, 10)])
@pytest.mark.parametrize("learned", [False, True])
def test_unmoved_points_give_the_regular_grid_bit_for_bit(shape, learned):
    control = control_point_grid(shape).astype("float32")
    grid = thin_plate_spline_grid(
        control[None], (7, 9), keras.Variable(control) if learned else shape
    )
    np.testing.assert_array_equal(grid, regular_grid((7, 9)))


def test_the_size_may_be_dynamic():
    points = control_point_grid((3, 3)) + 0.1 * RNG(1).normal(size=(2, 9, 2))
    size = tuple(ops.convert_to_tensor(n) for n in (6, 5))
    expected = thin_plate_spline_grid(points, (6, 5), (3, 3))
    grid = thin_plate_spline_grid(points, size, (3, 3))
    np.testing.assert_allclose(grid, expected, atol=1e-5)


def test_gradients_at_coincident_places_are_finite():
    if keras.backend.backend() != "tensorflow":
        pytest.skip("the gradient tape is TensorFlow's")
    import tensorflow as tf

    # With aligned corners the places of the grid are the control points.
    control = tf.Variable(control_point_grid((3, 3)), dtype="float32")
    points = tf.Variable(control[None] * 0.9)
    with tf.GradientTape() as tape:
        grid = thin_plate_spline_grid(points, (3, 3), control, True)
        loss = tf.reduce_sum(grid**2)
    for gradient in tape.gradient(loss, [control, points]):
        assert np.all(np.isfinite(gradient))
        assert np.any(gradient != 0)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("dimensions", [1, 2, 3])
def test_splines_go_through_the_values(order, dimensions):
    rng = RNG(order)
    x = rng.uniform(-1, 1, size=(2, 12, dimensions)).astype("float32")
    values = rng.normal(size=(2, 12, 3)).astype("float32")
    if order == 4 or dimensions == 1:
        # Ill-conditioned in float32 for random points: a smooth function is
        # asked for instead.
        values = np.sin(x.sum(axis=-1, keepdims=True)) + np.zeros(3, "float32")
    found = interpolate_spline(x, values, x, order)
    np.testing.assert_allclose(found, values, atol=5e-2 if order > 2 else 5e-3)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_affine_functions_are_reproduced_everywhere(order):
    rng = RNG(7)
    x = rng.uniform(-1, 1, size=(1, 10, 2)).astype("float32")
    places = rng.uniform(-2, 2, size=(1, 5, 2)).astype("float32")

    def affine(at):
        return at @ np.array([[2.0], [-1.0]], "float32") + 0.5

    found = interpolate_spline(x, affine(x), places, order, 0.5)
    np.testing.assert_allclose(found, affine(places), atol=1e-3)


@pytest.mark.parametrize(
    "control_points",
    [(1, 5), [[0.0, 0.0], [1.0, 1.0]], [[0, 0], [1, 1], [2, 2]], 4],
)
def test_points_that_leave_a_spline_undetermined_are_refused(control_points):
    with pytest.raises(ValueError, match="control_points"):
        control_point_grid(control_points)


def test_wrong_shapes_and_orders_are_named():
    with pytest.raises(ValueError, match="one for each control point"):
        thin_plate_spline_grid(np.zeros((1, 9, 2)), (4, 4), (4, 4))
    x = np.zeros((1, 3, 2), "float32")
    with pytest.raises(ValueError, match="Received: 0"):
        interpolate_spline(x, x, x, 0)
    with pytest.raises(ValueError, match="shapes"):
        interpolate_spline(x[0], x, x, 2)
