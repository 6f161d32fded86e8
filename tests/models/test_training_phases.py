"""Players take turns, on any backend, alone and on replicas."""

import os
import pathlib
import subprocess
import sys
from unittest import mock

import keras
import numpy as np
import pytest

from keras_dl4.models.composite_optimizer import CompositeOptimizer
from tests.models.two_players import TwoPlayers
from tests.models.two_players import reference

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="it is about TensorFlow"
)
ROOT = pathlib.Path(__file__).parents[2]
X = np.float32([1.0, 2.0, 6.0, 4.0])
RATES = (0.1, 0.3)


def compiled(*args, optimizer=keras.optimizers.SGD, **options):
    model = TwoPlayers(*args)
    model.compile(*(optimizer(rate) for rate in RATES), **options)
    return model


def number(variable):
    return float(keras.ops.convert_to_numpy(variable))


def values(model):
    return [number(model.a), number(model.b)]


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize(
    ("num_steps", "simultaneous"), [(1, False), (3, False), (1, True)]
)
def test_step_is_that_of_the_game(num_steps, simultaneous, jit):
    if jit and keras.backend.backend() == "torch":
        pytest.skip("torch.compile is not XLA")
    model = compiled(num_steps, simultaneous, jit_compile=jit)
    model.fit(X, batch_size=4, epochs=2, verbose=0)
    expected = 0.5, -1.5
    for _ in range(2):
        expected = reference(X, *expected, RATES, num_steps, simultaneous)
    np.testing.assert_allclose(values(model), expected, rtol=1e-5)
    turns = 1 if simultaneous else num_steps + 1
    assert number(model.draws) == 2 * turns
    assert number(model.calls) == 2 * (num_steps + 1)
    assert number(model.optimizer.iterations) == 2
    counts = [number(each.iterations) for each in model.optimizer.optimizers]
    assert counts == [2 * num_steps, 2]


@pytest.mark.parametrize("num_parts", [2, 3, 4])
def test_parts_of_a_batch_add_up_to_it(num_parts):
    """Also where they are not equal."""
    model = compiled(2, False, num_parts, jit_compile=False)
    model.fit(X, batch_size=4, verbose=0)
    expected = reference(X, 0.5, -1.5, RATES, 2)
    np.testing.assert_allclose(values(model), expected, rtol=1e-5)
    assert number(model.calls) == 3 * num_parts


def test_logs_of_parts_come_back():
    model = compiled(1, False, 2, jit_compile=False)
    logs = model.fit(X, batch_size=4, verbose=0).history
    assert sorted(logs) == ["a", "b"]


def test_each_optimizer_needs_to_be_another():
    sgd = keras.optimizers.SGD()
    with pytest.raises(ValueError, match="one of them twice"):
        CompositeOptimizer([sgd, sgd])


def test_composite_is_built_for_a_list_for_each():
    composite = CompositeOptimizer([keras.optimizers.SGD() for _ in range(2)])
    with pytest.raises(ValueError, match="one list of variables for each"):
        composite.build([keras.Variable(1.0), keras.Variable(2.0)])


def test_config_round_trip_of_the_composite():
    optimizers = [keras.optimizers.SGD(0.1), keras.optimizers.Adam(0.2)]
    composite = CompositeOptimizer(optimizers)
    again = keras.optimizers.deserialize(keras.optimizers.serialize(composite))
    assert isinstance(again, CompositeOptimizer)
    assert again.get_config() == composite.get_config()


def test_weights_file_holds_the_state_of_both_once(tmp_path):
    model = compiled(optimizer=keras.optimizers.Adam, jit_compile=False)
    model.fit(X, batch_size=4, epochs=3, verbose=0)
    model.save_weights(tmp_path / "model.weights.h5")
    again = compiled(optimizer=keras.optimizers.Adam, jit_compile=False)
    again.load_weights(tmp_path / "model.weights.h5")
    assert number(again.optimizer.iterations) == 3
    pairs = zip(
        model.optimizer.variables, again.optimizer.variables, strict=True
    )
    for saved, loaded in pairs:
        np.testing.assert_array_equal(
            keras.ops.convert_to_numpy(saved),
            keras.ops.convert_to_numpy(loaded),
        )


