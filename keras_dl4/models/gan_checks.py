"""Networks and data of an adversarial game, checked before it is played."""

import numbers

import keras
import numpy as np

from keras_dl4.models import host_checks
from keras_dl4.ops.adversarial_losses import ADVERSARIAL_LOSSES
from keras_dl4.ops.shapes import shapes_agree

LATENTS = ("normal", "uniform")
_RANGES = {
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
}
# By their classes, whether layers or operations.
_PASSES_ON = (
    "Reshape Flatten Cropping2D Permute Squeeze ExpandDims Transpose GetItem "
    "Cast"
).split()
_ACTIVATIONS = {
    "HardSigmoid": "hard_sigmoid",
    "ReLU": "relu",
    "Relu": "relu",
    "Sigmoid": "sigmoid",
    "Softmax": "softmax",
    "Softplus": "softplus",
    "Tanh": "tanh",
}
_BOUNDED = ("sigmoid", "hard_sigmoid", "softmax", "tanh", "relu", "softplus")


def check_arguments(arguments):
    """Refuses arguments of a GAN that are out of range or do not go together.

    Args:
        arguments: Dict of them by name.

    Raises:
        ValueError: If there is one.
    """
    for name in ("latent_dim", "num_discriminator_steps", "num_classes"):
        value = arguments[name]
        if value is not None or name != "num_classes":
            check_count(name, value)
    name = arguments["generator_loss"]
    if name not in ADVERSARIAL_LOSSES:
        raise ValueError(
            f"`generator_loss` must be one of {sorted(ADVERSARIAL_LOSSES)}. "
            f"Received: generator_loss={name!r}"
        )
    latent = arguments["latent"]
    if latent not in LATENTS and not callable(latent):
        raise ValueError(
            f"`latent` must be one of {LATENTS}, or a function of a shape and "
            "`seed`, as `keras.random.normal` is. Received: "
            f"latent={latent!r}"
        )
    penalties = arguments["penalties"]
    is_list = isinstance(penalties, list | tuple)
    if not is_list or not all(callable(penalty) for penalty in penalties):
        raise ValueError(
            "`penalties` must be a list of functions such as "
            f"`[keras_dl4.regularizers.R1(10.0)]`. Received: {penalties}"
        )
    if arguments["simultaneous"] and arguments["num_discriminator_steps"] > 1:
        raise ValueError(
            "Players that move at once have one step each. Received: "
            "simultaneous=True with num_discriminator_steps="
            f"{arguments['num_discriminator_steps']}. Leave one of them out."
        )
    _check_smoothing(arguments["label_smoothing"], name)
    momentum = arguments["ema_momentum"]
    if momentum is not None and not _is_part(momentum):
        raise ValueError(
            "`ema_momentum` must be at least 0 and less than 1, for example "
            f"0.999, or None. Received: ema_momentum={momentum!r}"
        )


def _check_smoothing(smoothing, loss):
    if not _is_part(smoothing):
        raise ValueError(
            "`label_smoothing` must be at least 0 and less than 1, for "
            f"example 0.1. Received: label_smoothing={smoothing!r}"
        )
    if smoothing and not ADVERSARIAL_LOSSES[loss].is_smoothable:
        raise ValueError(
            "`label_smoothing` lowers a target, which this loss has not. "
            f"Received: label_smoothing={smoothing!r} with "
            f"generator_loss={loss!r}. Leave it at 0."
        )


def _is_part(value):
    return isinstance(value, numbers.Real) and 0.0 <= value < 1.0


def check_count(name, value):
    """Refuses what is not a positive int."""
    is_int = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not is_int or value < 1:
        raise ValueError(
            f"`{name}` must be a positive int. Received: {name}={value!r}."
        )


