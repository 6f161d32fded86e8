"""The interface that each backend has to offer."""

import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.backend import read_once
from keras_dl4.backend import with_gradient

ROOT = pathlib.Path(__file__).parents[2]
needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="it is about tf.function"
)


@with_gradient
def weighted_product(a, b):
    """Says that its gradients are 10 and 100 times the upstream one."""
    return a * b, lambda upstream: (10.0 * upstream, 100.0 * upstream)


def test_written_gradient_replaces_the_automatic_one(gradient_of):
    a, b = np.float32([2.0, 3.0]), np.float32([5.0, 7.0])
    np.testing.assert_array_equal(weighted_product(a, b), [10.0, 21.0])
    upstream = np.float32([1.0, -2.0])
    for at, factor, function in [
        (a, 10.0, lambda x: ops.vdot(upstream, weighted_product(x, b))),
        (b, 100.0, lambda x: ops.vdot(upstream, weighted_product(a, x))),
    ]:
        np.testing.assert_array_equal(
            gradient_of(function, at=at), factor * upstream
        )


def test_decorated_function_keeps_its_name_and_takes_lists():
    assert weighted_product.__name__ == "weighted_product"
    assert "10 and 100" in weighted_product.__doc__
    product = weighted_product([2.0], [3.0])
    assert keras.ops.is_tensor(product)
    np.testing.assert_array_equal(product, [6.0])


@needs_tensorflow
@pytest.mark.parametrize("jit", [False, True])
def test_written_gradient_is_used_in_a_graph(jit):
    import tensorflow as tf

    @tf.function(jit_compile=jit)
    def gradients(a, b):
        with tf.GradientTape() as tape:
            tape.watch([a, b])
            total = ops.sum(weighted_product(a, b))
        return tape.gradient(total, [a, b])

    with tf.device("CPU:0"):
        to_a, to_b = gradients(tf.constant([2.0]), tf.constant([3.0]))
    assert (float(to_a[0]), float(to_b[0])) == (10.0, 100.0)


def test_variable_has_its_value_inside_and_outside():
    variable = keras.Variable([1.0, 2.0])
    with read_once([variable]):
        np.testing.assert_array_equal(ops.add(variable, 1.0), [2.0, 3.0])
    variable.assign([5.0, 6.0])
    with read_once([variable]):
        np.testing.assert_array_equal(ops.add(variable, 1.0), [6.0, 7.0])
    np.testing.assert_array_equal(ops.add(variable, 1.0), [6.0, 7.0])


@needs_tensorflow
def test_variable_is_read_once_however_often_it_is_used():
    import tensorflow as tf

    variable = keras.Variable([1.0, 2.0])

    def use():
        return variable * 2.0 + ops.exp(variable)

    @tf.function
    def once():
        with read_once([variable]):
            return use()

    def num_reads(function):
        graph = tf.function(function).get_concrete_function().graph
        names = [op.type for op in graph.get_operations()]
        return names.count("ReadVariableOp")

    assert num_reads(use) == 2
    assert num_reads(lambda: once.python_function()) == 1


@needs_tensorflow
def test_gradient_reaches_a_variable_that_is_read_once():
    import tensorflow as tf

    variable = keras.Variable([1.0, 2.0])
    with tf.GradientTape() as tape, read_once([variable]):
        total = ops.sum(ops.square(variable))
    np.testing.assert_array_equal(
        tape.gradient(total, variable.value), [2.0, 4.0]
    )


@needs_tensorflow
def test_both_work_on_jax():
    pytest.importorskip("jax")
    names = [
        "test_written_gradient_replaces_the_automatic_one",
        "test_decorated_function_keeps_its_name_and_takes_lists",
        "test_variable_has_its_value_inside_and_outside",
    ]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        + [f"{__file__}::{name}" for name in names],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stdout
    assert "3 passed" in result.stdout
