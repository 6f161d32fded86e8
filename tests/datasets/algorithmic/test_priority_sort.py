"""The priority sort task against section 4.5 of the paper, step by step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from keras_dl4.datasets import PrioritySortTask


def sort_reference(x, num_vectors, num_targets):
    """Picks the highest priority that is left, one vector at a time."""
    left = [(row[-1], row[:-1]) for row in x[:num_vectors]]
    targets = []
    for _ in range(num_targets):
        best = max(range(len(left)), key=lambda i: left[i][0])
        targets.append(left.pop(best)[1])
    blank = np.zeros((num_vectors, x.shape[1] - 1))
    weights = [0] * num_vectors + [1] * num_targets
    return np.concatenate([blank, targets]), weights


def assert_follows_protocol(batch, num_vectors, num_targets):
    for x, y, sample_weight in zip(*batch, strict=True):
        expected, weights = sort_reference(x, num_vectors, num_targets)
        np.testing.assert_array_equal(y, expected)
        np.testing.assert_array_equal(sample_weight, weights)
        assert not x[num_vectors:].any(), "the output is given at blank steps"


def test_batch_follows_the_paper():
    batch = PrioritySortTask(32, seed=1)[0]
    assert batch[0].shape == (32, 36, 9)
    assert_follows_protocol(batch, 20, 16)


@given(
    num_vectors=st.integers(1, 40), data=st.data(), num_bits=st.integers(1, 9)
)
@settings(deadline=None, max_examples=40)
def test_batch_of_has_exactly_that_size(num_vectors, data, num_bits):
    num_targets = data.draw(st.integers(1, num_vectors))
    task = PrioritySortTask(2, num_bits=num_bits)
    batch = task.batch_of(num_vectors, num_targets)
    assert batch[0].shape == (2, num_vectors + num_targets, num_bits + 1)
    assert_follows_protocol(batch, num_vectors, num_targets)


@pytest.mark.parametrize("num_vectors, num_targets", [(40, 16), (5, 5)])
def test_batch_of_outputs_as_many_as_the_task_by_default(
    num_vectors, num_targets
):
    batch = PrioritySortTask(2).batch_of(num_vectors)
    assert_follows_protocol(batch, num_vectors, num_targets)


def test_priorities_are_uniform_and_bits_fair():
    x, _, _ = PrioritySortTask(2000, seed=4)[0]
    priorities = x[:, :20, -1].ravel()
    assert -1 <= priorities.min() < -0.999
    assert 0.999 < priorities.max() <= 1
    counts, _ = np.histogram(priorities, bins=10, range=(-1, 1))
    chi_square = ((counts - 4000) ** 2 / 4000).sum()
    assert chi_square < 27.9  # 9 degrees of freedom, 0.1 %
    bits = x[:, :20, :-1]
    assert abs(bits.mean() - 0.5) < 4 * 0.5 / bits.size**0.5


@pytest.mark.parametrize(
    "make",
    [
        lambda: PrioritySortTask(num_vectors=5, num_targets=6),
        lambda: PrioritySortTask().batch_of(5, num_targets=6),
    ],
)
def test_too_many_targets_error_says_how_to_fix_it(make):
    with pytest.raises(ValueError, match="Lower `num_targets` or raise"):
        make()


@pytest.mark.parametrize("value", [0, 3.0, True])
@pytest.mark.parametrize("name", ["num_vectors", "num_targets"])
def test_bad_size_error_names_it(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be an integer >= 1"):
        PrioritySortTask().batch_of(**{"num_vectors": 20, name: value})
