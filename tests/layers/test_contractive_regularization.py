"""A contractive encoder inside of models."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.layers import ContractiveRegularization
from keras_dl4.regularizers import ContractivePenalty
from keras_dl4.regularizers import KLSparsity
from tests.ops.encoder_reference import dense_stack
from tests.ops.encoder_reference import numeric_squared_norm

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="it is about tf.distribute"
)


def inputs_of(rng, *shape):
    return rng.normal(size=shape).astype("float32")


def skipping_encoder():
    inputs = keras.Input((4,))
    code = keras.layers.Dense(4, "tanh")(inputs)
    return keras.Model(inputs, keras.layers.Add()([code, inputs]))


def test_output_is_the_code_and_the_loss_is_the_penalty(rng):
    encoder, forward = dense_stack(6, (4, "tanh"), (3, "sigmoid"))
    layer = ContractiveRegularization(encoder, ContractivePenalty(0.3))
    inputs = inputs_of(rng, 5, 6)
    for training in (False, True):
        np.testing.assert_allclose(
            ops.convert_to_numpy(layer(inputs, training=training)),
            forward(inputs),
            rtol=1e-5,
            atol=1e-6,
        )
        (loss,) = layer.losses
        np.testing.assert_allclose(
            float(loss),
            0.3 * numeric_squared_norm(forward, inputs).mean(),
            rtol=1e-5,
        )


def test_own_losses_of_the_encoder_are_added_once(rng):
    code = keras.layers.Dense(3, "sigmoid", activity_regularizer="l2")
    encoder = keras.Sequential([keras.Input((4,)), code])
    for method in ("closed_form", "hutchinson"):
        penalty = ContractivePenalty(1.0, method)
        layer = ContractiveRegularization(encoder, penalty)
        layer(inputs_of(rng, 2, 4), training=True)
        assert len(layer.losses) == 2


def test_inference_draws_the_same_each_time_and_training_does_not(rng):
    layer = ContractiveRegularization(
        skipping_encoder(), ContractivePenalty(1.0)
    )
    inputs = inputs_of(rng, 5, 4)

    def losses(training):
        found = []
        for _ in range(2):
            layer(inputs, training=training)
            found.append(float(layer.losses[0]))
        return found

    assert len(set(losses(training=False))) == 1
    assert len(set(losses(training=True))) == 2


def test_draws_resume_from_a_weights_file(rng, tmp_path):
    inputs = inputs_of(rng, 5, 4)

    def new_model():
        layer = ContractiveRegularization(
            skipping_encoder(), ContractivePenalty(1.0, hessian_weight=1.0)
        )
        return keras.Sequential([keras.Input((4,)), layer])

    def loss(model):
        model(inputs, training=True)
        return float(model.losses[0])

    model, again = new_model(), new_model()
    loss(model)
    model.save_weights(tmp_path / "model.weights.h5")
    expected = loss(model)
    assert loss(again) != expected
    again.load_weights(tmp_path / "model.weights.h5")
    assert loss(again) == expected


def test_training_contracts_the_encoder(rng):
    inputs = inputs_of(rng, 64, 6)

    def norm_after_training(weight):
        keras.utils.set_random_seed(0)
        encoder = keras.layers.Dense(4, "sigmoid")
        model = keras.Sequential(
            [
                keras.Input((6,)),
                ContractiveRegularization(encoder, ContractivePenalty(weight)),
                keras.layers.Dense(6),
            ]
        )
        model.compile(keras.optimizers.SGD(0.3), "mse")
        model.fit(inputs, inputs, batch_size=32, epochs=20, verbose=0)
        return float(ContractivePenalty(1.0)(encoder, inputs))

    assert norm_after_training(1.0) < 0.5 * norm_after_training(0.0)


@needs_tensorflow
def test_step_on_two_replicas_equals_one_device(strategy, rng):
    """With sparsity before it, whose rates make replicas wait."""
    inputs = inputs_of(rng, 8, 6)

    def after_a_step():
        keras.utils.set_random_seed(0)
        hidden = keras.layers.Dense(
            5, "sigmoid", activity_regularizer=KLSparsity(0.1, 0.5)
        )
        encoder = keras.Sequential([hidden, keras.layers.Dense(3, "tanh")])
        layer = ContractiveRegularization(encoder, ContractivePenalty(0.3))
        model = keras.Sequential(
            [keras.Input((6,)), layer, keras.layers.Dense(6)]
        )
        model.compile(keras.optimizers.SGD(0.1), "mse", jit_compile=False)
        fit = model.fit(inputs, inputs, batch_size=8, verbose=0)
        return [*model.get_weights(), fit.history["loss"]]

    one = after_a_step()
    with strategy.scope():
        two = after_a_step()
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@needs_tensorflow
def test_replicas_draw_different_probes(strategy, rng):
    import tensorflow as tf

    inputs = tf.constant(inputs_of(rng, 4, 4))
    with strategy.scope():
        layer = ContractiveRegularization(
            skipping_encoder(), ContractivePenalty(1.0, seed=1)
        )
        layer.build((None, 4))

    def loss():
        layer(inputs, training=True)
        return layer.losses[-1]

    losses = strategy.experimental_local_results(strategy.run(loss))
    assert float(losses[0]) != float(losses[1])


@pytest.mark.parametrize(
    ("encoder", "penalty", "message"),
    [
        (ops.tanh, ContractivePenalty(1.0), "`encoder` must be a Keras layer"),
        (keras.layers.Dense(2), 0.1, "penalty=0.1"),
    ],
)
def test_bad_arguments_are_refused(encoder, penalty, message):
    with pytest.raises(ValueError, match=message):
        ContractiveRegularization(encoder, penalty)
