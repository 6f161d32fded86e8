import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.ops import control_point_grid
from keras_dl4.ops import interpolate_spline
from keras_dl4.ops import regular_grid
from keras_dl4.ops import thin_plate_spline_grid

RNG = np.random.default_rng


def radial(distance, order):
    if order % 2 or distance == 0:
        return distance**order
    return distance**order * np.log(distance)


def spline_at(place, points, values, regularization=0.0, order=2):
    """Polyharmonic spline at one place, from the textbook system."""
    count, dimensions = points.shape
    system = np.zeros((count + dimensions + 1, count + dimensions + 1))
    right = np.zeros((count + dimensions + 1, values.shape[1]))
    for i, a in enumerate(points):
        for j, b in enumerate(points):
            system[i, j] = radial(np.linalg.norm(a - b), order)
        system[i, i] += regularization
        system[i, count:] = system[count:, i] = [1, *a]
        right[i] = values[i]
    weights = np.linalg.solve(system, right)
    result = weights[count] + place @ weights[count + 1 :]
    for weight, point in zip(weights[:count], points, strict=True):
        result = result + weight * radial(np.linalg.norm(place - point), order)
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


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("learned", [False, True])
def test_the_size_may_be_dynamic(learned, jit):
    if keras.backend.backend() != "tensorflow":
        pytest.skip("sizes are static on this backend")
    import tensorflow as tf

    control = control_point_grid((3, 3))
    points = control + 0.1 * RNG(1).normal(size=(2, 9, 2))
    expected = thin_plate_spline_grid(points, (6, 5), (3, 3))

    def grid_of(images):
        return thin_plate_spline_grid(
            points,
            tuple(ops.shape(images)[1:3]),
            tf.constant(control) if learned else (3, 3),
        )

    signature = [tf.TensorSpec((None, None, None, 1))]
    compiled = tf.function(grid_of, signature, jit_compile=jit)
    grid = compiled(np.zeros((1, 6, 5, 1), "float32"))
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


def test_regularization_allows_learned_points_that_coincide():
    if keras.backend.backend() != "tensorflow":
        pytest.skip("the gradient tape is TensorFlow's")
    import tensorflow as tf

    control = control_point_grid((3, 3)).astype("float32")
    control[4] = control[0]
    control, points = tf.Variable(control), tf.Variable(control[None] * 0.9)
    with tf.GradientTape() as tape:
        grid = thin_plate_spline_grid(
            points, (4, 5), control, regularization=0.1
        )
        loss = tf.reduce_sum(grid**2)
    for gradient in tape.gradient(loss, [control, points]):
        assert np.all(np.isfinite(gradient))
        assert np.any(gradient != 0)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("dimensions", [1, 2, 3])
@pytest.mark.parametrize("regularization", [0.0, 0.2])
def test_interpolation_is_the_textbook_spline(
    order, dimensions, regularization
):
    # Points of a jittered lattice: random ones that come close make a system
    # that float32 cannot solve.
    rng = RNG(order)
    lattice = np.stack(
        np.meshgrid(
            *[np.linspace(-1, 1, 9 if dimensions == 1 else 3)] * dimensions
        )
    ).reshape((dimensions, -1))
    x = lattice.T + 0.1 * rng.uniform(
        -1, 1, size=(2, lattice.shape[1], dimensions)
    )
    values = rng.normal(size=(2, lattice.shape[1], 3))
    places = rng.uniform(-1, 1, size=(2, 4, dimensions))
    found = interpolate_spline(x, values, places, order, regularization)
    for batch, place in np.ndindex(2, 4):
        expected = spline_at(
            places[batch, place], x[batch], values[batch], regularization, order
        )
        np.testing.assert_allclose(
            found[batch, place], expected, rtol=1e-3, atol=1e-3
        )


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
    [
        (1, 5),
        [[0.0, 0.0], [1.0, 1.0]],
        [[0, 0], [1, 1], [2, 2]],
        [[0, 0], [0, 0], [1, 0], [0, 1]],
        [[0, 0], [1, 0], [0, np.nan]],
        4,
    ],
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
    with pytest.raises(ValueError, match="as many dimensions"):
        interpolate_spline(x, x, x[..., :1], 2)
    with pytest.raises(ValueError, match="Received: True"):
        interpolate_spline(x, x, x, True)
    for count in (x[:, :2], np.zeros((2, 3, 2), "float32")):
        with pytest.raises(ValueError, match="a value for each point"):
            interpolate_spline(x, count, x, 2)
    for weight in (-1.0, np.nan, np.inf, "0"):
        with pytest.raises(ValueError, match="regularization.*negative"):
            interpolate_spline(x, x, x, 2, weight)
        with pytest.raises(ValueError, match="regularization.*negative"):
            thin_plate_spline_grid(
                np.zeros((1, 16, 2)), (4, 4), regularization=weight
            )
