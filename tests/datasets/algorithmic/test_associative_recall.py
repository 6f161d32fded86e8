"""The associative recall task against section 4.3 of the paper."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from keras_dl4.datasets import AssociativeRecallTask


def recall_reference(x, item_length, closing):
    """Reads one input; returns targets, weights, and items and query.

    Items are read delimiter by delimiter; the answer is looked up by the bits
    of the query, as a network has to.
    """
    num_bits = x.shape[1] - 2
    y = np.zeros((len(x), num_bits))
    weights = np.zeros(len(x))
    items = []
    step = 0
    while x[step, -2] == 1:
        assert not x[step, :-2].any()
        items.append(x[step + 1 : step + 1 + item_length])
        step += 1 + item_length
    assert x[step, -1] == 1
    query = x[step + 1 : step + 1 + item_length]
    step += 1 + item_length
    if closing:
        assert x[step, -1] == 1
        step += 1
    assert not x[step:].any(), "the answer is given at blank steps"
    assert x[..., -2].sum() == len(items)
    assert x[..., -1].sum() == 1 + closing
    positions = [
        position
        for position, item in enumerate(items)
        if np.array_equal(item, query)
    ]
    for offset in range(item_length):
        y[step + offset] = items[positions[0] + 1][offset, :num_bits]
        weights[step + offset] = 1
    return y, weights, len(items), positions[0]


def assert_follows_protocol(batch, item_length=3, closing=True):
    """Returns the (number of items, query) of each sequence."""
    pairs = []
    for x, y, sample_weight in zip(*batch, strict=True):
        expected, weights, *pair = recall_reference(x, item_length, closing)
        np.testing.assert_array_equal(y, expected)
        np.testing.assert_array_equal(sample_weight, weights)
        pairs.append(tuple(pair))
    return pairs


# 24 bits an item: two equal items in a list would make the answer ambiguous.
@pytest.mark.parametrize("closing", [True, False])
def test_batch_follows_the_paper(closing):
    task = AssociativeRecallTask(
        32, num_bits=8, use_closing_delimiter=closing, seed=1
    )
    pairs = assert_follows_protocol(task[0], closing=closing)
    assert {number for number, _ in pairs} == {2, 3, 4, 5, 6}


def test_default_sizes_are_those_of_the_paper():
    x, y, sample_weight = AssociativeRecallTask(4)[0]
    assert x.shape == (4, 6 * 4 + 1 + 3 + 1 + 3, 8)
    assert y.shape == (4, 32, 6)
    np.testing.assert_array_equal(sample_weight.sum(1), 3)


@given(
    num_items=st.integers(2, 20),
    item_length=st.integers(1, 5),
    closing=st.booleans(),
    batch_size=st.integers(1, 3),
)
@settings(deadline=None, max_examples=40)
def test_batch_of_has_exactly_that_size(
    num_items, item_length, closing, batch_size
):
    task = AssociativeRecallTask(
        batch_size,
        item_length=item_length,
        num_bits=32,
        use_closing_delimiter=closing,
    )
    batch = task.batch_of(num_items)
    num_steps = num_items * (item_length + 1) + 2 * item_length + 1 + closing
    assert batch[0].shape == (batch_size, num_steps, 34)
    pairs = assert_follows_protocol(batch, item_length, closing)
    assert [number for number, _ in pairs] == [num_items] * batch_size
    assert all(query < num_items - 1 for _, query in pairs)


def test_number_of_items_and_queries_are_uniform():
    task = AssociativeRecallTask(6000, num_bits=16, seed=5)
    pairs = np.array(assert_follows_protocol(task[0]))
    counts = np.bincount(pairs[:, 0], minlength=7)[2:]
    chi_square = ((counts - 1200) ** 2 / 1200).sum()
    assert chi_square < 18.5  # 4 degrees of freedom, 0.1 %
    queries = np.bincount(pairs[pairs[:, 0] == 6, 1], minlength=6)
    assert queries[5] == 0, "never the last item"
    expected = queries.sum() / 5
    chi_square = ((queries[:5] - expected) ** 2 / expected).sum()
    assert chi_square < 18.5


def test_min_items_above_max_items_error_says_how_to_fix_it():
    with pytest.raises(ValueError, match="Lower `min_items` or raise"):
        AssociativeRecallTask(max_items=3, min_items=4)


@pytest.mark.parametrize("num_items", [1, 0, 2.0, True])
def test_bad_number_of_items_error_names_it(num_items):
    with pytest.raises(ValueError, match="`num_items` must be an integer >= 2"):
        AssociativeRecallTask().batch_of(num_items)
