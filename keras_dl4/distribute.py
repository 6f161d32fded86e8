"""One helper that sets up replicas and XLA for a training script."""

import contextlib
import dataclasses
from typing import Any

import keras

__all__ = ["add_arguments", "configure"]

STRATEGIES = ("none", "mirrored", "tpu")
JIT_CHOICES = {"auto": "auto", "on": True, "off": False}
# A second strategy of the same kind in one process breaks the collectives of
# the first: https://github.com/tensorflow/tensorflow/issues/62790
_strategy_of_this_process: dict[str, Any] = {}


@dataclasses.dataclass(frozen=True)
class Placement:
    """Where a model trains, as `configure` has decided.

    Args:
        strategy: `tf.distribute.Strategy`, or `None` on one device.
        jit_compile: Boolean, what to give to `model.compile(jit_compile=...)`.
        num_replicas: Positive int, how many replicas share a global batch.
    """

    strategy: Any
    jit_compile: bool
    num_replicas: int

    def scope(self):
        """Returns the context in which to build and compile the model."""
        if self.strategy is None:
            return contextlib.nullcontext()
        return self.strategy.scope()


def configure(strategy="none", jit="auto", convolutions=False):
    """Sets up the devices and the compilation of a training script.

    Call it once at the start, before any tensor is made; build and compile
    the model inside `scope()` with the `jit_compile` it returns, so that
    every script treats `--strategy` and `--jit` alike. Batches given to
    `fit` are global: each replica gets its share.

    With the strategy `"tpu"` it is untested: the code follows TensorFlow's
    guide, but has never run on a TPU. On the JAX backend use
    `keras.distribution` instead of any strategy.

    Args:
        strategy: `"none"`, one device; `"mirrored"`, one replica on each
            logical GPU, or on each logical CPU where there is no GPU (all
            calls in one process share one `tf.distribute.MirroredStrategy`);
            `"tpu"`, all cores of a TPU. Defaults to `"none"`.
        jit: Whether to compile with XLA: `True` or `"on"`, `False` or
            `"off"`, or `"auto"`, which compiles on one device of any kind
            (Keras' own `"auto"` does not on a CPU, where long recurrences
            gain) and does not with several replicas, on a TPU (which
            compiles anyway) and on the torch backend. Defaults to `"auto"`.
        convolutions: Boolean, whether the model is mostly of convolutions,
            which XLA under TensorFlow makes up to five times slower on a
            CPU, and seldom faster: `"auto"` then compiles on a GPU only, or
            on JAX, which is slow if it does not.
            Defaults to `False`.

    Returns:
        An object with `strategy` (`tf.distribute.Strategy` or `None`),
        `jit_compile` (boolean), `num_replicas` (int) and `scope()` (a
        context manager).

    Raises:
        ValueError: If an argument is none of the above, a strategy is asked
            for on another backend than TensorFlow, XLA on several CPU
            replicas, or there is no TPU.

    Example:

    >>> from keras_dl4 import distribute
    >>> placement = distribute.configure("none", jit="off")
    >>> with placement.scope():
    ...     model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    ...     model.compile(loss="mse", jit_compile=placement.jit_compile)
    >>> placement.num_replicas
    1

    References:
        - [Distributed training with TensorFlow](
          https://www.tensorflow.org/guide/distributed_training)
    """
    if strategy not in STRATEGIES:
        raise ValueError(
            f"`strategy` must be one of {STRATEGIES}. Received: {strategy!r}"
        )
    jit = JIT_CHOICES.get(jit, jit) if isinstance(jit, str) else jit
    if jit not in (True, False, "auto"):
        raise ValueError(
            "`jit` must be 'auto', 'on', 'off', True or False. "
            f"Received: {jit!r}"
        )
    backend = keras.config.backend()
    if strategy == "none":
        if jit == "auto":
            slowed = convolutions and backend == "tensorflow" and not _has_gpu()
            jit = backend != "torch" and not slowed
        return Placement(None, bool(jit), 1)
    if backend != "tensorflow":
        raise ValueError(
            f"`strategy={strategy!r}` needs the TensorFlow backend. Received: "
            f"backend {backend!r}. Use `strategy='none'` and set up "
            "`keras.distribution` (for example `keras.distribution."
            "set_distribution(keras.distribution.DataParallel())`)."
        )
    if strategy not in _strategy_of_this_process:
        create = {"mirrored": _mirrored_strategy, "tpu": _tpu_strategy}
        _strategy_of_this_process[strategy] = create[strategy]()
    created = _strategy_of_this_process[strategy]
    num_replicas = created.num_replicas_in_sync
    jit_compile = jit
    if jit == "auto":
        jit_compile = num_replicas == 1 and strategy != "tpu"
    if jit_compile and num_replicas > 1 and not _has_gpu():
        raise ValueError(
            "XLA has no collectives between CPUs, so several CPU replicas "
            f"cannot be compiled. Received: strategy={strategy!r} with "
            f"{num_replicas} CPU replicas and jit={jit!r}. Use `jit='off'`, "
            "or `strategy='none'`."
        )
    return Placement(created, bool(jit_compile), num_replicas)


def add_arguments(parser):
    """Adds the flags `--strategy` and `--jit` to a script.

    Their values are what `configure` takes.

    Args:
        parser: `argparse.ArgumentParser`, changed in place.

    Example:

    >>> import argparse
    >>> from keras_dl4 import distribute
    >>> parser = argparse.ArgumentParser()
    >>> distribute.add_arguments(parser)
    >>> args = parser.parse_args(["--jit", "off"])
    >>> distribute.configure(args.strategy, args.jit).jit_compile
    False
    """
    parser.add_argument(
        "--strategy",
        choices=STRATEGIES,
        default="none",
        help="replicas: one device, all GPUs (or logical CPUs), or a TPU "
        "(untested) (default: %(default)s)",
    )
    parser.add_argument(
        "--jit",
        choices=tuple(JIT_CHOICES),
        default="auto",
        help="XLA compilation; auto compiles on one device "
        "(default: %(default)s)",
    )


def _has_gpu():
    import tensorflow as tf

    return bool(tf.config.list_logical_devices("GPU"))


def _mirrored_strategy():
    import tensorflow as tf

    kind = "GPU" if _has_gpu() else "CPU"
    devices = [device.name for device in tf.config.list_logical_devices(kind)]
    return tf.distribute.MirroredStrategy(devices)


def _tpu_strategy():
    import tensorflow as tf

    try:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver()
        tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
    except (ValueError, tf.errors.OpError) as error:
        raise ValueError(
            f"No TPU was found: {error}. Received: strategy='tpu'. Run on a "
            "TPU host, or use `strategy='mirrored'` or `strategy='none'`."
        ) from error
    return tf.distribute.TPUStrategy(resolver)
