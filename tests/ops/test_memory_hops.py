"""One hop against the paper's equations."""

import numpy as np
import pytest
from keras import ops

from keras_dl4.ops import read_by_attention
from tests.ops import memory_network_reference as reference


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("linear", [None, False, True])
def test_hop_is_that_of_the_paper(linear, masked, rng):
    query = rng.normal(size=(3, 4)).astype("float32")
    keys = rng.normal(size=(3, 5, 4)).astype("float32")
    values = rng.normal(size=(3, 5, 2)).astype("float32")
    mask = np.arange(5) < np.array([[0], [2], [5]]) if masked else None
    read, weighting = read_by_attention(query, keys, values, mask, linear)
    for row in range(3):
        expected = reference.attend(
            query[row],
            keys[row],
            values[row],
            None if mask is None else mask[row],
            bool(linear),
        )
        np.testing.assert_allclose(read[row], expected[0], atol=1e-5)
        np.testing.assert_allclose(weighting[row], expected[1], atol=1e-5)


def test_models_side_by_side_do_not_meet(rng):
    query = rng.normal(size=(2, 3, 4)).astype("float32")
    keys = rng.normal(size=(2, 5, 3, 4)).astype("float32")
    mask = np.array([[True] * 5, [True, False] * 2 + [False]])
    read, weighting = read_by_attention(query, keys, keys, mask)
    assert weighting.shape == (2, 5, 3)
    for one in range(3):
        alone = read_by_attention(
            query[:, one], keys[:, :, one], keys[:, :, one], mask
        )
        np.testing.assert_allclose(read[:, one], alone[0], atol=1e-6)
        np.testing.assert_allclose(weighting[..., one], alone[1], atol=1e-6)


def test_weighting_sums_to_one(rng):
    query = 100.0 * rng.normal(size=(8, 6)).astype("float32")
    keys = 100.0 * rng.normal(size=(8, 9, 6)).astype("float32")
    for mask in (None, np.arange(9)[None] <= np.arange(8)[:, None]):
        _, weighting = read_by_attention(query, keys, keys, mask)
        weighting = ops.convert_to_numpy(weighting)
        assert (weighting >= 0.0).all()
        np.testing.assert_allclose(weighting.sum(1), 1.0, atol=1e-5)


def test_gradient_without_a_memory_to_read_is_zero(gradient_of, rng):
    keys = rng.normal(size=(1, 3, 2)).astype("float32")
    mask = np.zeros((1, 3), "bool")

    def loss(query):
        read, _ = read_by_attention(query, keys, keys, mask)
        return ops.sum(read)

    gradient = gradient_of(loss, at=np.ones((1, 2), "float32"))
    np.testing.assert_array_equal(gradient, np.zeros((1, 2)))
