"""A GAN trains the same on replicas, compiled, in parts, and after a kill."""

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
from tests.models.gan_reference import DATA
from tests.models.gan_reference import EQUATIONS
from tests.models.gan_reference import LATENTS
from tests.models.gan_reference import NOISE
from tests.models.gan_reference import ROW
from tests.models.gan_reference import Game
from tests.models.gan_reference import assert_same_weights
from tests.models.gan_reference import compiled
from tests.models.gan_reference import dense_pair
from tests.models.gan_reference import fed
from tests.models.gan_reference import linear_gan
from tests.models.gan_reference import train
from tests.resumed_runs import NUM_EPOCHS
from tests.resumed_runs import WAYS
from tests.resumed_runs import largest_difference
from tests.resumed_runs import state_of

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="it is about TensorFlow"
)
ROOT = pathlib.Path(__file__).parents[2]


def everything(**kwargs):
    """All that keeps state: dropout, statistics, an average, both noises."""
    return GAN(
        *dense_pair(rate=0.3, normalize=True),
        LATENTS,
        ema_momentum=0.9,
        **kwargs,
    )


def resumable(weight_seed, **options):
    """Its noise has no seed: what is drawn must come from the file."""
    keras.utils.set_random_seed(weight_seed)
    return compiled(everything(), keras.optimizers.Adam, **options)


@needs_tensorflow
@pytest.mark.parametrize("name", EQUATIONS)
def test_two_replicas_play_the_game_of_one_device(name, strategy):
    """With momentum in both optimizers, over three steps."""
    with strategy.scope():
        gan = compiled(linear_gan(name))
    game = Game(gan, name, ROW)
    with fed(ROW):
        train(gan, batch_size=8, stop=3)
    for _ in range(3):
        game.step(DATA)
    assert_same_weights(gan, game)


@needs_tensorflow
def test_loss_that_is_not_divided_by_replicas_would_be_noticed(
    strategy, monkeypatch
):
    with strategy.scope():
        gan = compiled(linear_gan("hinge"))
    game = Game(gan, "hinge", ROW)
    players = gan.players

    def wrong():
        def doubled(loss):
            def sum_over_replicas(inputs, training):
                total, shown = loss(inputs, training)
                return 2.0 * total, shown

            return sum_over_replicas

        return [each._replace(loss=doubled(each.loss)) for each in players()]

    monkeypatch.setattr(gan, "players", wrong)
    with fed(ROW):
        train(gan, batch_size=8)
    game.step(DATA)
    with pytest.raises(AssertionError):
        assert_same_weights(gan, game)


@needs_tensorflow
def test_replicas_draw_different_latents(strategy):
    with strategy.scope():
        gan = linear_gan(seed=1)
    outputs = strategy.run(
        lambda: gan.inputs_of(DATA, training=True)()[1],
    )
    one, two = strategy.experimental_local_results(outputs)
    assert np.all(one.numpy() != two.numpy())


