"""The copy task against section 4.1 of the paper, step by step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from keras_dl4.datasets import CopyTask


def copy_reference(x):
    """Reads one input as the paper describes it; returns what is expected.

    Vectors up to the delimiter, then a blank step for each of them.
    """
    vectors = []
    for step in x:
        if step[-1] == 1:
            break
        vectors.append(step[:-1])
    length = len(vectors)
    y = np.zeros((len(x), x.shape[1] - 1))
    weights = np.zeros(len(x))
    for position, vector in enumerate(vectors):
        y[length + 1 + position] = vector
        weights[length + 1 + position] = 1
    rest = x[length:].copy()
    rest[0, -1] -= 1
    assert not rest.any(), "only the delimiter may follow the vectors"
    return y, weights, length


def assert_follows_protocol(batch):
    """Returns the length of each sequence."""
    lengths = []
    for x, y, sample_weight in zip(*batch, strict=True):
        expected, weights, length = copy_reference(x)
        np.testing.assert_array_equal(y, expected)
        np.testing.assert_array_equal(sample_weight, weights)
        lengths.append(length)
    return lengths


@pytest.mark.parametrize("index", range(3))
def test_batch_follows_the_paper(index):
    task = CopyTask(batch_size=32, max_length=20, seed=1)
    lengths = assert_follows_protocol(task[index])
    assert len(set(lengths)) > 5, "every sequence draws its own length"
    assert min(lengths) >= 1
    assert max(lengths) <= 20


@given(
    length=st.integers(1, 60),
    num_bits=st.integers(1, 10),
    batch_size=st.integers(1, 4),
    seed=st.integers(0, 2**32 - 1),
)
@settings(deadline=None, max_examples=40)
def test_batch_of_has_exactly_that_length(length, num_bits, batch_size, seed):
    task = CopyTask(batch_size, 20, num_bits=num_bits, seed=seed)
    batch = task.batch_of(length)
    assert batch[0].shape == (batch_size, 2 * length + 1, num_bits + 1)
    assert assert_follows_protocol(batch) == [length] * batch_size


def test_batch_of_goes_beyond_the_longest_training_sequence():
    x, y, sample_weight = CopyTask(max_length=20).batch_of(120)
    assert assert_follows_protocol((x, y, sample_weight)) == [120] * 16


def test_lengths_and_bits_are_uniform():
    task = CopyTask(4000, 12, min_length=3, seed=2)
    batch = task[0]
    counts = np.bincount(assert_follows_protocol(batch), minlength=13)
    assert counts[:3].sum() == 0
    expected = 400.0
    chi_square = ((counts[3:] - expected) ** 2 / expected).sum()
    assert chi_square < 27.9  # 9 degrees of freedom, 0.1 %
    x, _, sample_weight = batch
    num_bits = sample_weight.sum() * 8
    share = x[..., :8].sum() / num_bits
    assert abs(share - 0.5) < 4 * 0.5 / num_bits**0.5


def test_equal_bounds_give_one_length():
    task = CopyTask(8, 5, min_length=5)
    assert assert_follows_protocol(task[0]) == [5] * 8


def test_min_length_above_max_length_error_says_how_to_fix_it():
    with pytest.raises(ValueError, match="Lower `min_length` or raise"):
        CopyTask(max_length=4, min_length=5)


@pytest.mark.parametrize("length", [0, -1, 2.0, "3", None, True, np.bool_(1)])
def test_bad_length_error_names_it(length):
    with pytest.raises(ValueError, match="`length` must be an integer >= 1"):
        CopyTask().batch_of(length)


@pytest.mark.parametrize("name", ["max_length", "min_length", "num_bits"])
@pytest.mark.parametrize("value", [0, 1.5, False, "8"])
def test_bad_argument_error_names_it(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be an integer"):
        CopyTask(**{name: value})
