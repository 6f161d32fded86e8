"""Ours beside PyTorch, SciPy and tensorflow-addons.

Recorded answers are compared everywhere, live ones where the package is
installed (the `parity` extra). Live cases have inputs of their own. Answers
are float64 and ours float32: where the other implementation is itself further
off in float32 than half the tolerance, twice its own error is allowed, but no
more than twice the tolerance.
"""

import functools

import keras
import numpy as np
import pytest
from keras import ops

from tests.parity.case import difference
from tests.parity.case import load
from tests.parity.record_fixtures import ORACLES
from tests.parity.record_fixtures import oracle_module
from tests.parity.record_fixtures import rounding
from tests.parity.subjects import FUNCTIONS

TOLERANCE = 1e-5
LIVE_SEED = 1

load = functools.cache(load)
RECORDED = [
    pytest.param(oracle, case, answer, id=f"{oracle}-{case.name}")
    for oracle in ORACLES
    for case, answer in load(oracle)[1]
]
LIVE = [
    pytest.param(oracle, case, id=f"{oracle}-{case.name}")
    for oracle in ORACLES
    for case in oracle_module(oracle).cases(LIVE_SEED)
]


def our_answer(case, gradient_of):
    """Value, and gradients by position of the input, of our side."""
    function = functools.partial(FUNCTIONS[case.function], **case.settings)
    if case.weights is None:
        return {"value": ops.convert_to_numpy(function(*case.values))}
    shapes = [value.shape for value in case.values]
    cuts = np.cumsum([value.size for value in case.values])[:-1].tolist()
    values = []

    def weighted_sum(flat):
        parts = ops.split(flat, cuts) if cuts else [flat]
        inputs = [
            ops.reshape(part, shape)
            for part, shape in zip(parts, shapes, strict=True)
        ]
        values.append(function(*inputs))
        return ops.sum(ops.convert_to_tensor(case.weights) * values[-1])

    # One gradient for all inputs, which makes it zero where none flows.
    flat = np.concatenate([value.ravel() for value in case.values])
    gradient = np.split(gradient_of(weighted_sum, at=flat), cuts)
    if keras.backend.backend() == "jax":
        # The gradient has seen tracers; this call sees arrays.
        weighted_sum(ops.convert_to_tensor(flat))
    answer = {"value": ops.convert_to_numpy(values[-1])}
    for i, (part, shape) in enumerate(zip(gradient, shapes, strict=True)):
        answer[f"gradient_{i}"] = part.reshape(shape)
    return answer


@pytest.fixture
def compare(gradient_of, record_property):
    """Compares our answer to a case with another one."""

    def compare(oracle, how, case, expected, rounding):
        actual = our_answer(case, gradient_of)
        assert set(actual) == set(expected)
        differences = {
            part: difference(actual[part], expected[part]) for part in expected
        }
        allowed = {
            part: np.clip(2 * rounding[part], TOLERANCE, 2 * TOLERANCE)
            for part in expected
        }
        group = f"{oracle}: {case.group}"
        record_property("parity", [how, group, differences, allowed])
        assert all(differences[part] <= allowed[part] for part in expected), (
            differences
        )

    return compare


@pytest.mark.parametrize(("oracle", "case", "answer"), RECORDED)
def test_recorded_answer_is_ours(oracle, case, answer, compare):
    rounding = load(oracle)[0]["rounding"][case.name]
    compare(oracle, "recorded", case, answer, rounding)


@pytest.mark.parametrize(("oracle", "case"), LIVE)
def test_live_answer_is_ours(oracle, case, compare):
    answer = live_answer(oracle, case)
    own = rounding(oracle_module(oracle), case, answer)
    compare(oracle, "live", case, answer, own)


@pytest.mark.parametrize(("oracle", "case", "answer"), RECORDED)
def test_recorded_answer_is_still_given(oracle, case, answer):
    live = live_answer(oracle, case)
    assert set(live) == set(answer)
    for part, value in answer.items():
        assert difference(live[part], value) <= 1e-6


def live_answer(oracle, case):
    module = oracle_module(oracle)
    if not module.available():
        pytest.skip(f"not run live: {oracle} is not installed (extra: parity)")
    return module.answer(case)


@pytest.mark.parametrize("part", ["value", "gradient_0", "gradient_1"])
def test_wrong_answer_is_found(part, compare):
    about, pairs = load("torch")
    case, answer = pairs[-1]
    own = about["rounding"][case.name]
    compare("torch", "toy", case, answer, own)
    wrong = answer | {part: answer[part] * (1 + 1e-4)}
    with pytest.raises(AssertionError, match=part):
        compare("torch", "toy", case, wrong, own)


def test_difference_is_relative_to_large_values_only():
    assert difference([0.0, 0.5], [0.25, 0.5]) == 0.25
    assert difference([100.0, 50.0], [100.0, 51.0]) == 0.01
    assert np.isnan(difference([np.nan], [1.0]))
