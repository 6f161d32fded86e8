"""The game is played by the equations of the papers, on any backend."""

import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.models import GAN
from keras_dl4.models.gan_players import SHOWN
from keras_dl4.regularizers import R1
from keras_dl4.regularizers import R2
from keras_dl4.regularizers import GradientPenalty
from tests.models.gan_reference import DATA
from tests.models.gan_reference import EQUATIONS
from tests.models.gan_reference import LATENTS
from tests.models.gan_reference import NOISE
from tests.models.gan_reference import WIDTH
from tests.models.gan_reference import Game
from tests.models.gan_reference import assert_same_weights
from tests.models.gan_reference import compiled
from tests.models.gan_reference import dense_pair
from tests.models.gan_reference import fed
from tests.models.gan_reference import linear_gan
from tests.models.gan_reference import linear_pair
from tests.models.gan_reference import sigmoid
from tests.models.gan_reference import train

ROOT = pathlib.Path(__file__).parents[2]


def as_array(tensor):
    return ops.convert_to_numpy(tensor)


@pytest.mark.parametrize(
    ("name", "num_steps", "simultaneous"),
    [
        *((name, 1, False) for name in EQUATIONS),
        ("minimax", 3, False),
        ("non_saturating", 1, True),
    ],
)
def test_oracle_plays_the_same_game(name, num_steps, simultaneous):
    gan = compiled(linear_gan(name, num_steps, simultaneous=simultaneous))
    game = Game(gan, name)
    with fed(NOISE):
        train(gan, batch_size=8, stop=3)
    for _ in range(3):
        game.step(DATA, num_steps, simultaneous)
    assert_same_weights(gan, game)


@pytest.mark.parametrize("name", EQUATIONS)
def test_evaluation_shows_the_equations_and_updates_nothing(name):
    gan = compiled(linear_gan(name))
    game = Game(gan, name)
    before = [as_array(v) for v in gan.generator.weights]
    state = as_array(gan.noise_source.seed_generator.state)
    with fed(NOISE):
        logs = gan.evaluate(DATA, batch_size=8, verbose=0, return_dict=True)
    assert set(logs) == set(SHOWN)
    judged, made = game.losses(DATA)
    assert logs["discriminator_loss"] == pytest.approx(judged, rel=1e-5)
    assert logs["generator_loss"] == pytest.approx(made, rel=1e-5)
    if name == "minimax":
        _, real, fake = game.logits(np.float64(DATA))
        assert logs["real_score"] == pytest.approx(sigmoid(real).mean(), 1e-5)
        assert logs["fake_score"] == pytest.approx(sigmoid(fake).mean(), 1e-5)
        right = np.mean(real > 0) / 2 + np.mean(fake <= 0) / 2
        assert logs["accuracy"] == pytest.approx(right, 1e-5)
    for weight, old in zip(gan.generator.weights, before, strict=True):
        np.testing.assert_array_equal(as_array(weight), old)
    after = as_array(gan.noise_source.seed_generator.state)
    np.testing.assert_array_equal(after, state)


def test_logs_of_training_are_those_before_each_update():
    gan = compiled(linear_gan())
    game = Game(gan, "non_saturating")
    with fed(NOISE):
        logs = train(gan, batch_size=8)
    assert logs["discriminator_loss"][0] == pytest.approx(game.losses(DATA)[0])
    game.move(0, game.gradients(0, np.float64(DATA)))
    assert logs["generator_loss"][0] == pytest.approx(game.losses(DATA)[1])


