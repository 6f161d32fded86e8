"""What a projection means, and the range of each head parameter."""

import math

import numpy as np
import pytest

from keras_dl4.ops.head_parameters import head_parameter_shapes
from keras_dl4.ops.head_parameters import split_head_parameters

READS, WRITES, WORD_DIM, SHIFTS = 2, 3, 4, 5
HEADS = READS + WRITES


def split(projection, clip=20.0, bound_add=True):
    shapes = head_parameter_shapes(READS, WRITES, WORD_DIM, SHIFTS)
    parameters = split_head_parameters(projection, shapes, clip, bound_add)
    return {name: np.array(value) for name, value in parameters.items()}


def size():
    shapes = head_parameter_shapes(READS, WRITES, WORD_DIM, SHIFTS)
    return sum(math.prod(shape) for shape in shapes.values())


def test_sizes_are_those_that_the_paper_emits():
    # A read head needs M + S + 3 numbers, a write head 3 M + S + 3.
    assert size() == READS * (4 + 5 + 3) + WRITES * (3 * 4 + 5 + 3)


def test_shapes_are_those_of_reads_and_writes():
    parameters = split(np.zeros((7, size()), "float32"))
    assert {name: value.shape for name, value in parameters.items()} == {
        "keys": (7, HEADS, WORD_DIM),
        "shift_weightings": (7, HEADS, SHIFTS),
        "key_strengths": (7, HEADS),
        "gates": (7, HEADS),
        "sharpenings": (7, HEADS),
        "erases": (7, WRITES, WORD_DIM),
        "adds": (7, WRITES, WORD_DIM),
    }


def test_each_number_has_one_meaning_and_the_activation_of_the_paper(rng):
    projection = rng.normal(size=(2, size())).astype("float32")
    parameters = split(projection)
    for row, numbers in enumerate(projection.astype("float64")):
        taken = iter(numbers)

        def take(*shape, taken=taken):
            values = [next(taken) for _ in range(math.prod(shape))]
            return np.array(values).reshape(shape)

        keys = take(HEADS, WORD_DIM)
        shifts = np.exp(take(HEADS, SHIFTS))
        expected = {
            "keys": keys,
            "shift_weightings": shifts / shifts.sum(1, keepdims=True),
            "key_strengths": np.log1p(np.exp(take(HEADS))),
            "gates": 1 / (1 + np.exp(-take(HEADS))),
            "sharpenings": 1 + np.log1p(np.exp(take(HEADS))),
            "erases": 1 / (1 + np.exp(-take(WRITES, WORD_DIM))),
            "adds": np.tanh(take(WRITES, WORD_DIM)),
        }
        assert list(taken) == []
        for name, value in expected.items():
            np.testing.assert_allclose(
                parameters[name][row], value, rtol=1e-5, atol=1e-6
            )


def test_unbound_adds_are_linear(rng):
    projection = rng.normal(size=(2, size())).astype("float32")
    adds = split(projection, bound_add=False)["adds"]
    np.testing.assert_array_equal(adds.reshape(2, -1), projection[:, -12:])


@pytest.mark.parametrize("clip", [20.0, 3.0])
def test_wild_projection_is_clipped(clip):
    wild = split(np.full((1, size()), 1e30, "float32"), clip, bound_add=False)
    assert wild["keys"].max() == clip
    assert wild["adds"].max() == clip
    np.testing.assert_allclose(
        wild["sharpenings"], 1 + np.log1p(np.exp(clip)), rtol=1e-6
    )
    wild = split(np.full((1, size()), -1e30, "float32"), clip)
    assert wild["keys"].min() == -clip
    assert (wild["key_strengths"] > 0.0).all()
    assert (wild["sharpenings"] >= 1.0).all()
    assert (wild["gates"] > 0.0).all()
