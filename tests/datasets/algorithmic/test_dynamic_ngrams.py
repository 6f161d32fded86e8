"""The dynamic N-grams task against section 4.4 of the paper."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from keras_dl4.datasets import DynamicNGramsTask
from keras_dl4.datasets import optimal_ngram_predictions


def optimal_reference(bits, context_length):
    """Equation 10 for one sequence, with a dictionary of counts."""
    counts = {}
    predictions = []
    for step, bit in enumerate(bits):
        if step < context_length:
            predictions.append(0.5)
            continue
        context = tuple(bits[step - context_length : step])
        zeros, ones = counts.get(context, (0, 0))
        predictions.append((ones + 0.5) / (ones + zeros + 1))
        counts[context] = (zeros + (bit == 0), ones + (bit == 1))
    return predictions


@pytest.mark.parametrize("index", range(2))
def test_input_is_the_bit_before_the_target(index):
    x, y, sample_weight = DynamicNGramsTask(8, seed=1)[index]
    assert x.shape == y.shape == (8, 200, 1)
    assert set(np.unique(y)) == {0.0, 1.0}
    np.testing.assert_array_equal(x[:, 0], 0)
    np.testing.assert_array_equal(x[:, 1:], y[:, :-1])
    np.testing.assert_array_equal(sample_weight, np.ones((8, 200)))


@given(
    bits=st.integers(0, 40).flatmap(
        lambda steps: st.lists(
            st.lists(st.integers(0, 1), min_size=steps, max_size=steps),
            min_size=1,
            max_size=4,
        )
    ),
    context_length=st.integers(1, 16),
)
@settings(deadline=None, max_examples=60)
def test_optimal_predictions_match_equation_10(bits, context_length):
    expected = [optimal_reference(row, context_length) for row in bits]
    predictions = optimal_ngram_predictions(bits, context_length)
    np.testing.assert_allclose(predictions, expected, rtol=1e-12)


def test_optimal_predictions_match_equation_10_on_the_task():
    bits = DynamicNGramsTask(4, seed=2)[0][1][..., 0]
    expected = [optimal_reference(row.tolist(), 5) for row in bits]
    predictions = optimal_ngram_predictions(bits)
    np.testing.assert_allclose(predictions, expected, rtol=1e-12)


def test_optimal_bits_are_summed_by_weight():
    task = DynamicNGramsTask(3, length=60, seed=3)
    x, y, sample_weight = task[0]
    sample_weight = sample_weight.copy()
    sample_weight[:, 50:] = 0
    expected = []
    for row in y[..., 0].tolist():
        cost = 0.0
        predictions = optimal_reference(row, 5)
        for bit, p in list(zip(row, predictions, strict=True))[:50]:
            cost -= math.log2(p if bit else 1 - p)
        expected.append(cost)
    bits = task.optimal_bits_per_sequence((x, y, sample_weight))
    np.testing.assert_allclose(bits, expected, rtol=1e-9)


def test_optimum_is_that_of_the_paper():
    """Figure 13 shows 133 bits for a validation set of 1,000 sequences."""
    task = DynamicNGramsTask(1000, seed=0)
    bits = task.optimal_bits_per_sequence(task[0])
    # The standard error of 1,000 sequences is 1.2 bits.
    assert 130 < bits.mean() < 136.5


def test_context_is_exactly_five_bits():
    """A shorter context knows too little, a longer one learns too slowly."""
    _, y, _ = DynamicNGramsTask(400, seed=1)[0]
    bits = y[..., 0]
    cost = {}
    for context_length in (3, 4, 5, 6, 7):
        p = optimal_ngram_predictions(bits, context_length)
        likelihood = np.where(bits == 1, p, 1 - p)
        cost[context_length] = -np.log2(likelihood).sum(1).mean()
    assert min(cost, key=cost.get) == 5


def test_first_bits_are_fair_coins():
    _, y, _ = DynamicNGramsTask(4000, length=5, seed=1)[0]
    codes = y[..., 0].astype(int) @ (2 ** np.arange(5))
    counts = np.bincount(codes, minlength=32)
    chi_square = ((counts - 125) ** 2 / 125).sum()
    assert chi_square < 61.1  # 31 degrees of freedom, 0.1 %


def test_probabilities_follow_the_beta_distribution():
    """The frequency of a 1 after a 0, in long sequences, is Beta(1/2, 1/2)."""
    task = DynamicNGramsTask(1500, length=1200, context_length=1, seed=1)
    _, y, _ = task[0]
    bits = y[..., 0]
    after_zero = bits[:, :-1] == 0
    num_zeros = after_zero.sum(1)
    frequencies = (after_zero * bits[:, 1:]).sum(1) / np.maximum(num_zeros, 1)
    # Sequences that hardly ever show a 0 say nothing about it.
    frequencies = np.sort(frequencies[num_zeros > 100])
    levels = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
    empirical = np.searchsorted(frequencies, levels) / len(frequencies)
    # Dropping them favors small probabilities of a 1: allow for that.
    expected = 2 / np.pi * np.arcsin(np.sqrt(levels))
    np.testing.assert_allclose(empirical, expected, atol=0.06)


@given(length=st.integers(1, 300), context_length=st.integers(1, 8))
@settings(deadline=None, max_examples=30)
def test_batch_of_has_exactly_that_length(length, context_length):
    task = DynamicNGramsTask(2, context_length=context_length)
    x, y, sample_weight = task.batch_of(length)
    assert x.shape == y.shape == (2, length, 1)
    assert sample_weight.shape == (2, length)
    np.testing.assert_array_equal(x[:, 1:], y[:, :-1])
    assert np.isin(y, (0, 1)).all()


@pytest.mark.parametrize("bits", [[0, 1, 1], [[[0.0], [1.0]]], [[0.0, 0.5]]])
def test_bits_that_are_none_are_refused(bits):
    with pytest.raises(ValueError, match="must be zeros and ones of shape"):
        optimal_ngram_predictions(bits)


@pytest.mark.parametrize("context_length", [0, 17, 5.0, True])
def test_bad_context_length_error_gives_the_range(context_length):
    with pytest.raises(ValueError, match="an integer from 1 to 16"):
        DynamicNGramsTask(context_length=context_length)
    with pytest.raises(ValueError, match="an integer from 1 to 16"):
        optimal_ngram_predictions([[0, 1]], context_length)


@pytest.mark.parametrize("length", [0, 2.5, True])
def test_bad_length_error_names_it(length):
    with pytest.raises(ValueError, match="`length` must be an integer >= 1"):
        DynamicNGramsTask(length=length)
    with pytest.raises(ValueError, match="`length` must be an integer >= 1"):
        DynamicNGramsTask().batch_of(length)
