"""Products with the Jacobian, and calls that leave nothing behind."""

import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.backend import jvp
from keras_dl4.backend import outside_of_tracing
from keras_dl4.backend import pull_back_each
from keras_dl4.backend import seed_generators
from keras_dl4.backend import vjp
from keras_dl4.backend import with_gradient
from keras_dl4.backend import without_side_effects
from keras_dl4.backend import without_updates

ROOT = pathlib.Path(__file__).parents[2]
MATRIX = np.float32([[1.0, -2.0], [0.5, 3.0], [2.0, 1.0]])
POINT = np.float32([0.3, -0.7, 0.2])


def squares(x):
    """From 3 to 2 numbers; its Jacobian is `2 x_i M_ij`."""
    return ops.matmul(ops.square(x)[None], MATRIX)[0]


JACOBIAN = (2.0 * POINT[:, None] * MATRIX).T


def as_array(tensor):
    return ops.convert_to_numpy(tensor)


@with_gradient
def product_of_squares(a, b):
    """a^2 b^2, and a gradient that shares the squares with it."""
    squared_a, squared_b = ops.square(a), ops.square(b)
    return squared_a * squared_b, lambda upstream: (
        2.0 * upstream * a * squared_b,
        2.0 * upstream * squared_a * b,
    )


def test_written_gradient_that_shares_tensors_can_be_differentiated():
    def slope(x):
        y, pullback = vjp(lambda x: product_of_squares(x, x), x)
        return pullback(ops.ones_like(y))

    y, pullback = vjp(slope, POINT)
    np.testing.assert_allclose(as_array(y), 4.0 * POINT**3, 1e-5)
    curvature = pullback(ops.ones_like(y))
    np.testing.assert_allclose(as_array(curvature), 12.0 * POINT**2, 1e-5)


def test_vjp_is_the_product_from_the_left():
    y, pullback = vjp(squares, POINT)
    np.testing.assert_allclose(as_array(y), POINT**2 @ MATRIX, 1e-6)
    cotangent = np.float32([1.5, -1.0])
    product = pullback(ops.convert_to_tensor(cotangent))
    np.testing.assert_allclose(as_array(product), cotangent @ JACOBIAN, 1e-6)
    each = pull_back_each(pullback, ops.eye(2))
    np.testing.assert_allclose(as_array(each), JACOBIAN, 1e-6)


def test_jvp_is_the_product_from_the_right():
    y, pushforward = jvp(squares, POINT)
    np.testing.assert_allclose(as_array(y), POINT**2 @ MATRIX, 1e-6)
    each = pull_back_each(pushforward, ops.eye(3))
    np.testing.assert_allclose(as_array(each), JACOBIAN.T, 1e-6)


@pytest.mark.parametrize("mode", ["vjp", "jvp"])
def test_products_can_be_differentiated(mode, gradient_of):
    def squared_norm(x):
        product, directions = {"vjp": (vjp, 2), "jvp": (jvp, 3)}[mode]
        _, multiply = product(squares, x)
        rows = pull_back_each(multiply, ops.eye(directions))
        return ops.sum(ops.square(rows))

    expected = 8.0 * POINT * np.sum(MATRIX**2, axis=1)
    np.testing.assert_allclose(
        gradient_of(squared_norm, at=POINT), expected, 1e-5
    )


NO_PATHS = {
    "stopped": lambda x: ops.stop_gradient(squares(x)),
    "constant": lambda x: ops.ones(2),
    "index": lambda x: ops.take(MATRIX[0], ops.cast(x[:2], "int32")),
}


@pytest.mark.parametrize("name", NO_PATHS)
def test_no_path_gives_none(name):
    _, pullback = vjp(NO_PATHS[name], POINT)
    _, pushforward = jvp(NO_PATHS[name], POINT)
    assert pullback(ops.ones(2)) is None
    assert pushforward(ops.ones(3)) is None


def test_path_of_a_single_component_is_one():
    def half(x):
        return ops.concatenate([ops.stop_gradient(x[:2]), x[2:]])

    _, pullback = vjp(half, POINT)
    np.testing.assert_array_equal(
        as_array(pullback(ops.ones(3))), [0.0, 0.0, 1.0]
    )


class Counter(keras.layers.Layer):
    def build(self, input_shape):
        self.calls = self.add_weight(initializer="zeros", trainable=False)
        self.scale = self.add_weight(initializer="ones")

    def call(self, inputs):
        self.calls.assign(self.calls + 1.0)
        self.add_loss(ops.sum(inputs))
        return inputs * self.scale


def test_calls_in_the_context_leave_nothing_behind(gradient_of):
    layer = Counter()
    layer(POINT)
    layer.scale.assign(3.0)
    with without_side_effects(layer):
        outputs = layer(POINT)
    np.testing.assert_allclose(as_array(outputs), 3.0 * POINT)
    assert float(layer.calls) == 1.0
    assert len(layer.losses) == 1


def test_call_without_updates_draws_on_and_assigns_nothing_else():
    layers = [keras.layers.Dropout(0.5, seed=1), Counter()]
    model = keras.Sequential([keras.Input((3,)), *layers])
    dropout, counter = layers
    before = as_array(dropout.seed_generator.state)
    x = np.ones((1, 3), "float32")
    with without_updates(model):
        model(x, training=True)
        model(x, training=True)
    after = as_array(dropout.seed_generator.state)
    assert seed_generators(model) == [dropout.seed_generator]
    assert float(counter.calls) == 0.0
    assert model.losses == []
    np.testing.assert_array_equal(after - before, [0, 2])


def test_context_uses_the_values_of_a_scope_around_it(gradient_of):
    layer = Counter()
    layer(POINT)

    def total(scale):
        with keras.StatelessScope([(layer.scale, scale)]):
            with without_side_effects(layer):
                return ops.sum(layer(POINT))

    gradient = gradient_of(total, at=np.float32(5.0))
    np.testing.assert_allclose(gradient, POINT.sum(), 1e-6)


def test_operations_run_at_once_while_tracing():
    found = []

    def traced(x):
        with outside_of_tracing():
            found.append(as_array(ops.square(np.float32([2.0, 3.0]))))
        return x

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.function(traced)(tf.constant(1.0))
    elif keras.backend.backend() == "jax":
        import jax

        jax.jit(traced)(1.0)
    else:
        traced(1.0)
    np.testing.assert_array_equal(found, [[4.0, 9.0]])


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="it starts the others"
)
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_all_work_on_the_other_backends(backend):
    pytest.importorskip(backend)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    result = subprocess.run(
        [*command, __file__],
        env={**os.environ, "KERAS_BACKEND": backend},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stdout
    assert "13 passed" in result.stdout