def build_networks(generator, discriminator, latent_dim, is_conditional):
    """Builds both networks, and checks that they meet.

    Args:
        generator: Layer or model from latent vectors, and perhaps labels.
        discriminator: Layer or model of what the generator makes, and perhaps
            labels.
        latent_dim: Int, size of the latent vectors.
        is_conditional: Boolean, whether both get labels.

    Returns:
        What the generator is called with, and what it makes, as
        `keras.KerasTensor`.

    Raises:
        ValueError: If one is no Keras layer, does not take its inputs, or
            returns what it must not.
    """
    for name, network in (
        ("generator", generator),
        ("discriminator", discriminator),
    ):
        if not isinstance(network, keras.layers.Layer):
            raise ValueError(
                f"`{name}` must be a Keras layer or model. Received: "
                f"{name}={network!r}"
            )
    label = [keras.KerasTensor((None,), "int32")] if is_conditional else []
    latent = keras.KerasTensor((None, latent_dim), "float32")
    made = _output_of("generator", generator, [latent, *label])
    if not isinstance(made, keras.KerasTensor):
        raise ValueError(
            "The generator must return one tensor. Received: "
            f"{generator.name!r}, which returns {made}."
        )
    logit = _output_of("discriminator", discriminator, [made, *label])
    shape = tuple(getattr(logit, "shape", ()))
    if shape not in ((None,), (None, 1)):
        raise ValueError(
            "The discriminator must return one logit for each example, shape "
            f"(None, 1). Received: {discriminator.name!r}, which returns "
            f"{logit}. End it in `keras.layers.Dense(1)`."
        )
    activation = _last_activation(discriminator)
    if activation in _BOUNDED:
        raise ValueError(
            "The discriminator must return a logit, from which the loss takes "
            "the probability itself. Received: "
            f"{discriminator.name!r}, whose last activation is "
            f"{activation!r}. End it in `keras.layers.Dense(1)` without one."
        )
    return inputs_of(latent, label), made


def inputs_of(tensor, labels):
    """What a network is called with: one tensor, or it and its labels."""
    return [tensor, *labels] if labels else tensor


def _output_of(name, network, inputs):
    tensor, *labels = inputs
    try:
        return network(inputs_of(tensor, labels))
    except ValueError as error:
        what = f"{tuple(tensor.shape)}" + (" and labels (None,)" * len(labels))
        raise ValueError(
            f"Generator and discriminator must fit. Received: a {name} "
            f"{network.name!r} that does not take {what}. Give it a "
            f"`keras.Input` of this shape. It says:\n{error}"
        ) from error


def _last_activation(network):
    """Name of the last activation, `None` if there is none or it is unknown."""
    last = network
    while isinstance(last, keras.Model) and last.layers:
        # Functional models have operations between their layers.
        inside = list(getattr(last, "operations", last.layers))
        while len(inside) > 1 and type(inside[-1]).__name__ in _PASSES_ON:
            inside.pop()
        last = inside[-1]
    name = getattr(getattr(last, "activation", None), "__name__", None)
    return name or _ACTIVATIONS.get(type(last).__name__)


def check_data(x, made, generator):
    """Refuses data that the generator could never make.

    Args:
        x: Array of data.
        made: `keras.KerasTensor`, what the generator makes.
        generator: The generator, whose last activation tells its range.

    Raises:
        ValueError: If shape, or values, are others, or not finite.
    """
    shape = (None, *x.shape[1:])
    if not shapes_agree(shape, tuple(made.shape)):
        raise ValueError(
            "The generator must make what the data is. Received: data of shape "
            f"{shape}, and a generator {generator.name!r} of outputs "
            f"{tuple(made.shape)}. Change its last layer, or reshape the data."
        )
    host_checks.check_values(x)
    low, high = _RANGES.get(_last_activation(generator), (-np.inf, np.inf))
    values = np.asarray(x)
    found = float(values.min()), float(values.max())
    if not low <= found[0] <= found[1] <= high:
        raise ValueError(
            f"The data must lie in [{low}, {high}], the range of the last "
            f"activation of the generator, {_last_activation(generator)!r}. "
            f"Received: values from {found[0]} to {found[1]}. Scale pixels "
            "from 0 to 255 by `x / 255.0`, or `x / 127.5 - 1.0` for tanh."
        )


def check_batches(num_examples, batch_size, num_replicas, num_micro_batches):
    """Refuses batches that cannot be divided.

    Args:
        num_examples: Int, or `None` where there is one batch of many.
        batch_size: Int, of the global batch.
        num_replicas: Int.
        num_micro_batches: Int.

    Raises:
        ValueError: If replicas would get unequal shares, or a part would be
            empty.
    """
    sizes = {batch_size}
    if num_examples is not None:
        sizes = {min(batch_size, num_examples), num_examples % batch_size}
    for size in sorted(sizes - {0}):
        if size % num_replicas:
            raise ValueError(
                f"Each of {num_replicas} replicas needs the same share of a "
                f"batch, or examples count unequally. Received: a batch of "
                f"{size}. Choose a `batch_size` that is a multiple of "
                f"{num_replicas}, and leave out the last examples "
                "(`drop_remainder=True` of `tf.data.Dataset.batch`)."
            )
        if size // num_replicas < num_micro_batches:
            raise ValueError(
                "Each micro-batch needs an example. Received: a batch of "
                f"{size} on {num_replicas} replicas, for num_micro_batches="
                f"{num_micro_batches}. Leave out the last examples, or raise "
                "`batch_size`."
            )
