"""Reading and writing against loops written from the paper's equations."""

import keras
import numpy as np
import pytest

from keras_dl4.ops import erase_and_add
from keras_dl4.ops import read_memory
from tests.ops import paper_equations
from tests.ops.gradient_oracle import assert_gradients

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="gradient tapes and XLA switches are TensorFlow's",
)


def reference_read(memory, weighting):
    return paper_equations.for_all_heads(
        paper_equations.read, weighting, memory=memory
    )


def reference_write(memory, weighting, erase, add):
    return paper_equations.for_all_examples(
        paper_equations.write, memory, weighting, erase, add
    )


def read_case(rng, size, heads):
    return [
        rng.normal(size=(2, size, 5)),
        rng.dirichlet(np.ones(size), (2, heads)),
    ]


def write_case(rng, size, heads):
    return [
        *read_case(rng, size, heads),
        rng.uniform(size=(2, heads, 5)),
        rng.normal(size=(2, heads, 5)),
    ]


FUNCTIONS = {
    "read_memory": (read_memory, reference_read, read_case),
    "erase_and_add": (erase_and_add, reference_write, write_case),
}


@pytest.mark.parametrize("heads", [1, 2, 4])
@pytest.mark.parametrize("size", [1, 7, 32, 128])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_are_those_of_the_paper(name, size, heads, rng):
    function, reference, make_case = FUNCTIONS[name]
    arguments = make_case(rng, size, heads)
    np.testing.assert_allclose(
        function(*(a.astype("float32") for a in arguments)),
        reference(*arguments),
        rtol=1e-5,
        atol=1e-6,
    )


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("heads", [1, 3])
@pytest.mark.parametrize("name", FUNCTIONS)
@needs_tensorflow
def test_gradients_are_finite_differences_of_the_paper(name, heads, jit, rng):
    function, reference, make_case = FUNCTIONS[name]
    assert_gradients(function, reference, make_case(rng, 6, heads), jit)


def test_order_of_heads_is_irrelevant(rng):
    memory, *of_heads = (a.astype("float32") for a in write_case(rng, 7, 4))
    order = [3, 1, 0, 2]
    np.testing.assert_allclose(
        erase_and_add(memory, *of_heads),
        erase_and_add(memory, *(a[:, order] for a in of_heads)),
        atol=1e-6,
    )


def test_full_erase_leaves_what_is_added():
    memory = np.full((1, 3, 2), 7.0, "float32")
    focus = np.array([[[0.0, 1.0, 0.0]]], "float32")
    add = np.array([[[2.0, -3.0]]], "float32")
    written = erase_and_add(memory, focus, np.ones((1, 1, 2), "f"), add)
    np.testing.assert_array_equal(
        written, [[[7.0, 7.0], [2.0, -3.0], [7.0, 7.0]]]
    )


def test_every_head_erases_before_any_head_adds():
    """One erases what the other adds, were they to take turns."""
    memory = np.ones((1, 1, 1), "float32")
    weighting = np.ones((1, 2, 1), "float32")
    erase = np.array([[[0.0], [1.0]]], "float32")
    add = np.array([[[5.0], [0.0]]], "float32")
    written = erase_and_add(memory, weighting, erase, add)
    np.testing.assert_array_equal(written, [[[5.0]]])
