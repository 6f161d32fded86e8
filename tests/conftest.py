"""Two virtual CPUs, quiet logs, and the fixtures that all tests share."""

import collections
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("MPLBACKEND", "Agg")
# Both are read once, when TensorFlow is loaded.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

    # Devices can be split only before TensorFlow first touches them. Every
    # test runs with two, so that replicas are never a special set-up.
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0],
        [tf.config.LogicalDeviceConfiguration()] * 2,
    )


@pytest.fixture
def rng():
    """A seeded NumPy generator, new for each test."""
    return np.random.default_rng(0)


@pytest.fixture(autouse=True)
def seeds():
    """Makes what a test draws independent of the tests before it."""
    keras.utils.set_random_seed(0)


@pytest.fixture
def gradient_of():
    """`gradient_of(function, at=x)`: gradient of a scalar, as an array."""
    return {
        "tensorflow": tensorflow_gradient,
        "jax": jax_gradient,
        "torch": torch_gradient,
    }[keras.backend.backend()]


def tensorflow_gradient(function, at):
    at = tf.convert_to_tensor(at)
    with tf.GradientTape() as tape:
        tape.watch(at)
        value = function(at)
    # That of a lookup is sparse.
    return tf.convert_to_tensor(tape.gradient(value, at)).numpy()


def jax_gradient(function, at):
    import jax

    return np.asarray(jax.grad(function)(jax.numpy.asarray(at)))


def torch_gradient(function, at):
    import torch

    at = torch.tensor(at, requires_grad=True)
    return torch.autograd.grad(function(at), at)[0].numpy()


@pytest.fixture(scope="session")
def strategy():
    """The one MirroredStrategy of the process, over two virtual CPUs.

    A second one in the same process dies with "Shape mismatch in the
    collective instance" (https://github.com/tensorflow/tensorflow/issues/62790).
    """
    if keras.backend.backend() != "tensorflow":
        pytest.skip("tf.distribute needs the TensorFlow backend")
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


def part_of(nodeid):
    """The folder or file directly under `tests/` that a test lies in."""
    return "/".join(pathlib.PurePosixPath(nodeid.split("::")[0]).parts[:2])


def pytest_terminal_summary(terminalreporter):
    """Prints what each part of the tests took, longest first."""
    seconds = collections.Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if hasattr(report, "duration"):
                seconds[part_of(report.nodeid)] += report.duration
    terminalreporter.section("seconds per part")
    for part, duration in seconds.most_common():
        terminalreporter.line(f"{duration:8.1f} s  {part}")
    terminalreporter.line(f"{seconds.total():8.1f} s  all of them")
