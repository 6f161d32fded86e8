"""The penalty against the formula of the lecture notes."""

import keras
import numpy as np
import pytest

from keras_dl4.regularizers import KLSparsity

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="gradient tapes are TensorFlow's",
)
RATE, WEIGHT = 0.05, 3.0


def formula(activations, low=0.0, high=1.0):
    """beta * sum_j KL(rho || mean of unit j), float64."""
    rows = np.reshape(activations, (-1, activations.shape[-1]))
    means = (rows.astype("float64").mean(axis=0) - low) / (high - low)
    return WEIGHT * np.sum(
        RATE * np.log(RATE / means)
        + (1.0 - RATE) * np.log((1.0 - RATE) / (1.0 - means))
    )


def gradient_of_formula(activations):
    means = activations.astype("float64").mean(axis=0)
    to_mean = -RATE / means + (1.0 - RATE) / (1.0 - means)
    return np.broadcast_to(
        WEIGHT * to_mean / len(activations), activations.shape
    )


def activations_of(rng, *shape):
    return rng.uniform(0.01, 0.4, shape).astype("float32")


def sparse_layer(layer, **kwargs):
    return layer(activity_regularizer=KLSparsity(RATE, WEIGHT, **kwargs))


def loss_of(model, inputs):
    model(inputs)
    (loss,) = model.losses
    return float(loss)


@pytest.mark.parametrize("batch", [1, 7, 128])
def test_loss_of_a_model_is_the_formula_at_any_batch_size(batch, rng):
    model = keras.Sequential(
        [
            keras.Input((9,)),
            keras.layers.Dense(
                5, "sigmoid", activity_regularizer=KLSparsity(RATE, WEIGHT)
            ),
        ]
    )
    inputs = rng.normal(size=(batch, 9)).astype("float32")
    kernel, bias = model.get_weights()
    code = 1.0 / (1.0 + np.exp(-(inputs.astype("float64") @ kernel + bias)))
    np.testing.assert_allclose(loss_of(model, inputs), formula(code), 1e-5)


@pytest.mark.parametrize("batch", [1, 7, 128])
def test_gradient_is_the_one_of_the_formula(batch, rng, gradient_of):
    activations = activations_of(rng, batch, 5)
    layer = sparse_layer(keras.layers.Identity)

    def loss(x):
        layer._losses.clear()
        layer(x)
        return layer.losses[0]

    np.testing.assert_allclose(
        gradient_of(loss, at=activations),
        gradient_of_formula(activations),
        rtol=1e-5,
    )


def test_positions_of_a_map_are_averaged_too(rng):
    maps = activations_of(rng, 3, 4, 5, 2)
    layer = sparse_layer(keras.layers.Identity)
    np.testing.assert_allclose(loss_of(layer, maps), formula(maps), 1e-5)


def test_one_number_an_example_is_one_unit(rng):
    numbers = activations_of(rng, 6)
    layer = sparse_layer(keras.layers.Identity)
    expected = formula(numbers[:, None])
    np.testing.assert_allclose(loss_of(layer, numbers), expected, 1e-5)


def test_rates_of_tanh_are_shifted_into_the_unit_interval(rng):
    activations = 2.0 * activations_of(rng, 8, 3) - 1.0
    layer = sparse_layer(keras.layers.Identity, activation_range=(-1.0, 1.0))
    np.testing.assert_allclose(
        loss_of(layer, activations), formula(activations, -1.0, 1.0), 1e-5
    )


def test_rate_at_the_target_costs_nothing():
    regularizer = KLSparsity(RATE, WEIGHT)
    at_target = np.full((4, 3), RATE, "float32")
    assert abs(float(regularizer(at_target))) < 1e-6
    assert float(regularizer(at_target + 0.1)) > 0.1


def test_dead_and_saturated_units_are_finite(gradient_of):
    activations = np.float32([[0.0, 1.0], [0.0, 1.0]])
    gradient = gradient_of(KLSparsity(RATE, WEIGHT), at=activations)
    assert np.all(np.isfinite(gradient))
    assert np.all(gradient[:, 0] < 0.0)
    assert np.all(gradient[:, 1] > 0.0)


@needs_tensorflow
@pytest.mark.parametrize("share", [1, 3, 5])
def test_two_replicas_equal_one_device(strategy, rng, share):
    """Replicas of `share` and `6 - share` examples, in a graph."""
    import tensorflow as tf

    activations = activations_of(rng, 6, 5)
    shares = [activations[:share], activations[share:]]
    layer = sparse_layer(keras.layers.Identity)
    values = strategy.experimental_distribute_values_from_function(
        lambda context: tf.constant(shares[context.replica_id_in_sync_group])
    )

    def loss_and_gradient(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            layer(x)
            (loss,) = layer.losses
            scaled = loss / strategy.num_replicas_in_sync
        return loss, tape.gradient(scaled, x)

    @tf.function
    def run(values):
        return strategy.run(loss_and_gradient, args=(values,))

    losses, gradients = map(strategy.experimental_local_results, run(values))
    for loss in losses:
        np.testing.assert_allclose(float(loss), formula(activations), 1e-5)
    np.testing.assert_allclose(
        np.concatenate(gradients), gradient_of_formula(activations), 1e-5
    )


@needs_tensorflow
def test_step_of_fit_on_two_replicas_equals_one_device(strategy, rng):
    inputs = rng.normal(size=(8, 6)).astype("float32")

    def weights_after_a_step():
        keras.utils.set_random_seed(0)
        code = keras.layers.Dense(
            4, "sigmoid", activity_regularizer=KLSparsity(RATE, WEIGHT)
        )
        model = keras.Sequential(
            [keras.Input((6,)), code, keras.layers.Dense(6)]
        )
        model.compile(keras.optimizers.SGD(0.1), "mse", jit_compile=False)
        model.fit(inputs, inputs, batch_size=8, verbose=0)
        return model.get_weights()

    one = weights_after_a_step()
    with strategy.scope():
        two = weights_after_a_step()
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_half_precision_is_computed_in_float32(rng):
    activations = keras.ops.cast(activations_of(rng, 8, 3), "bfloat16")
    regularizer = KLSparsity(RATE, WEIGHT)
    loss = regularizer(activations)
    assert "float32" in str(loss.dtype)
    full = regularizer(keras.ops.cast(activations, "float32"))
    assert float(loss) == float(full)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"target_rate": 0.0}, "`target_rate` must lie strictly between"),
        ({"target_rate": 1.0}, "target_rate=1.0"),
        ({"target_rate": -0.1}, "for example 0.05"),
        ({"weight": -1.0}, "`weight` must be at least 0"),
        ({"weight": float("nan")}, "weight=nan"),
        ({"weight": float("inf")}, "weight=inf"),
        ({"weight": None}, "weight=None"),
        ({"target_rate": "a"}, "target_rate='a'"),
        ({"activation_range": 3}, "activation_range=3"),
        ({"activation_range": ("a", "b")}, "for tanh"),
        ({"activation_range": (1.0, -1.0)}, r"\(-1.0, 1.0\) for tanh"),
        ({"activation_range": (1.0,)}, r"activation_range=\(1.0,\)"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        KLSparsity(**{"target_rate": RATE, "weight": WEIGHT, **arguments})
