"""Each way to the norm against central differences in float64."""

import keras
import numpy as np
import pytest
from keras import layers
from keras import ops

from keras_dl4.ops import squared_jacobian_norm
from tests.ops.encoder_reference import dense_stack
from tests.ops.encoder_reference import numeric_squared_norm

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="XLA switch of TensorFlow"
)
ACTIVATIONS = ["linear", "sigmoid", "tanh", "relu", "elu", "gelu", "softmax"]
STACKS = {
    "narrowing": (7, (5, "tanh"), (3, "sigmoid")),
    "first layer wider": (3, (6, "sigmoid"), (4, "softplus"), (2, "linear")),
    "with softmax": (5, (4, "softmax"), (3, "tanh"), (3, "softmax")),
}


def inputs_of(rng, *shape):
    return rng.normal(size=shape).astype("float32")


def norms(*args, **kwargs):
    return ops.convert_to_numpy(squared_jacobian_norm(*args, **kwargs))


@pytest.mark.parametrize("method", ["auto", "closed_form", "chain", "exact"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_one_dense_layer_has_the_numeric_norm(method, activation, rng):
    encoder, forward = dense_stack(7, (4, activation))
    inputs = inputs_of(rng, 6, 7)
    np.testing.assert_allclose(
        norms(encoder, inputs, method),
        numeric_squared_norm(forward, inputs),
        rtol=1e-5,
    )


@pytest.mark.parametrize("method", ["auto", "chain", "exact"])
@pytest.mark.parametrize("name", STACKS)
def test_stack_has_the_numeric_norm(method, name, rng):
    encoder, forward = dense_stack(*STACKS[name])
    inputs = inputs_of(rng, 6, STACKS[name][0])
    np.testing.assert_allclose(
        norms(encoder, inputs, method),
        numeric_squared_norm(forward, inputs),
        rtol=1e-5,
    )


def test_sigmoid_layer_has_the_norm_of_the_paper(rng):
    encoder, forward = dense_stack(9, (5, "sigmoid"))
    inputs = inputs_of(rng, 4, 9)
    code = forward(inputs)
    kernel = ops.convert_to_numpy(encoder.layers[0].kernel).astype("float64")
    expected = np.square(code * (1.0 - code)) @ np.square(kernel).sum(axis=0)
    np.testing.assert_allclose(norms(encoder, inputs), expected, 1e-5)


@pytest.mark.parametrize("method", ["chain", "exact"])
def test_positions_of_a_sequence_add_up(method, rng):
    encoder = keras.Sequential(
        [
            keras.Input((4, 5)),
            layers.Dense(3, "tanh"),
            layers.Dense(2, "softmax"),
        ]
    )
    inputs = inputs_of(rng, 3, 4, 5)
    at_positions = keras.Sequential([keras.Input((5,)), *encoder.layers])
    expected = norms(at_positions, inputs.reshape(12, 5), "exact")
    np.testing.assert_allclose(
        norms(encoder, inputs, method),
        expected.reshape(3, 4).sum(axis=1),
        rtol=1e-5,
    )


def test_layers_of_inference_are_in_the_chain(rng):
    encoder = keras.Sequential(
        [
            keras.Input((2, 3)),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(5),
            layers.BatchNormalization(),
            layers.LeakyReLU(0.2),
            layers.Dense(4, use_bias=False),
            layers.Activation("softmax"),
        ]
    )
    normalization = encoder.layers[3]
    normalization.set_weights(
        [rng.uniform(0.5, 2.0, 5).astype("float32") for _ in range(4)]
    )
    inputs = inputs_of(rng, 6, 2, 3)
    np.testing.assert_allclose(
        norms(encoder, inputs, "chain"), norms(encoder, inputs, "exact"), 1e-5
    )


@pytest.mark.parametrize("method", ["auto", "closed_form", "exact"])
@pytest.mark.parametrize(
    "function", [ops.stop_gradient, lambda x: ops.softmax(0.0 * ops.floor(x))]
)
def test_activation_without_a_derivative_is_refused(method, function, rng):
    encoder = layers.Dense(4, function)
    with pytest.raises(ValueError, match="no differentiable operations lead"):
        norms(encoder, inputs_of(rng, 3, 5), method)


@needs_tensorflow
@pytest.mark.parametrize("method", ["chain", "exact", "hutchinson"])
def test_gradient_under_xla_is_the_numeric_one(method, rng):
    """Of the sum of the norms with respect to the first kernel."""
    import tensorflow as tf

    encoder, forward = dense_stack(5, (4, "tanh"), (3, "softmax"))
    inputs = inputs_of(rng, 6, 5)
    kernel = encoder.layers[0].kernel

    copies = 2000 if method == "hutchinson" else 1
    many = np.repeat(inputs, copies, axis=0)

    @tf.function(jit_compile=True)
    def gradient():
        with tf.GradientTape() as tape:
            found = squared_jacobian_norm(encoder, many, method, seed=0)
            total = ops.sum(found) / copies
        return tape.gradient(total, kernel.value)

    with tf.device("CPU:0"):
        actual = gradient().numpy()
    start = kernel.numpy()
    expected = np.zeros_like(start)
    step = 2.0**-10
    for index in np.ndindex(start.shape):
        for sign in (1.0, -1.0):
            moved = start.copy()
            moved[index] += sign * step
            kernel.assign(moved)
            value = numeric_squared_norm(forward, inputs).sum()
            expected[index] += sign * value / (2.0 * step)
    tolerance = 0.1 if method == "hutchinson" else 1e-4
    largest = abs(expected).max()
    np.testing.assert_allclose(actual, expected, atol=tolerance * largest)


@pytest.mark.parametrize("shape", [(6, (3, "tanh")), (3, (6, "tanh"))])
def test_hutchinson_is_unbiased(shape, rng):
    """A z-test for each example, over independent seeds."""
    encoder, forward = dense_stack(*shape)
    # Rows and columns alike, so that signs which are not independent show.
    kernel = encoder.layers[0].kernel
    kernel.assign(0.2 * kernel + 0.3)
    inputs = inputs_of(rng, 8, shape[0])
    draws = 3000
    many = np.repeat(inputs, draws, axis=0)
    estimates = norms(encoder, many, "hutchinson", seed=1).reshape(8, draws)
    # Not one probe for all: examples draw their own.
    assert np.all(estimates.std(axis=1) > 0.0)
    errors = estimates.mean(axis=1) - numeric_squared_norm(forward, inputs)
    z = errors / (estimates.std(axis=1, ddof=1) / np.sqrt(draws))
    assert np.all(abs(z) < 4.0)
    assert np.mean(z**2) < 2.5


def test_hutchinson_is_unbiased_over_seeds(rng):
    encoder, forward = dense_stack(6, (4, "sigmoid"), (3, "tanh"))
    inputs = inputs_of(rng, 5, 6)
    estimates = np.array(
        [
            norms(encoder, inputs, "hutchinson", seed=seed).mean()
            for seed in range(200)
        ]
    )
    error = estimates.mean() - numeric_squared_norm(forward, inputs).mean()
    assert abs(error) < 4.0 * estimates.std(ddof=1) / np.sqrt(len(estimates))


def test_more_probes_vary_less(rng):
    encoder, _ = dense_stack(6, (4, "sigmoid"))
    many = np.repeat(inputs_of(rng, 1, 6), 500, axis=0)
    spread = [
        norms(encoder, many, "hutchinson", number, seed=0).std()
        for number in (1, 16)
    ]
    np.testing.assert_allclose(spread[0] / spread[1], 4.0, rtol=0.3)


def test_auto_estimates_what_is_no_chain(rng):
    inputs = inputs_of(rng, 3, 4)
    symbolic = keras.Input((4,))
    skipping = layers.Add()([layers.Dense(4, "tanh")(symbolic), symbolic])
    encoder = keras.Model(symbolic, skipping)
    np.testing.assert_array_equal(
        norms(encoder, inputs, seed=3),
        norms(encoder, inputs, "hutchinson", seed=3),
    )


def test_integers_of_numpy_are_integers(rng):
    encoder, _ = dense_stack(4, (3, "tanh"))
    inputs = inputs_of(rng, 2, 4)
    found = [
        norms(encoder, inputs, "hutchinson", integer(2), integer(3))
        for integer in (int, np.int64)
    ]
    np.testing.assert_array_equal(*found)


def test_encoder_without_weights_yet_is_built(rng):
    inputs = inputs_of(rng, 3, 4)
    encoder = layers.Dense(2, "tanh")
    found = norms(encoder, inputs)
    np.testing.assert_array_equal(found, norms(encoder, inputs))
    assert encoder.built


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "closed"}, "`method` must be one of"),
        ({"num_probes": 0}, "num_probes=0"),
        ({"method": "closed_form"}, "one keras.layers.Dense layer"),
    ],
)
def test_bad_arguments_are_refused(arguments, message, rng):
    encoder, _ = dense_stack(4, (3, "tanh"), (2, "tanh"))
    with pytest.raises(ValueError, match=message):
        squared_jacobian_norm(encoder, inputs_of(rng, 2, 4), **arguments)


@pytest.mark.parametrize("method", ["closed_form", "chain"])
def test_method_that_does_not_fit_is_refused(method, rng):
    for encoder in (layers.LayerNormalization(), ops.tanh):
        with pytest.raises(ValueError, match="Use method='auto'"):
            squared_jacobian_norm(encoder, inputs_of(rng, 2, 4), method)
