"""The layer of moving rates, followed by hand over several batches."""

import keras
import numpy as np
import pytest

from keras_dl4.layers import SparsityRegularization

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="gradient tapes are TensorFlow's",
)
RATE, WEIGHT, MOMENTUM = 0.1, 2.0, 0.75


def formula(rate):
    return WEIGHT * np.sum(
        RATE * np.log(RATE / rate)
        + (1.0 - RATE) * np.log((1.0 - RATE) / (1.0 - rate))
    )


def batches_of(rng, number=4, batch=6):
    batches = rng.uniform(0.05, 0.95, (number, batch, 3))
    return batches.astype("float32")


def new_layer(**kwargs):
    arguments = {"momentum": MOMENTUM, **kwargs}
    return SparsityRegularization(RATE, WEIGHT, **arguments)


def loss_of(layer, inputs, training):
    layer._losses.clear()
    outputs = layer(inputs, training=training)
    np.testing.assert_array_equal(outputs, inputs)
    (loss,) = layer.losses
    return loss


def moving_rates(batches):
    rate = np.full(3, RATE)
    for batch in batches.astype("float64"):
        rate = MOMENTUM * rate + (1.0 - MOMENTUM) * batch.mean(axis=0)
        yield rate


def test_loss_is_the_formula_at_the_moving_rate(rng):
    batches, layer = batches_of(rng), new_layer()
    for batch, rate in zip(batches, moving_rates(batches), strict=True):
        loss = float(loss_of(layer, batch, training=True))
        np.testing.assert_allclose(loss, formula(rate), 1e-5)
        np.testing.assert_allclose(layer.moving_rate, rate, 1e-6)


def test_inference_leaves_the_estimate(rng):
    first, second, *_ = batches_of(rng)
    layer = new_layer()
    # At the target, where the estimate starts.
    assert abs(float(loss_of(layer, first, training=False))) < 1e-6
    after_step = float(loss_of(layer, first, training=True))
    assert float(loss_of(layer, second, training=False)) == after_step


def test_without_momentum_it_is_the_penalty_of_the_batch(rng):
    batch = batches_of(rng)[0]
    loss = loss_of(new_layer(momentum=0.0), batch, training=True)
    np.testing.assert_allclose(float(loss), formula(batch.mean(axis=0)), 1e-5)


def test_masked_steps_do_not_count(rng):
    batch = batches_of(rng)[:2]
    mask = rng.uniform(size=batch.shape[:2]) < 0.5
    layer = new_layer(momentum=0.0)
    layer(batch, training=True, mask=mask)
    np.testing.assert_allclose(
        layer.moving_rate, batch[mask].mean(axis=0), rtol=1e-6
    )


@needs_tensorflow
def test_gradient_is_the_batch_one_at_the_moving_rate(rng):
    import tensorflow as tf

    batches, layer = batches_of(rng), new_layer()
    for batch, rate in zip(batches, moving_rates(batches), strict=True):
        inputs = tf.constant(batch)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            loss = loss_of(layer, inputs, training=True)
        to_rate = WEIGHT * (-RATE / rate + (1.0 - RATE) / (1.0 - rate))
        np.testing.assert_allclose(
            tape.gradient(loss, inputs),
            np.broadcast_to(to_rate / len(batch), batch.shape),
            rtol=1e-4,
        )


@needs_tensorflow
def test_two_replicas_equal_one_device(strategy, rng):
    inputs = rng.normal(size=(8, 6)).astype("float32")

    def after_two_steps():
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [
                keras.Input((6,)),
                keras.layers.Dense(3, "sigmoid"),
                new_layer(),
                keras.layers.Dense(6),
            ]
        )
        model.compile(keras.optimizers.SGD(0.1), "mse", jit_compile=False)
        fit = model.fit(inputs, inputs, batch_size=8, epochs=2, verbose=0)
        return [*model.get_weights(), fit.history["loss"]]

    one = after_two_steps()
    with strategy.scope():
        two = after_two_steps()
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_training_brings_the_rates_to_the_target(rng):
    inputs = rng.normal(size=(64, 6)).astype("float32")
    model = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(3, "sigmoid"), new_layer()]
    )

    def nothing(_, outputs):
        return 0.0 * outputs

    model.compile(keras.optimizers.SGD(1.0), nothing)
    assert np.all(model.predict(inputs, verbose=0).mean(axis=0) > 0.3)
    model.fit(inputs, inputs, batch_size=16, epochs=60, verbose=0)
    rates = model.predict(inputs, verbose=0).mean(axis=0)
    np.testing.assert_allclose(rates, RATE, atol=0.02)


@pytest.mark.parametrize("momentum", [-0.1, 1.0])
def test_bad_momentum_is_refused(momentum):
    with pytest.raises(ValueError, match=f"momentum={momentum}"):
        new_layer(momentum=momentum)


def test_bad_rate_is_refused():
    with pytest.raises(ValueError, match="target_rate=1.5"):
        SparsityRegularization(1.5, WEIGHT)
