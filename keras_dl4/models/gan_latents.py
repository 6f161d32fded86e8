"""The random vectors that samples are made from."""

import math
import numbers

import keras

_BOUND = math.sqrt(3.0)  # of the uniform distribution with variance 1


def draw_from(noise_source, latent, shape):
    """Latent vectors for training.

    Args:
        noise_source: `keras_dl4.layers.NoiseSource`.
        latent: `"normal"`, `"uniform"`, or a function of a shape and `seed`.
        shape: Tuple `(batch, latent_dim)`.

    Returns:
        Float32 tensor of that shape.
    """
    if latent == "normal":
        return noise_source.normal(shape)
    if latent == "uniform":
        return _BOUND * (2.0 * noise_source.uniform(shape) - 1.0)
    return latent(shape, seed=noise_source.seed_generator)


def draw_with(seed, latent, shape):
    """Latent vectors that depend on an int, or on the global seed for `None`.

    Args:
        seed: Int, or `None`.
        latent: `"normal"`, `"uniform"`, or a function of a shape and `seed`.
        shape: Tuple `(batch, latent_dim)`.

    Returns:
        Float32 tensor of that shape.
    """
    if isinstance(seed, numbers.Integral):
        seed = int(seed)  # Keras takes no integers of NumPy.
    if latent == "normal":
        return keras.random.normal(shape, dtype="float32", seed=seed)
    if latent == "uniform":
        return keras.random.uniform(
            shape, -_BOUND, _BOUND, dtype="float32", seed=seed
        )
    return latent(shape, seed=seed)
