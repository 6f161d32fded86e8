import argparse
import subprocess
import sys

import keras
import pytest

from keras_dl4 import distribute


@pytest.fixture
def two_replicas(strategy, monkeypatch):
    """Lets `configure` find the one strategy of the test process."""
    monkeypatch.setattr(
        distribute, "_strategy_of_this_process", {"mirrored": strategy}
    )
    return strategy


@pytest.mark.parametrize(
    ("jit", "expected"),
    [
        ("auto", True),
        ("on", True),
        ("off", False),
        (True, True),
        (False, False),
    ],
)
def test_one_device_compiles_unless_told_not_to(jit, expected):
    placement = distribute.configure("none", jit)
    assert placement.jit_compile is expected
    assert placement.strategy is None
    assert placement.num_replicas == 1


@pytest.mark.parametrize(
    ("jit", "has_gpu", "backend", "expected"),
    [
        ("auto", False, "tensorflow", False),
        ("auto", True, "tensorflow", True),
        ("auto", False, "jax", True),
        ("auto", False, "torch", False),
        ("on", False, "tensorflow", True),
        ("off", True, "tensorflow", False),
    ],
)
def test_convolutions_compile_where_it_pays(
    monkeypatch, jit, has_gpu, backend, expected
):
    monkeypatch.setattr(distribute, "_has_gpu", lambda: has_gpu)
    monkeypatch.setattr(keras.config, "backend", lambda: backend)
    placement = distribute.configure("none", jit, convolutions=True)
    assert placement.jit_compile is expected


def test_scope_of_one_device_changes_nothing():
    with distribute.configure("none").scope():
        layer = keras.layers.Dense(2)
        layer.build((None, 3))
    assert layer.kernel.shape == (3, 2)


@pytest.mark.parametrize("jit", ["auto", "off", False])
def test_several_replicas_do_not_compile(two_replicas, jit):
    placement = distribute.configure("mirrored", jit)
    assert placement.jit_compile is False
    assert placement.strategy is two_replicas
    assert placement.num_replicas == 2


@pytest.mark.parametrize("jit", ["on", True])
def test_xla_on_several_cpu_replicas_is_refused(two_replicas, jit):
    with pytest.raises(ValueError, match="2 CPU replicas.*`jit='off'`"):
        distribute.configure("mirrored", jit)


def test_scope_mirrors_variables(two_replicas):
    with distribute.configure("mirrored").scope():
        layer = keras.layers.Dense(2)
        layer.build((None, 3))
    assert len(two_replicas.experimental_local_results(layer.kernel.value)) == 2


MIRRORED = """
import keras
import numpy as np
import tensorflow as tf

tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0],
    [tf.config.LogicalDeviceConfiguration()] * {num_devices},
)
from keras_dl4 import distribute

placement = distribute.configure("mirrored")
assert distribute.configure("mirrored").strategy is placement.strategy
assert placement.num_replicas == {num_devices}, placement
assert placement.jit_compile is ({num_devices} == 1), placement
with placement.scope():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile("sgd", "mse", jit_compile=placement.jit_compile)
x = np.ones((8, 3), "float32")
losses = model.fit(x, x[:, :2], epochs=3, verbose=0).history["loss"]
assert losses[-1] < losses[0], losses
"""


@pytest.mark.parametrize("num_devices", [1, 2])
def test_mirrored_strategy_is_made_once_and_trains(num_devices):
    child = subprocess.run(
        [sys.executable, "-c", MIRRORED.format(num_devices=num_devices)],
        capture_output=True,
        text=True,
    )
    assert child.returncode == 0, child.stderr


def test_missing_tpu_is_refused(monkeypatch):
    def find_no_tpu():
        raise ValueError("Please provide a TPU Name to connect to.")

    tf = pytest.importorskip("tensorflow")
    # The real one may ask the network for a while.
    monkeypatch.setattr(
        tf.distribute.cluster_resolver, "TPUClusterResolver", find_no_tpu
    )
    with pytest.raises(ValueError, match="No TPU was found"):
        distribute.configure("tpu")


@pytest.mark.parametrize("strategy", ["mirrored", "tpu"])
def test_strategy_on_another_backend_is_refused(monkeypatch, strategy):
    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    with pytest.raises(ValueError, match="keras.distribution"):
        distribute.configure(strategy)


@pytest.mark.parametrize(("backend", "jit"), [("jax", True), ("torch", False)])
def test_one_device_works_on_every_backend(monkeypatch, backend, jit):
    monkeypatch.setattr(keras.config, "backend", lambda: backend)
    assert distribute.configure("none").jit_compile is jit


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"strategy": "horovod"}, "`strategy` must be one of.*'horovod'"),
        ({"strategy": None}, "`strategy` must be one of.*None"),
        ({"jit": "yes"}, "`jit` must be.*'yes'"),
        ({"jit": None}, "`jit` must be.*None"),
    ],
)
def test_unknown_choice_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        distribute.configure(**arguments)


def test_flags_default_to_one_device_and_auto():
    parser = argparse.ArgumentParser()
    distribute.add_arguments(parser)
    args = parser.parse_args([])
    assert (args.strategy, args.jit) == ("none", "auto")
    args = parser.parse_args(["--strategy", "tpu", "--jit", "on"])
    assert (args.strategy, args.jit) == ("tpu", "on")


def test_unknown_flag_value_is_refused(capsys):
    parser = argparse.ArgumentParser()
    distribute.add_arguments(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["--jit", "sometimes"])
    assert "auto" in capsys.readouterr().err
