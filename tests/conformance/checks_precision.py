"""Under mixed precision, what must be float32 is."""

import contextlib

import keras
import numpy as np
from keras import ops

from tests.conformance.gradients import values_and_gradients
from tests.conformance.subject import Subject
from tests.conformance.subject import is_float
from tests.conformance.subject import subject_of

# Largest relative error of rounding once to bfloat16.
BFLOAT16_ROUNDING = 2.0**-8


@contextlib.contextmanager
def dtype_policy(name):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def check_mixed_precision(case):
    reference = subject_of(case)  # Built outside of the policy.
    with dtype_policy("mixed_bfloat16"):
        subject = Subject(case)
        subject.copy_weights(reference)
        values, gradients = values_and_gradients(subject)
    for array in values + gradients:
        if is_float(array) and not np.all(
            np.isfinite(np.asarray(array, "float32"))
        ):
            raise AssertionError("Not finite under mixed_bfloat16")
    dtypes = {
        keras.backend.standardize_dtype(v.dtype) for v in subject.variables
    }
    if any(is_float(v) and v.dtype != "float32" for v in subject.variables):
        raise AssertionError(f"Weights must stay float32: {dtypes}")
    if case.kind in ("loss", "metric") and values[0].dtype != "float32":
        raise AssertionError(f"A {case.kind} is float32: {values[0].dtype}")


def check_pinned_float32(case):
    """Only inputs and outputs may be rounded, never what lies between."""
    reference = subject_of(case)  # Built outside of the policy.
    with dtype_policy("mixed_bfloat16"):
        subject = Subject(case)
        subject.copy_weights(reference)
        # Already rounded, so that both policies see the same inputs.
        inputs = keras.tree.map_structure(_rounded, subject.inputs)
        mixed = subject.values(inputs)
        if case.kind == "cell":
            _check_states(subject.object, inputs)
    expected = reference.values(inputs)
    for actual, full in zip(mixed, expected, strict=True):
        rounding = 0.0 if actual.dtype == full.dtype else BFLOAT16_ROUNDING
        np.testing.assert_allclose(
            np.asarray(actual, "float64"),
            full,
            rtol=1e-5 + rounding,
            atol=1e-5,
            err_msg="Computed in less than float32 under mixed_bfloat16",
        )


def _check_states(cell, inputs):
    # Asked of the cell: `keras.layers.RNN` rounds what it returns itself.
    states = cell.get_initial_state(batch_size=inputs.shape[0])
    _, new_states = cell(inputs[:, 0], states)
    flat = keras.tree.flatten([states, new_states])
    dtypes = {keras.backend.standardize_dtype(state.dtype) for state in flat}
    if dtypes != {"float32"}:
        raise AssertionError(f"States must stay float32: {dtypes}")


def _rounded(array):
    if not is_float(array):
        return array
    return ops.convert_to_numpy(
        ops.cast(ops.cast(array, "bfloat16"), array.dtype.name)
    )
