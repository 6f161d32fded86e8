"""Codes drawn from q(z | x), and their log-densities."""

import numbers
import typing

import keras
from keras import ops

from keras_dl4.ops import gaussian_log_density


class LatentDraws(typing.NamedTuple):
    """Several codes for each example of a batch.

    The first two hold all examples with their first code, then all with their
    second, and so on.
    """

    decoded: object
    code: object
    mean: object
    log_variance: object
    x: object


def moments_of(encoded):
    """Mean and logarithm of the variance, of what an encoder returned.

    Args:
        encoded: Pair of tensors of the same shape.

    Returns:
        List of both, in float32.

    Raises:
        ValueError: If it is no such pair.
    """
    is_pair = isinstance(encoded, list | tuple) and len(encoded) == 2
    if not is_pair or tuple(encoded[0].shape) != tuple(encoded[1].shape):
        shapes = [tuple(x.shape) for x in keras.tree.flatten(encoded)]
        raise ValueError(
            "The encoder must return two tensors of the same shape, [mean, "
            f"log_variance]. Received: {type(encoded).__name__} of shapes "
            f"{shapes}. End it in two layers of the same width: "
            "`keras.Model(x, [mean, log_variance])`."
        )
    return [ops.cast(moment, "float32") for moment in encoded]


def draw(autoencoder, x, num_draws, sampling, training):
    """Encodes data, draws codes, and decodes them.

    Args:
        autoencoder: Model with an `encoder` and a `decoder`.
        x: Tensor `(batch, ...)`.
        num_draws: Int, codes for each example.
        sampling: `keras_dl4.layers.GaussianSampling`, which draws them.
        training: Boolean, of encoder and decoder.

    Returns:
        `LatentDraws`.
    """
    moments = moments_of(autoencoder.encoder(x, training=training))
    repeated = [repeat(moment, num_draws) for moment in moments]
    code = sampling(repeated, training=True)
    decoded = autoencoder.decoder(code, training=training)
    return LatentDraws(decoded, code, *moments, x)


def log_likelihoods(likelihood, x, draws, num_draws):
    """The logarithms of p(x | z).

    Args:
        likelihood: Layer of data and what is decoded.
        x: Tensor `(batch, ...)`.
        draws: `LatentDraws`.
        num_draws: Int, how many there are of each example.

    Returns:
        Float32 tensor `(num_draws, batch)`.
    """
    values = likelihood(repeat(x, num_draws), draws.decoded)
    return ops.reshape(values, (num_draws, -1))


def log_ratios(draws, num_draws):
    """The logarithms of q(z | x) / p(z), where p is standard normal.

    Args:
        draws: `LatentDraws`.
        num_draws: Int, how many there are of each example.

    Returns:
        Float32 tensor `(num_draws, batch)`, whose mean is the KL divergence.
    """
    moments = draws.mean, draws.log_variance
    posterior = gaussian_log_density(
        draws.code, *(repeat(moment, num_draws) for moment in moments)
    )
    ratios = sum_latents(posterior - gaussian_log_density(draws.code))
    return ops.reshape(ratios, (num_draws, -1))


def repeat(x, number):
    """The whole batch several times, one after the other."""
    return ops.concatenate([x] * number, axis=0) if number > 1 else x


def sum_latents(values):
    """Sum over all axes but the batch."""
    return ops.sum(values, axis=tuple(range(1, len(values.shape))))


def check_count(name, value):
    """Refuses what is not a positive int.

    Args:
        name: String, of the argument.
        value: What was given for it.

    Raises:
        ValueError: If it is not.
    """
    is_int = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not is_int or value < 1:
        raise ValueError(
            f"`{name}` must be a positive int. Received: {name}={value!r}. "
            "Pass how many there are to be."
        )
