import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.layers import MemoryHop
from tests.ops import memory_network_reference as reference


@pytest.fixture
def inputs(rng):
    shapes = (3, 4), (3, 5, 4), (3, 5, 4)
    return [rng.normal(size=shape).astype("float32") for shape in shapes]


MASK = np.arange(5) < np.array([[0], [2], [5]])


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("nonlinearity", [None, "relu"])
@pytest.mark.parametrize("use_transition", [False, True])
@pytest.mark.parametrize("linear", [False, True])
def test_hop_is_that_of_the_paper(
    linear, use_transition, nonlinearity, masked, inputs
):
    hop = MemoryHop(
        nonlinearity, use_transition, linear=linear, return_weighting=True
    )
    masks = {"mask": [None, MASK, MASK]} if masked else {}
    state, weighting = hop(inputs, **masks)
    for row in range(3):
        query, keys, values = (each[row] for each in inputs)
        shown = MASK[row] if masked else None
        read, expected = reference.attend(query, keys, values, shown, linear)
        if use_transition:
            query = ops.convert_to_numpy(hop.transition) @ query
        result = query + read
        if nonlinearity == "relu":
            result = np.maximum(result, 0.0)
        np.testing.assert_allclose(state[row], result, atol=1e-5)
        np.testing.assert_allclose(weighting[row], expected, atol=1e-5)


def test_empty_memories_may_be_attended_to_as_zero_vectors(inputs):
    query, keys, values = inputs
    hop = MemoryHop(mask_empty=False, return_weighting=True)
    state, weighting = hop(inputs, mask=[None, MASK, None])
    zeroed = [each * MASK[..., None] for each in (keys, values)]
    expected, expected_weighting = hop([query, *zeroed])
    np.testing.assert_allclose(state, expected, atol=1e-6)
    np.testing.assert_allclose(weighting, expected_weighting, atol=1e-6)
    np.testing.assert_allclose(weighting[0], np.full(5, 0.2), atol=1e-6)


def test_linear_start_ends_without_a_new_layer(inputs):
    hop = MemoryHop(linear=True, return_weighting=True)
    _, matches = hop(inputs)
    hop.linear.assign(False)
    _, weighting = hop(inputs)
    np.testing.assert_allclose(
        weighting, ops.softmax(matches, axis=-1), atol=1e-6
    )


def test_mask_of_the_memory_is_found_by_keras():
    words = keras.layers.Embedding(9, 4, mask_zero=True)
    memory = words(np.array([[1, 2, 0]]))
    hop = MemoryHop(return_weighting=True)
    _, weighting = hop([np.ones((1, 4), "float32"), memory, memory])
    assert ops.convert_to_numpy(weighting)[0, 2] == 0.0


def test_repeated_layer_is_a_recurrent_network(inputs):
    state, keys, values = inputs
    hop = MemoryHop(use_transition=True)
    for _ in range(3):
        state = hop([state, keys, values])
    transition = ops.convert_to_numpy(hop.transition)
    for row in range(3):
        u = inputs[0][row]
        for _ in range(3):
            read, _ = reference.attend(u, keys[row], values[row])
            u = transition @ u + read
        np.testing.assert_allclose(state[row], u, atol=1e-5)


def test_unknown_nonlinearity_raises():
    with pytest.raises(ValueError, match="`nonlinearity` must be one of"):
        MemoryHop("tanh")


@pytest.mark.parametrize(
    "shapes",
    [
        [(2, 3), (2, 5, 4), (2, 5, 4)],
        [(2, 3), (2, 5, 3), (2, 4, 3)],
        [(2, 1, 3), (2, 5, 3), (2, 5, 3)],
        [(2, 3), (2, 5, 3)],
    ],
)
def test_shapes_that_do_not_fit_raise(shapes):
    with pytest.raises(ValueError, match="Project them to one size"):
        MemoryHop()([np.ones(shape, "float32") for shape in shapes])