@needs_tensorflow
@pytest.mark.parametrize("place", [0, 7])
def test_infinity_on_one_replica_skips_the_step_on_all(place, strategy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        with strategy.scope():
            gan = compiled(linear_gan("wasserstein"))
    finally:
        keras.config.set_dtype_policy(before)
    weights = gan.discriminator.get_weights()
    bad = DATA.copy()
    bad[place] = 6e4  # finite, but not times the scale of the loss
    gan.fit(bad, batch_size=8, shuffle=False, verbose=0)
    judge, maker = gan.optimizer.optimizers
    assert isinstance(judge, keras.optimizers.LossScaleOptimizer)
    kernel, bias = (ops.convert_to_numpy(v) for v in gan.discriminator.weights)
    np.testing.assert_array_equal(kernel, weights[0])
    np.testing.assert_array_equal(bias, weights[1])
    assert float(ops.convert_to_numpy(judge.dynamic_scale)) == 2.0**14
    assert all(np.all(np.isfinite(w)) for w in gan.get_weights())
    gan.fit(DATA, batch_size=8, shuffle=False, verbose=0)
    assert np.any(gan.discriminator.get_weights()[0] != kernel)
    assert all(np.all(np.isfinite(w)) for w in gan.get_weights())


@pytest.mark.parametrize(
    "options",
    [
        {"steps_per_execution": 2},
        {"run_eagerly": True},
        {"jit_compile": True},
    ],
    ids=str,
)
def test_the_way_to_run_a_step_changes_nothing(options):
    if keras.backend.backend() == "torch" and "run_eagerly" not in options:
        pytest.skip("PyTorch runs eagerly")

    def trained(**options):
        keras.utils.set_random_seed(0)
        gan = GAN(*dense_pair(normalize=True), LATENTS, "relativistic")
        gan = compiled(gan, **options)
        with fed(NOISE):
            return gan, train(gan, stop=2)

    (one, logs), (other, other_logs) = trained(), trained(**options)
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    for name, values in logs.items():
        np.testing.assert_allclose(values, other_logs[name], 1e-4, 1e-6)


@pytest.fixture(scope="module")
def uninterrupted():
    gan = resumable(0)
    train(gan, 0, NUM_EPOCHS)
    return gan


@pytest.mark.parametrize("way", WAYS)
def test_run_goes_on_bit_for_bit(way, uninterrupted, tmp_path):
    if keras.backend.backend() == "torch":
        pytest.skip("dropout of Keras on PyTorch takes no seed")
    resumed = WAYS[way](resumable, train, tmp_path)
    assert largest_difference(resumed, uninterrupted) == 0.0
    seeds = [resumed.noise_source.seed_generator.state]
    seeds += [u.seed_generator.state for u in dropouts(resumed)]
    other = [uninterrupted.noise_source.seed_generator.state]
    other += [u.seed_generator.state for u in dropouts(uninterrupted)]
    for a, b in zip(seeds, other, strict=True):
        np.testing.assert_array_equal(
            ops.convert_to_numpy(a), ops.convert_to_numpy(b)
        )


def dropouts(gan):
    return [gan.generator.layers[2], gan.discriminator.layers[2]]


def test_file_keeps_how_the_model_was_compiled(tmp_path):
    gan = resumable(0, num_micro_batches=2, steps_per_execution=1)
    train(gan)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    assert again.get_compile_config() == gan.get_compile_config()
    assert again.num_micro_batches == 2
    names = [type(each).__name__ for each in again.optimizer.optimizers]
    assert names == ["Adam", "Adam"]
    rates = [float(each.learning_rate) for each in again.optimizer.optimizers]
    np.testing.assert_allclose(rates, [0.2, 0.3])
    for a, b in zip(state_of(again), state_of(gan), strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(
        ops.convert_to_numpy(again.sample(3, seed=1)),
        ops.convert_to_numpy(gan.sample(3, seed=1)),
    )


def test_file_with_other_seeds_is_refused():
    gan = GAN(*dense_pair(rate=0.3), LATENTS)
    with pytest.raises(ValueError, match="2 seed states"):
        gan.seed_states.load_own_variables({"0": np.zeros(2)})


def test_validation_does_not_change_how_training_goes_on():
    one, other = resumable(0), resumable(0)
    train(one, stop=2)
    logs = train(other, stop=2, validation_data=DATA)
    assert {f"val_{name}" for name in SHOWN} < set(logs)
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_callbacks_of_keras_work(tmp_path):
    gan = compiled(linear_gan())
    stop = keras.callbacks.EarlyStopping(
        "val_generator_loss", patience=0, baseline=-1e9, mode="min"
    )
    checkpoint = keras.callbacks.ModelCheckpoint(
        tmp_path / "best.keras",
        "val_discriminator_loss",
        save_best_only=True,
        mode="min",
    )
    halve = keras.callbacks.LearningRateScheduler(lambda _, rate: 0.5 * rate)
    logs = train(
        gan,
        stop=5,
        callbacks=[stop, checkpoint, halve],
        validation_data=DATA,
    )
    num_epochs = len(logs["generator_loss"])
    assert num_epochs == 2  # the second was no better than the baseline
    rates = [float(each.learning_rate) for each in gan.optimizer.optimizers]
    expected = np.array([0.2, 0.3]) * 0.5**num_epochs
    np.testing.assert_allclose(rates, expected, rtol=1e-6)
    assert keras.saving.load_model(tmp_path / "best.keras").built


def test_optimum_is_a_coin_toss_of_value_minus_log_4():
    """The generator makes the distribution of the data: N(0, 1)."""
    generator = keras.Sequential(
        [keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="ones")]
    )
    discriminator = keras.Sequential(
        [
            keras.Input((1,)),
            keras.layers.Dense(8, "tanh"),
            keras.layers.Dense(1),
        ]
    )
    gan = GAN(generator, discriminator, 1, "minimax", seed=1)
    gan.compile(
        keras.optimizers.SGD(0.0),
        keras.optimizers.Adam(0.01),
        jit_compile=False,
    )
    rng = np.random.default_rng(0)
    data = rng.normal(size=(20_000, 1)).astype("float32")
    gan.fit(data, batch_size=500, epochs=3, verbose=0)
    logs = gan.evaluate(data, batch_size=2_000, verbose=0, return_dict=True)
    assert -logs["discriminator_loss"] == pytest.approx(-np.log(4), rel=0.02)
    assert logs["real_score"] == pytest.approx(0.5, rel=0.02)
    assert logs["fake_score"] == pytest.approx(0.5, rel=0.02)
    grid = np.linspace(-1.5, 1.5, 7, dtype="float32")[:, None]
    probabilities = ops.convert_to_numpy(ops.sigmoid(gan(grid)))
    np.testing.assert_allclose(probabilities, 0.5, atol=0.04)


@needs_tensorflow
def test_resumed_runs_go_on_on_jax():
    pytest.importorskip("jax")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    names = "bit_for_bit or way_to_run or keeps_how"
    result = subprocess.run(
        [*command, __file__, "-k", names],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert result.returncode == 0, result.stdout
    assert "7 passed" in result.stdout
