"""Weightings stay weightings for any finite float32 input."""

import functools

import keras
import numpy as np
import pytest
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies

from keras_dl4.ops import circular_shift
from keras_dl4.ops import content_weighting
from keras_dl4.ops import interpolate
from keras_dl4.ops import sharpen
from tests.ops.gradient_oracle import library_gradients

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="gradient tapes and XLA switches are TensorFlow's",
)
quick = settings(max_examples=60, deadline=None, derandomize=True)
LARGEST = float(np.finfo("float32").max)


def arrays(*shape, **limits):
    # Kernels may flush subnormal numbers to zero, which is no error.
    limits = {
        "allow_nan": False,
        "allow_infinity": False,
        "allow_subnormal": False,
        **limits,
    }
    elements = st.floats(width=32, **limits)
    return numpy_strategies.arrays("float32", shape, elements=elements)


def weightings(*shape):
    return arrays(*shape, min_value=0.0, max_value=1.0).map(normalized)


def normalized(x):
    x = x.astype("float64")
    total = x.sum(-1, keepdims=True)
    first = np.eye(x.shape[-1])[0]
    return np.where(total > 0, x / np.where(total > 0, total, 1), first).astype(
        "float32"
    )


def scales(*shape):
    return arrays(*shape, min_value=0.0, max_value=float(np.float32(1e38)))


def assert_simplex(weighting):
    weighting = np.array(weighting, "float64")
    assert np.isfinite(weighting).all()
    assert (weighting >= 0.0).all()
    np.testing.assert_allclose(weighting.sum(-1), 1.0, atol=1e-5)


@quick
@given(arrays(2, 5, 4), arrays(2, 3, 4), scales(2, 3))
def test_content_weighting_of_any_input_is_a_weighting(memory, key, strength):
    assert_simplex(content_weighting(memory, key, strength))


@functools.cache
def compiled_content_weighting():
    import tensorflow as tf

    return tf.function(content_weighting, jit_compile=True)


# Products overflow, to both infinities in one sum.
OPPOSED = np.resize(np.float32([LARGEST, -LARGEST]), (2, 8, 4))


@needs_tensorflow
@quick
@given(arrays(2, 8, 4), arrays(2, 2, 4), scales(2, 2))
@example(OPPOSED, np.full((2, 2, 4), LARGEST, "float32"), np.ones((2, 2), "f"))
@example(OPPOSED, np.full((2, 2, 4), 1e25, "float32"), np.ones((2, 2), "f"))
def test_content_weighting_under_xla_is_a_weighting(memory, key, strength):
    assert_simplex(compiled_content_weighting()(memory, key, strength))


@quick
@given(
    weightings(2, 3, 6),
    weightings(2, 3, 6),
    arrays(2, 3, min_value=0.0, max_value=1.0),
)
def test_mixed_weightings_are_a_weighting(content, previous, gate):
    assert_simplex(interpolate(content, previous, gate))


@quick
@given(weightings(2, 3, 6), weightings(2, 3, 5))
def test_shifted_weighting_is_a_weighting(weighting, shift_weighting):
    assert_simplex(circular_shift(weighting, shift_weighting))


@quick
@given(weightings(2, 3, 6), scales(2, 3))
def test_sharpened_weighting_is_a_weighting(weighting, sharpening):
    assert_simplex(sharpen(weighting, sharpening))


def test_powers_that_underflow_still_sum_to_one():
    """The literal equation gives 0 / 0 for it in float32."""
    weighting = np.full((1, 1, 128), 1 / 128, "float32")
    assert (weighting**22).sum() == 0.0
    assert_simplex(sharpen(weighting, np.array([[22.0]], "float32")))


@pytest.mark.parametrize("zero", ["memory", "key", "both"])
def test_zero_vector_is_similar_to_nothing(zero, rng):
    memory = rng.normal(size=(1, 4, 3)).astype("float32")
    key = rng.normal(size=(1, 1, 3)).astype("float32")
    if zero in ("memory", "both"):
        memory[:] = 0.0
    if zero in ("key", "both"):
        key[:] = 0.0
    weighting = content_weighting(memory, key, np.array([[7.0]], "float32"))
    np.testing.assert_allclose(weighting, np.full((1, 1, 4), 0.25), rtol=1e-6)


def test_tiny_start_memory_has_its_full_similarity():
    """A word of the start memory is 5e-6 long: no epsilon may damp it."""
    memory = np.full((1, 2, 20), 1e-6, "float32")
    memory[0, 1] = -1e-6
    key, strength = np.ones((1, 1, 20), "f"), np.array([[2.0]], "f")
    weighting = np.array(content_weighting(memory, key, strength))
    # The ratio of weightings is exp(strength * (similarity + similarity)).
    np.testing.assert_allclose(
        np.log(weighting[0, 0, 0] / weighting[0, 0, 1]), 4.0, rtol=0.03
    )


@pytest.mark.parametrize("length", [1.0, 1e16, 1e25, 3e38])
def test_long_vectors_keep_their_direction(length):
    memory = np.eye(3, dtype="float32")[None] * np.float32(length)
    strength = np.array([[1.0]], "float32")
    weighting = content_weighting(memory, memory[:, 1:2], strength)
    e = np.e
    np.testing.assert_allclose(
        weighting, [[[1 / (e + 2), e / (e + 2), 1 / (e + 2)]]], rtol=1e-5
    )


START_MEMORY = np.full((1, 4, 3), 1e-6, "float32")
ORDINARY = np.arange(12, dtype="float32").reshape(1, 4, 3) - 5.0
ONE_ZERO_WORD = ORDINARY * np.float32([1, 0, 1, 1])[:, None]
ORDINARY_KEY = np.array([[[0.5, -1.0, 2.0], [1.0, 0.0, 0.0]]], "float32")


@needs_tensorflow
@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize(
    ("memory", "key"),
    [
        (START_MEMORY, ORDINARY_KEY),
        (START_MEMORY, np.zeros_like(ORDINARY_KEY)),
        (ONE_ZERO_WORD, ORDINARY_KEY),
        (ORDINARY, np.zeros_like(ORDINARY_KEY)),
        (np.zeros_like(ORDINARY), np.zeros_like(ORDINARY_KEY)),
    ],
)
def test_content_gradients_are_finite(memory, key, jit):
    strength = np.full((1, 2), 20.0, "float32")
    upstream = np.arange(8, dtype="float32").reshape(1, 2, 4)
    arguments = [memory, key, strength]
    for gradient in library_gradients(
        content_weighting, arguments, upstream, jit
    ):
        assert np.isfinite(gradient).all()


@needs_tensorflow
@quick
@given(weightings(1, 2, 6), arrays(1, 2, min_value=1.0, max_value=21.0))
def test_sharpen_gradients_are_finite(weighting, sharpening):
    upstream = np.arange(12, dtype="float32").reshape(1, 2, 6)
    for gradient in sharpen_gradients()(weighting, sharpening, upstream):
        assert np.isfinite(gradient).all()


@functools.cache
def sharpen_gradients():
    import tensorflow as tf

    @tf.function(reduce_retracing=True)
    def gradients(weighting, sharpening, upstream):
        with tf.GradientTape() as tape:
            tape.watch([weighting, sharpening])
            total = keras.ops.sum(upstream * sharpen(weighting, sharpening))
        return tape.gradient(total, [weighting, sharpening])

    return lambda *arrays: gradients(*map(tf.convert_to_tensor, arrays))
