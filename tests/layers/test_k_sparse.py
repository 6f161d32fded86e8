import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from keras import ops

from keras_dl4.layers import KSparse

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="compiles by tf.function"
)


def largest(x, number):
    """Row by row: sort by value, then by position; keep the first ones."""
    kept = np.zeros_like(x)
    for index in np.ndindex(x.shape[:-1]):
        order = sorted(range(x.shape[-1]), key=lambda i: (-x[index][i], i))
        for i in order[:number]:
            kept[index][i] = x[index][i]
    return kept


@given(
    x=arrays.arrays(
        "float32",
        (3, 6),
        # Few different values, so that there are many ties.
        elements=st.sampled_from([-3.0, -1.0, -0.0, 0.0, 0.5, 2.0, 1e30]),
    ),
    number=st.integers(1, 6),
)
@settings(max_examples=60, deadline=None)
def test_equals_reference_with_ties(x, number):
    outputs = KSparse(number)(x, training=True)
    np.testing.assert_array_equal(outputs, largest(x, number))


def test_equals_reference_on_a_tensor_of_rank_three(rng):
    x = rng.normal(size=(4, 5, 30)).astype("float32")
    np.testing.assert_array_equal(KSparse(7)(x), largest(x, 7))


def test_largest_is_by_value_and_not_by_magnitude():
    outputs = KSparse(1)(np.float32([[-9.0, 1.0, -2.0], [-9.0, -3.0, -2.0]]))
    np.testing.assert_array_equal(outputs, [[0, 1, 0], [0, 0, -2]])


def test_lower_positions_win_a_tie():
    x = np.float32([[1.0, 2.0, 1.0, 1.0]])
    np.testing.assert_array_equal(KSparse(3)(x), [[1, 2, 1, 0]])


@pytest.mark.parametrize(
    ("k", "alpha", "expected"),
    [(4, 1.0, 4), (4, 1.6, 6), (3, 1.5, 4), (5, 1.5, 8), (9, 3.0, 12)],
)
def test_alpha_counts_at_inference_only(rng, k, alpha, expected):
    """6.4 becomes 6, the halves 4.5 and 7.5 become even, 27 all of 12."""
    x = rng.normal(size=(4, 12)).astype("float32")
    layer = KSparse(k, alpha)
    np.testing.assert_array_equal(layer(x, training=True), largest(x, k))
    np.testing.assert_array_equal(layer(x), largest(x, expected))


def test_gradient_is_that_of_what_is_kept(gradient_of, rng):
    x = rng.normal(size=(4, 9)).astype("float32")
    layer = KSparse(3)
    upstream = rng.normal(size=x.shape).astype("float32")
    gradient = gradient_of(
        lambda z: ops.sum(upstream * layer(z, training=True)), at=x
    )
    np.testing.assert_array_equal(
        gradient, np.where(largest(x, 3) != 0.0, upstream, 0.0)
    )


def test_nan_is_kept():
    x = np.float32([[np.nan, 1.0, 2.0], [np.nan, np.nan, np.nan]])
    outputs = ops.convert_to_numpy(KSparse(1)(x))
    np.testing.assert_array_equal(np.isnan(outputs), np.isnan(x))


@needs_tensorflow
def test_k_changes_without_a_new_trace(rng):
    import tensorflow as tf

    layer, num_traces = KSparse(5), 0
    x = rng.normal(size=(4, 9)).astype("float32")
    layer(x)

    @tf.function(jit_compile=True)
    def compiled(x):
        nonlocal num_traces
        num_traces += 1
        return layer(x, training=True)

    for k in (5, 2, 9):
        layer.update_k(k)
        np.testing.assert_array_equal(compiled(tf.constant(x)), largest(x, k))
    assert num_traces == 1


def test_changed_k_is_saved(tmp_path, rng):
    layer = KSparse(5)
    model = keras.Sequential([keras.Input((9,)), layer])
    layer.update_k(2)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    x = rng.normal(size=(4, 9)).astype("float32")
    np.testing.assert_array_equal(again(x), largest(x, 2))
    assert again.layers[0].get_config()["k"] == 5


def test_k_is_not_trained():
    layer = KSparse(5)
    layer.build((None, 9))
    assert layer.trainable_variables == []
    assert layer.k.dtype == "int32"


@pytest.mark.parametrize("k", [0, -1, 2.0, None, True])
def test_impossible_k_is_refused(k):
    with pytest.raises(ValueError, match="positive int.*Received: k="):
        KSparse(k)
    layer = KSparse(5)
    layer.build((None, 9))
    with pytest.raises(ValueError, match="positive int.*Received: k="):
        layer.update_k(k)


def test_k_above_the_width_is_refused():
    with pytest.raises(ValueError, match="the layer, 3. Received: k=4"):
        KSparse(4)(np.zeros((2, 3)))
    layer = KSparse(3)
    layer(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="the layer, 3. Received: k=4"):
        layer.update_k(4)


def test_change_before_build_is_refused():
    with pytest.raises(ValueError, match="must be built before `k` can change"):
        KSparse(3).update_k(2)


def test_unknown_width_is_refused():
    with pytest.raises(ValueError, match="last axis.*known size"):
        KSparse(3)(keras.Input((None,)))


@pytest.mark.parametrize("alpha", [0.9, np.nan, np.inf, "1", None])
def test_impossible_alpha_is_refused(alpha):
    with pytest.raises(ValueError, match="at least 1. Received: alpha="):
        KSparse(3, alpha)
