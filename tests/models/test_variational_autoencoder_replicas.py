"""Several replicas train on shares of a batch."""

import contextlib

import keras
import numpy as np

from tests.models.variational_reference import LATENTS
from tests.models.variational_reference import WIDTH
from tests.models.variational_reference import dense_model
from tests.models.variational_reference import fed
from tests.models.variational_reference import reference_terms


def test_replicas_draw_different_codes_and_binary_data(strategy):
    import tensorflow as tf

    with strategy.scope():
        model = dense_model(binarize=True, seed=3)
    x = tf.fill((40, WIDTH), 0.5)

    @tf.function
    def draw():
        draws, _ = model(x, training=True)
        return draws.x, draws.code

    for drawn in strategy.run(draw):
        one, other = (
            each.numpy() for each in strategy.experimental_local_results(drawn)
        )
        assert np.mean(one != other) > 0.3


def test_replicas_free_the_same_latents(strategy):
    """One has all the divergence; alone the other would be below the limit."""
    rng = np.random.default_rng(0)
    x = rng.uniform(size=(8, WIDTH)).astype("float32")
    x[:4] *= 0.01
    noise = np.tile(rng.normal(size=(1, 1, LATENTS)), (1, 8, 1))
    one = dense_model(free_bits=0.1)
    mean, log_variance = map(one.encoder.get_layer, ("mean", "log_variance"))
    mean.kernel.assign_add(np.full((WIDTH, LATENTS), 0.3))
    log_variance.kernel.assign(np.zeros((WIDTH, LATENTS)))
    log_variance.bias.assign([-0.5, -0.4])
    _, _, divergences = reference_terms(one, x, noise)
    assert np.all(divergences[:4].mean(0) < 0.1)
    assert np.all(divergences.mean(0) > 0.1)
    with strategy.scope():
        two = dense_model(free_bits=0.1)
    two.set_weights(one.get_weights())
    with fed(noise):
        for model, scope in (
            (one, contextlib.nullcontext()),
            (two, strategy.scope()),
        ):
            with scope:
                model.compile(keras.optimizers.SGD(0.1), jit_compile=False)
            model.fit(x, batch_size=8, shuffle=False, verbose=0)
    pairs = zip(one.get_weights(), two.get_weights(), strict=True)
    for expected, received in pairs:
        np.testing.assert_allclose(received, expected, rtol=1e-5, atol=1e-6)