def test_moving_averages_replace_weights_of_each_player_at_the_end():
    model = TwoPlayers()
    model.compile(
        keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5),
        keras.optimizers.SGD(0.3),
        jit_compile=False,
    )
    model.fit(X, batch_size=4, epochs=2, verbose=0)
    first = reference(X, 0.5, -1.5, RATES)
    second = reference(X, *first, RATES)
    expected = 0.5 * (first[0] + second[0]), second[1]
    np.testing.assert_allclose(values(model), expected, rtol=1e-5)


def test_scheduler_sets_both_learning_rates():
    model = compiled(jit_compile=False)
    halve = keras.callbacks.LearningRateScheduler(lambda _, rate: 0.5 * rate)
    model.fit(X, batch_size=4, verbose=0, callbacks=[halve])
    rates = [number(e.learning_rate) for e in model.optimizer.optimizers]
    np.testing.assert_allclose(rates, [0.05, 0.15])


def test_learning_rate_is_set_for_all_and_read_of_each():
    """A callback that sets that of `model.optimizer` must not be in vain."""
    model = compiled(jit_compile=False)
    model.optimizer.learning_rate = 0.25
    rates = [number(e.learning_rate) for e in model.optimizer.optimizers]
    assert rates == [0.25, 0.25]
    with pytest.raises(AttributeError, match="each of `optimizers`"):
        float(model.optimizer.learning_rate)


@needs_tensorflow
@pytest.mark.parametrize("num_parts", [1, 2])
@pytest.mark.parametrize("simultaneous", [False, True])
def test_two_replicas_do_as_one_device(simultaneous, num_parts, strategy):
    with strategy.scope():
        model = compiled(1, simultaneous, num_parts)
    model.fit(X, batch_size=4, epochs=2, verbose=0)
    expected = 0.5, -1.5
    for _ in range(2):
        expected = reference(X, *expected, RATES, 1, simultaneous)
    np.testing.assert_allclose(values(model), expected, rtol=1e-5)
    assert number(model.optimizer.iterations) == 2


@needs_tensorflow
def test_loss_that_is_not_divided_by_replicas_would_be_noticed(strategy):
    with strategy.scope():
        model = compiled(1, True)
    loss_of = model.loss_of

    def wrong(player):
        def loss(inputs):
            value, shown = loss_of(player)(inputs)
            return value * strategy.num_replicas_in_sync, shown

        return loss

    model.loss_of = wrong
    model.fit(X, batch_size=4, verbose=0)
    expected = np.array(reference(X, 0.5, -1.5, RATES, simultaneous=True))
    start = np.array([0.5, -1.5])
    np.testing.assert_allclose(
        values(model) - start, 2 * (expected - start), 1e-5
    )


def scaled(rate):
    return keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(rate))


@needs_tensorflow
@pytest.mark.parametrize("place", [0, 3])
def test_replicas_skip_a_step_together(place, strategy):
    """An infinite gradient on either of them."""
    with strategy.scope():
        model = compiled(optimizer=scaled)
    x = X.copy()
    x[place] = np.inf
    model.fit(x, batch_size=4, verbose=0)
    assert values(model) == [0.5, -1.5]
    for optimizer in model.optimizer.optimizers:
        assert number(optimizer.dynamic_scale) == 2.0**14
        assert number(optimizer.iterations) == 0
    model.fit(X, batch_size=4, verbose=0)
    np.testing.assert_allclose(
        values(model), reference(X, 0.5, -1.5, RATES), rtol=1e-5
    )


@needs_tensorflow
def test_keras_still_asks_the_first_replica_alone(strategy):
    """Else `_finite_everywhere_or_nowhere` is no longer needed."""
    with strategy.scope():
        model = compiled(optimizer=scaled)
    with mock.patch(
        "keras_dl4.backend.tensorflow._finite_everywhere_or_nowhere",
        lambda gradients, context: gradients,
    ):
        model.fit(np.float32([1.0, 2.0, 6.0, np.inf]), batch_size=4, verbose=0)
    assert not np.all(np.isfinite(values(model)))


@needs_tensorflow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_all_works_on_the_other_backends(backend):
    pytest.importorskip(backend)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    result = subprocess.run(
        [*command, __file__, "-k", "step_is_that or parts_of_a_batch"],
        env={**os.environ, "KERAS_BACKEND": backend},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert result.returncode == 0, result.stdout
    assert "passed" in result.stdout
