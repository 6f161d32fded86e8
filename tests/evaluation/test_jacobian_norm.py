import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.evaluation import mean_jacobian_norm


def numeric_norm(function, x, step=1e-5):
    """Mean norm of central differences, in float64."""
    norms = []
    for example in x.astype("float64"):
        columns = []
        for index in range(example.size):
            change = np.zeros(example.size)
            change[index] = step
            above, below = (
                function(example + sign * change.reshape(example.shape))
                for sign in (1, -1)
            )
            columns.append((above - below) / (2 * step))
        norms.append(np.sqrt(np.sum(np.square(columns))))
    return np.mean(norms)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.fixture
def x(rng):
    return rng.normal(size=(5, 6)).astype("float32")


@pytest.mark.parametrize("batch_size", [2, 128])
def test_norm_of_a_dense_stack_is_the_numeric_one(x, batch_size):
    first = keras.layers.Dense(4, "sigmoid", bias_initializer="normal")
    second = keras.layers.Dense(3, "tanh")
    encoder = keras.Sequential([first, second])

    def reference(example):
        hidden = sigmoid(example @ arrays[0] + arrays[1])
        return np.tanh(hidden @ arrays[2] + arrays[3])

    found = mean_jacobian_norm(encoder, x, batch_size)
    arrays = [
        ops.convert_to_numpy(w).astype("float64") for w in encoder.weights
    ]
    assert found == pytest.approx(numeric_norm(reference, x), rel=1e-5)
    assert isinstance(found, float)


def test_norm_of_another_encoder_is_exact_and_not_estimated(rng):
    x = rng.normal(size=(3, 4, 2)).astype("float32")
    encoder = keras.Sequential(
        [keras.layers.Conv1D(3, 2), keras.layers.GlobalMaxPooling1D()]
    )

    def reference(example):
        windows = np.stack([example[i : i + 2].ravel() for i in range(3)])
        return (windows @ kernel).max(axis=0)

    found = mean_jacobian_norm(encoder, x)
    kernel = ops.convert_to_numpy(encoder.weights[0]).reshape(4, 3)
    assert found == pytest.approx(
        numeric_norm(reference, x, step=1e-6), rel=1e-5
    )
    assert found == mean_jacobian_norm(lambda y: encoder(y), x)


def test_dropout_is_out_of_the_way(x):
    dense = keras.layers.Dense(4)
    encoder = keras.Sequential([keras.layers.Dropout(0.5), dense])
    assert mean_jacobian_norm(encoder, x) == mean_jacobian_norm(dense, x)


def test_bad_inputs_raise(x):
    dense = keras.layers.Dense(4)
    with pytest.raises(ValueError, match="at least one example"):
        mean_jacobian_norm(dense, x[:0])
    with pytest.raises(ValueError, match="`inputs` must be finite"):
        mean_jacobian_norm(dense, x * np.nan)
    with pytest.raises(ValueError, match="batch_size=0"):
        mean_jacobian_norm(dense, x, 0)
    with pytest.raises(ValueError, match="no Jacobian path"):
        mean_jacobian_norm(lambda y: ops.cast(y, "int32"), x)
