"""Noise that is saved, and differs on each replica."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.layers import GaussianCorruption
from keras_dl4.layers import GaussianSampling
from keras_dl4.layers import KSparse
from keras_dl4.layers import MaskingNoise
from keras_dl4.layers import SaltAndPepperNoise
from keras_dl4.layers.noise_source import NoiseSource
from tests.resumed_runs import NUM_EPOCHS
from tests.resumed_runs import WAYS
from tests.resumed_runs import largest_difference

NOISE_LAYERS = {
    "gaussian": lambda: GaussianCorruption(1.0, seed=3),
    "masking": lambda: MaskingNoise(0.5, seed=3),
    "salt_and_pepper": lambda: SaltAndPepperNoise(0.5, seed=3),
    "sampling": lambda: GaussianSampling(seed=3),
}


def inputs_of(layer, array):
    return [array, array] if isinstance(layer, GaussianSampling) else array


def drawn(layer, array):
    return ops.convert_to_numpy(layer(inputs_of(layer, array), training=True))


@pytest.fixture(params=NOISE_LAYERS)
def noise_layer(request):
    return NOISE_LAYERS[request.param]()


def test_draws_follow_the_seed_and_differ_in_time(noise_layer):
    array = np.full((4, 50), 0.25, "float32")
    again = type(noise_layer).from_config(noise_layer.get_config())
    first, second = drawn(noise_layer, array), drawn(noise_layer, array)
    assert np.mean(first != second) > 0.3
    np.testing.assert_array_equal(drawn(again, array), first)
    np.testing.assert_array_equal(drawn(again, array), second)


def test_examples_of_a_batch_draw_different_noise(noise_layer):
    rows = drawn(noise_layer, np.full((2, 50), 0.25, "float32"))
    assert np.any(rows[0] != rows[1])


def test_another_seed_draws_other_noise():
    shape = (40,)
    one, two = NoiseSource(1).normal(shape), NoiseSource(2).normal(shape)
    assert np.all(ops.convert_to_numpy(one) != ops.convert_to_numpy(two))


def test_noise_is_the_identity_at_inference(noise_layer, rng):
    array = rng.normal(size=(4, 5)).astype("float32")
    inputs = inputs_of(noise_layer, array)
    seed_state = noise_layer.noise_source.seed_generator.state
    before = ops.convert_to_numpy(seed_state)
    for outputs in (noise_layer(inputs), noise_layer(inputs, training=False)):
        np.testing.assert_array_equal(outputs, array)
    np.testing.assert_array_equal(seed_state, before)


def test_replicas_draw_different_noise(strategy, noise_layer):
    import tensorflow as tf

    array = np.full((4, 50), 0.25, "float32")
    alone = drawn(noise_layer, array)
    with strategy.scope():
        mirrored = type(noise_layer).from_config(noise_layer.get_config())

    @tf.function
    def draw():
        inputs = inputs_of(mirrored, tf.constant(array))
        return mirrored(inputs, training=True)

    draws = [
        [value.numpy() for value in strategy.experimental_local_results(out)]
        for out in (strategy.run(draw), strategy.run(draw))
    ]
    flat = [draw for step in draws for draw in step]
    for index, one in enumerate(flat):
        for other in flat[:index]:
            assert np.mean(one != other) > 0.3
    np.testing.assert_array_equal(draws[0][0], alone)
    # The state stays the same everywhere, or a checkpoint could not hold it.
    state = mirrored.noise_source.seed_generator.state.value
    states = strategy.experimental_local_results(state)
    assert [value.numpy().tolist() for value in states] == [[3, 2], [3, 2]]


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="compiles by tf.function"
)
def test_noise_compiled_by_xla_moves_on(noise_layer):
    import tensorflow as tf

    @tf.function(jit_compile=True)
    def compiled(array):
        return noise_layer(inputs_of(noise_layer, array), training=True)

    array = tf.fill((4, 50), 0.25)
    first, second = compiled(array).numpy(), compiled(array).numpy()
    assert np.mean(first != second) > 0.3
    assert np.mean(first != 0.25) > 0.3


def noisy_model(weight_seed):
    """All noise layers in one model; no noise layer is given a seed."""
    keras.utils.set_random_seed(weight_seed)
    inputs = keras.Input((6,))
    x = GaussianCorruption(0.2)(inputs)
    x = MaskingNoise(0.3)(x)
    x = SaltAndPepperNoise(0.2)(x)
    mean, log_variance = (keras.layers.Dense(4)(x) for _ in range(2))
    x = GaussianSampling()([mean, log_variance])
    x = KSparse(3)(x)
    model = keras.Model(inputs, keras.layers.Dense(6)(x))
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    return model


def train(model, start, stop, callbacks=()):
    x = np.random.default_rng(0).normal(size=(8, 6)).astype("float32")
    model.fit(
        x,
        x,
        batch_size=4,
        initial_epoch=start,
        epochs=stop,
        shuffle=False,
        callbacks=list(callbacks),
        verbose=0,
    )


@pytest.fixture(scope="module")
def uninterrupted():
    model = noisy_model(weight_seed=0)
    train(model, 0, NUM_EPOCHS)
    return model


@pytest.mark.parametrize("way", WAYS)
def test_run_goes_on_bit_for_bit(way, uninterrupted, tmp_path):
    resumed = WAYS[way](noisy_model, train, tmp_path)
    assert largest_difference(resumed, uninterrupted) == 0.0


def test_file_without_seed_state_is_refused():
    source = NoiseSource(1, name="mine")
    with pytest.raises(ValueError, match="seed state of 'mine'.*skip_mismatch"):
        source.load_own_variables({})


def test_config_round_trip_keeps_the_seed():
    source = NoiseSource(7, name="mine")
    again = NoiseSource.from_config(source.get_config())
    assert (again.seed, again.name) == (7, "mine")


def test_noise_is_float32_under_mixed_precision():
    source = NoiseSource(0, dtype="mixed_bfloat16")
    for draws in (source.normal((3,)), source.uniform((3,))):
        assert keras.backend.standardize_dtype(draws.dtype) == "float32"


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan"), "0.3", None, True])
@pytest.mark.parametrize("layer_class", [MaskingNoise, SaltAndPepperNoise])
def test_rate_that_is_no_probability_is_refused(layer_class, rate):
    with pytest.raises(ValueError, match="from 0 to 1. Received: rate="):
        layer_class(rate)
