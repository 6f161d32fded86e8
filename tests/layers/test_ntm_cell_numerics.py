"""Weightings stay weightings through many steps of any finite input."""

import functools

import keras
import numpy as np
import pytest
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies

from keras_dl4.layers import NTM

STEPS = 12
LIMIT = float(np.float32(1e30))
inputs_up_to_the_limit = numpy_strategies.arrays(
    "float32",
    (2, STEPS, 3),
    elements=st.floats(-LIMIT, LIMIT, width=32, allow_subnormal=False),
)


@functools.cache
def machine(bound_add):
    keras.utils.set_random_seed(0)
    layer = NTM(
        2,
        controller_units=4,
        memory_size=7,
        word_dim=3,
        num_write_heads=2,
        bound_add=bound_add,
        return_sequences=True,
        return_state=True,
        return_trace=True,
    )
    layer.build((None, STEPS, 3))
    rng = np.random.default_rng(0)
    for weight in layer.trainable_weights:
        weight.assign(rng.normal(size=weight.shape, scale=2.0))
    if keras.backend.backend() != "tensorflow":
        return layer
    import tensorflow as tf

    return tf.function(layer)


@pytest.mark.parametrize("bound_add", [True, False])
@settings(max_examples=40, deadline=None, derandomize=True)
@example(np.full((2, STEPS, 3), LIMIT, "float32"))
@example(np.resize(np.float32([LIMIT, -LIMIT]), (2, STEPS, 3)))
@given(inputs_up_to_the_limit)
def test_weightings_of_any_input_are_weightings(bound_add, inputs):
    outputs, *states, trace = machine(bound_add)(inputs)
    for tensor in [outputs, *states, *trace.values()]:
        assert np.isfinite(tensor).all()
    for name in ("read_weightings", "write_weightings", "shift_weightings"):
        weighting = np.array(trace[name])
        assert (weighting >= 0.0).all()
        np.testing.assert_allclose(weighting.sum(-1), 1.0, atol=1e-5)


@pytest.mark.parametrize("bound_add", [True, False])
def test_gradients_of_long_wild_sequences_are_finite(
    bound_add, rng, gradient_of
):
    layer = NTM(2, "dense", 4, 7, 3, bound_add=bound_add)
    layer.build((None, 30, 3))
    inputs = rng.normal(size=(1, 30, 3), scale=30.0).astype("float32")
    gradient = gradient_of(lambda x: keras.ops.sum(layer(x)), at=inputs)
    assert np.isfinite(gradient).all()
    assert np.abs(gradient).max() > 0.0
