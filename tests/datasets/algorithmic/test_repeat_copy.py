"""The repeat copy task against section 4.2 of the paper, step by step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from keras_dl4.datasets import RepeatCopyTask


def repeat_copy_reference(x, max_repeats):
    """Reads one input; returns targets, weights, length and repeats."""
    numbers = np.arange(1, max_repeats + 1)
    assert x[0, -2] == 1, "a start delimiter comes first"
    vectors = []
    for step in x[1:]:
        if step[-1] != 0:
            break
        vectors.append(step[:-2])
    length = len(vectors)
    repeats = round(x[length + 1, -1] * numbers.std() + numbers.mean())
    y = np.zeros((len(x), x.shape[1] - 1))
    weights = np.zeros(len(x))
    step = length + 2
    for _ in range(repeats):
        for vector in vectors:
            y[step, :-1] = vector
            weights[step] = 1
            step += 1
    y[step, -1] = 1
    weights[step] = 1
    rest = x.copy()
    rest[0, -2] = 0
    rest[1 : length + 1, :-2] = 0
    rest[length + 1, -1] = 0
    assert not rest.any(), "nothing else is shown"
    return y, weights, length, repeats


def assert_follows_protocol(batch, max_repeats):
    """Returns the (length, repeats) of each sequence."""
    pairs = []
    for x, y, sample_weight in zip(*batch, strict=True):
        expected, weights, *pair = repeat_copy_reference(x, max_repeats)
        np.testing.assert_array_equal(y, expected)
        np.testing.assert_array_equal(sample_weight, weights)
        assert weights.sum() == pair[0] * pair[1] + 1
        pairs.append(tuple(pair))
    return pairs


@pytest.mark.parametrize("index", range(3))
def test_batch_follows_the_paper(index):
    task = RepeatCopyTask(batch_size=32, seed=1)
    pairs = assert_follows_protocol(task[index], max_repeats=10)
    assert len(set(pairs)) > 15, "every sequence draws its own"


# An even number: 0 is then no number of repeats and ends no sequence early.
@given(
    length=st.integers(1, 30),
    repeats=st.integers(1, 30),
    max_repeats=st.sampled_from([2, 6, 10]),
    batch_size=st.integers(1, 3),
)
@settings(deadline=None, max_examples=40)
def test_batch_of_has_exactly_that_size(
    length, repeats, max_repeats, batch_size
):
    task = RepeatCopyTask(batch_size, 5, max_repeats)
    batch = task.batch_of(length, repeats)
    assert batch[0].shape == (batch_size, length * (repeats + 1) + 3, 10)
    pairs = assert_follows_protocol(batch, max_repeats)
    assert pairs == [(length, repeats)] * batch_size


def test_count_has_mean_zero_and_variance_one():
    x, _, _ = RepeatCopyTask(20000, seed=3)[0]
    counts = x[..., -1].sum(axis=1)
    assert len(np.unique(counts)) == 10
    assert abs(counts.mean()) < 4 / 20000**0.5
    assert abs(counts.var() - 1) < 0.03
    values = np.unique(counts.astype("float64"))
    np.testing.assert_allclose(values.mean(), 0, atol=1e-6)
    np.testing.assert_allclose(values.var(), 1, atol=1e-6)


def test_lengths_and_repeats_are_uniform_and_independent():
    task = RepeatCopyTask(4000, 4, 4, seed=2)
    pairs = np.array(assert_follows_protocol(task[0], max_repeats=4))
    counts = np.bincount(4 * (pairs[:, 0] - 1) + pairs[:, 1] - 1, minlength=16)
    expected = 250.0
    chi_square = ((counts - expected) ** 2 / expected).sum()
    assert chi_square < 37.7  # 15 degrees of freedom, 0.1 %


def test_one_repeat_error_names_the_copy_task():
    with pytest.raises(ValueError, match="Use `CopyTask` to copy once"):
        RepeatCopyTask(max_repeats=1)


@pytest.mark.parametrize("value", [0, 1.5, True])
@pytest.mark.parametrize("name", ["length", "repeats"])
def test_bad_size_error_names_it(name, value):
    sizes = {"length": 2, "repeats": 2, name: value}
    with pytest.raises(ValueError, match=f"`{name}` must be an integer >= 1"):
        RepeatCopyTask().batch_of(**sizes)