@pytest.mark.parametrize("name", ["non_saturating", "relativistic"])
def test_micro_batches_change_nothing(name):
    whole = compiled(linear_gan(name, penalties=[R1(0.3), R2(0.2)]))
    parts = compiled(
        linear_gan(name, penalties=[R1(0.3), R2(0.2)]), num_micro_batches=3
    )
    with fed(NOISE):
        logs = train(whole, batch_size=8, stop=2)
        other = train(parts, batch_size=8, stop=2)
    for a, b in zip(whole.get_weights(), parts.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    for name, values in logs.items():
        np.testing.assert_allclose(values, other[name], rtol=1e-4)


def test_penalties_are_added_to_the_loss_of_the_discriminator():
    """Of a linear discriminator, whose slope is its kernel everywhere."""
    plain = compiled(linear_gan())
    penalties = [R1(0.3), R2(0.5), GradientPenalty(2.0)]
    penalized = compiled(linear_gan(penalties=penalties))
    kernel = np.float64(plain.discriminator.get_weights()[0])
    square = np.sum(kernel**2)
    added = 0.4 * square + 2.0 * (np.sqrt(square) - 1.0) ** 2
    with fed(NOISE):
        one, other = (
            gan.evaluate(DATA, batch_size=8, verbose=0, return_dict=True)
            for gan in (plain, penalized)
        )
    difference = other["discriminator_loss"] - one["discriminator_loss"]
    assert difference == pytest.approx(added, rel=1e-4)
    assert other["generator_loss"] == pytest.approx(one["generator_loss"])


def test_losses_of_layers_are_added_once():
    generator, discriminator = dense_pair()
    for network in (generator, discriminator):
        network.layers[0].kernel_regularizer = keras.regularizers.L2(0.1)
        network.layers[0].kernel.regularizer = keras.regularizers.L2(0.1)
    regularized = compiled(GAN(generator, discriminator, LATENTS))
    plain = compiled(GAN(*dense_pair(), LATENTS))
    plain.generator.set_weights(generator.get_weights())
    plain.discriminator.set_weights(discriminator.get_weights())
    with fed(NOISE):
        one, other = (
            gan.evaluate(DATA, batch_size=8, verbose=0, return_dict=True)
            for gan in (plain, regularized)
        )
    for name, network in (
        ("discriminator_loss", discriminator),
        ("generator_loss", generator),
    ):
        added = 0.1 * np.sum(network.get_weights()[0] ** 2)
        assert other[name] - one[name] == pytest.approx(added, rel=1e-4)


def test_statistics_move_in_the_own_turn_alone():
    """Batch normalization of momentum 1/2, three steps of the judge."""
    gan = compiled(
        GAN(*dense_pair(normalize=True), LATENTS, "minimax", 3),
        lambda rate: keras.optimizers.SGD(0.0),
    )
    moved = []
    for network in (gan.generator, gan.discriminator):
        normalization = network.layers[1]
        dense = keras.Sequential([network.inputs[0], network.layers[0]])
        moved.append((normalization, dense))
    with fed(NOISE):
        train(gan, batch_size=8)
    (own, dense), (judged, judge_dense) = moved
    hidden = as_array(dense(NOISE))
    expected = 0.5 * hidden.mean(0)  # one step of the generator
    np.testing.assert_allclose(as_array(own.moving_mean), expected, 1e-4, 1e-6)
    of_data = as_array(judge_dense(DATA)).mean(0)
    # What the generator makes in training, with the statistics of the batch.
    normalized = (hidden - hidden.mean(0)) / np.sqrt(hidden.var(0) + 1e-3)
    made = as_array(gan.generator.layers[-1](np.float32(normalized)))
    of_made = as_array(judge_dense(made)).mean(0)
    expected = 0.0
    for _ in range(3):
        for mean in (of_data, of_made):
            expected = 0.5 * expected + 0.5 * mean
    np.testing.assert_allclose(
        as_array(judged.moving_mean), expected, 1e-4, 1e-5
    )


def test_average_follows_the_generator():
    gan = compiled(linear_gan(ema_momentum=0.75))
    expected = None
    for epoch in range(3):
        train(gan, epoch, epoch + 1, batch_size=8)
        weights = gan.generator.get_weights()
        pairs = zip(expected or weights, weights, strict=True)
        expected = [0.75 * a + 0.25 * b for a, b in pairs]
    found = gan.averaged_generator.get_weights()
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)
    np.testing.assert_allclose(
        as_array(gan.sample(4, seed=1)),
        as_array(gan.averaged_generator(as_array(latents_of(4, seed=1)))),
        rtol=1e-5,
    )


def latents_of(num_samples, seed):
    return keras.random.normal((num_samples, LATENTS), seed=seed)


def test_samples_depend_on_the_seed_alone():
    gan = linear_gan()
    one, same, other = (as_array(gan.sample(5, seed=s)) for s in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.all(one != other)
    expected = as_array(gan.generator(latents_of(5, 1)))
    np.testing.assert_allclose(one, expected, rtol=1e-6)


def shifted(shape, seed):
    return 5.0 + keras.random.normal(shape, seed=seed)


@pytest.mark.parametrize("latent", ["normal", "uniform", shifted])
def test_latents_have_their_distribution(latent):
    gan = linear_gan(latent=latent, seed=1)
    for training in (True, False):
        draw = gan.inputs_of(np.zeros((20_000, WIDTH), "float32"), training)
        drawn = as_array(draw()[1])
        mean = 5.0 if latent is shifted else 0.0
        assert drawn.mean() == pytest.approx(mean, abs=0.03)
        assert drawn.std() == pytest.approx(1.0, abs=0.03)
        if latent == "uniform":
            assert np.abs(drawn).max() == pytest.approx(np.sqrt(3), abs=1e-3)
        assert np.mean(as_array(draw()[1]) != drawn) > 0.9


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="it starts the others"
)
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_game_is_the_same_on_the_other_backends(backend):
    """Both equal the oracle to 1e-5, and so each other."""
    pytest.importorskip(backend)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    result = subprocess.run(
        [*command, __file__, "-k", "not other_backends"],
        env={**os.environ, "KERAS_BACKEND": backend},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert result.returncode == 0, result.stdout


def test_networks_may_return_flat_logits():
    generator, _ = linear_pair()
    judge = keras.Sequential(
        [
            keras.Input((WIDTH,)),
            keras.layers.Dense(1),
            keras.layers.Reshape(()),
        ]
    )
    gan = GAN(generator, judge, LATENTS)
    assert gan(DATA).shape == (8, 1)
