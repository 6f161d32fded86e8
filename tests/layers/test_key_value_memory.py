import numpy as np
import pytest
from keras import ops

from keras_dl4.layers import KeyValueMemory
from keras_dl4.layers import MemoryHop
from tests.ops import memory_network_reference as reference


@pytest.fixture
def inputs(rng):
    shapes = (3, 4), (3, 5, 4), (3, 5, 4)
    return [rng.normal(size=shape).astype("float32") for shape in shapes]


MASK = np.arange(5) < np.array([[0], [2], [5]])


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("num_hops", [1, 3])
def test_hops_are_those_of_the_paper(num_hops, masked, inputs):
    memory = KeyValueMemory(num_hops, "random_normal", return_weightings=True)
    masks = {"mask": [None, None, MASK]} if masked else {}
    state, weightings = memory(inputs, **masks)
    assert weightings.shape == (3, num_hops, 5)
    for row in range(3):
        query, keys, values = (each[row] for each in inputs)
        for hop, transition in enumerate(memory.transitions):
            shown = MASK[row] if masked else None
            read, weighting = reference.attend(query, keys, values, shown)
            query = ops.convert_to_numpy(transition) @ (query + read)
            np.testing.assert_allclose(
                weightings[row, hop], weighting, atol=1e-5
            )
        np.testing.assert_allclose(state[row], query, atol=1e-5)


@pytest.mark.parametrize("masked", [False, True])
def test_keys_that_are_values_make_a_memory_hop(masked, inputs):
    query, memory, _ = inputs
    masks = {"mask": [None, MASK, MASK]} if masked else {}
    np.testing.assert_allclose(
        KeyValueMemory()([query, memory, memory], **masks),
        MemoryHop()([query, memory, memory], **masks),
        atol=1e-6,
    )


def test_each_hop_has_a_matrix_of_its_own(inputs):
    memory = KeyValueMemory(2, "random_normal")
    memory(inputs)
    one, other = map(ops.convert_to_numpy, memory.transitions)
    assert not np.allclose(one, other)


@pytest.mark.parametrize("num_hops", [0, 1.0, None])
def test_bad_number_of_hops_raises(num_hops):
    with pytest.raises(ValueError, match="`num_hops` must be a positive int"):
        KeyValueMemory(num_hops)


def test_shapes_that_do_not_fit_raise(inputs):
    query, keys, values = inputs
    with pytest.raises(ValueError, match="Project them to one size"):
        KeyValueMemory()([query, keys, values[..., :3]])
