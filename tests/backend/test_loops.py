"""Training loops in one program, against the same steps one by one."""

import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.backend import compiled_loop
from keras_dl4.backend import value_and_gradients

ROOT = pathlib.Path(__file__).parents[2]
INPUTS = np.float32([[1.0, 2.0], [0.5, -1.0], [3.0, 0.0], [-1.0, 1.5]])
TARGETS = np.float32([1.0, -2.0, 0.5, 3.0])
START = {"slope": np.float32([0.1, -0.2]), "offset": np.float32(0.3)}


def squared_errors(parameters, x, y):
    found = ops.sum(x * parameters["slope"], axis=-1) + parameters["offset"]
    return ops.square(found - y)


def numpy_gradients(parameters, x, y):
    errors = x @ parameters["slope"] + parameters["offset"] - y
    return {"slope": 2.0 * errors @ x, "offset": 2.0 * errors.sum()}


def test_gradients_are_those_of_the_sum():
    values, gradients = value_and_gradients(
        lambda parameters: squared_errors(parameters, INPUTS, TARGETS),
        keras.tree.map_structure(ops.convert_to_tensor, START),
    )
    assert values.shape == (4,)
    expected = numpy_gradients(START, INPUTS, TARGETS)
    assert gradients.keys() == expected.keys()
    for name, gradient in gradients.items():
        np.testing.assert_allclose(
            ops.convert_to_numpy(gradient), expected[name], rtol=1e-5
        )


def test_gradient_is_zero_where_no_path_leads():
    tensors = [ops.ones(2), ops.ones(3)]
    _, gradients = value_and_gradients(lambda both: 5.0 * both[0], tensors)
    np.testing.assert_array_equal(gradients[0], [5.0, 5.0])
    np.testing.assert_array_equal(gradients[1], [0.0, 0.0, 0.0])


def descend(index, state, data):
    """A step of gradient descent on the examples of that step."""
    parameters, total = state
    x, y = (ops.take(data[name], data["order"][index], 0) for name in "xy")
    values, gradients = value_and_gradients(
        lambda parameters: squared_errors(parameters, x, y), parameters
    )
    parameters = {
        name: value - data["rate"] * gradients[name]
        for name, value in parameters.items()
    }
    return parameters, total + ops.sum(values)


@pytest.mark.parametrize("num_steps", [0, 1, 7])
def test_loop_does_the_steps_one_after_the_other(num_steps, rng):
    order = rng.integers(4, size=(num_steps + 1, 3)).astype("int32")
    data = {"x": INPUTS, "y": TARGETS, "order": order, "rate": np.float32(0.02)}
    state, data = keras.tree.map_structure(
        ops.convert_to_tensor, ((START, np.float32(0.0)), data)
    )
    parameters, total = compiled_loop(descend)(num_steps, state, data)

    expected, expected_total = dict(START), 0.0
    for chosen in order[:num_steps]:
        x, y = INPUTS[chosen], TARGETS[chosen]
        errors = x @ expected["slope"] + expected["offset"] - y
        expected_total += np.sum(errors**2)
        gradients = numpy_gradients(expected, x, y)
        expected = {
            name: value - 0.02 * gradients[name]
            for name, value in expected.items()
        }
    for name, value in expected.items():
        np.testing.assert_allclose(
            ops.convert_to_numpy(parameters[name]), value, rtol=1e-5
        )
    np.testing.assert_allclose(float(total), expected_total, rtol=1e-5)


@pytest.mark.skipif(
    keras.backend.backend() == "torch", reason="nothing is compiled"
)
def test_loop_is_compiled_once_for_any_number_of_steps():
    traced = []

    def step(index, state, data):
        traced.append(1)
        return state + data

    run = compiled_loop(step)
    for num_steps in (3, 5, 3):
        state = run(num_steps, ops.zeros(2), ops.ones(2))
        np.testing.assert_array_equal(state, [num_steps, num_steps])
    assert len(traced) == 1


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="it starts the others"
)
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_loops_work_on_the_other_backends(backend):
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
    expected = {"jax": "6 passed", "torch": "5 passed"}[backend]
    assert expected in result.stdout
