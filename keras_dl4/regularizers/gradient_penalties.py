"""Penalties on how steep the discriminator of an adversarial game is."""

import numbers

import keras
from keras import ops

from keras_dl4.ops.input_gradients import squared_gradient_norms


@keras.saving.register_keras_serializable(package="keras_dl4")
class R1:
    r"""Keeps a discriminator flat at the data: $\gamma/2\ E\|\nabla D(x)\|^2$.

    Give it to `keras_dl4.models.GAN` in `penalties`; it is added to the loss
    of the discriminator. Where generator and data agree, nothing but a flat
    discriminator is at rest; without a penalty the game may circle around that
    point. Huang et al. 2024 use it together with `R2`.

    Do not use it with batch normalization in the discriminator, where the
    output for an example depends on the others.

    Args:
        weight: Float of at least 0, the factor $\gamma$. It grows with the
            number of pixels: 1 to 10 for small images.

    Call arguments:
        discriminator: Function from a tensor `(batch, ...)` to one logit for
            each example.
        real: Float tensor `(batch, ...)` of data.
        fake: Float tensor of the same shape, made by the generator.
        seed: Not used. Defaults to `None`.

    Returns:
        Float32 scalar.

    Raises:
        ValueError: If `weight` is no number of at least 0, or the output of
            the discriminator has no gradient.

    Example:

    >>> from keras_dl4.regularizers import R1
    >>> x = np.ones((2, 3), "float32")
    >>> float(R1(10.0)(lambda x: x[:, 0] + x[:, 1], x, x))
    10.0

    References:
        - [Which Training Methods for GANs do actually Converge?](
          https://arxiv.org/abs/1801.04406), equation 9
        - [The GAN is dead; long live the GAN!](
          https://arxiv.org/abs/2501.05441), section 2.2
    """

    def __init__(self, weight):
        check_weight(weight)
        self.weight = weight

    def __call__(self, discriminator, real, fake, seed=None):
        norms = squared_gradient_norms(discriminator, real)
        return 0.5 * self.weight * ops.mean(norms)

    def get_config(self):
        return {"weight": self.weight}

    @classmethod
    def from_config(cls, config):
        """Makes the penalty that has this config."""
        return cls(**config)


@keras.saving.register_keras_serializable(package="keras_dl4")
class R2:
    r"""Keeps a discriminator flat at what the generator makes.

    As `R1`, with the samples in place of the data:
    $\gamma/2\ E\|\nabla D(G(z))\|^2$.

    Args:
        weight: Float of at least 0, the factor $\gamma$.

    Call arguments:
        discriminator: Function from a tensor `(batch, ...)` to one logit for
            each example.
        real: Float tensor `(batch, ...)` of data.
        fake: Float tensor of the same shape, made by the generator.
        seed: Not used. Defaults to `None`.

    Returns:
        Float32 scalar.

    Raises:
        ValueError: If `weight` is no number of at least 0, or the output of
            the discriminator has no gradient.

    Example:

    >>> from keras_dl4.regularizers import R2
    >>> x = np.ones((2, 3), "float32")
    >>> float(R2(10.0)(lambda x: x[:, 0] ** 2, 5.0 * x, x))
    20.0

    References:
        - [Which Training Methods for GANs do actually Converge?](
          https://arxiv.org/abs/1801.04406), equation 10
    """

    def __init__(self, weight):
        check_weight(weight)
        self.weight = weight

    def __call__(self, discriminator, real, fake, seed=None):
        norms = squared_gradient_norms(discriminator, fake)
        return 0.5 * self.weight * ops.mean(norms)

    def get_config(self):
        return {"weight": self.weight}

    @classmethod
    def from_config(cls, config):
        """Makes the penalty that has this config."""
        return cls(**config)


@keras.saving.register_keras_serializable(package="keras_dl4")
class GradientPenalty:
    r"""Holds the slope of a discriminator at 1 between data and samples.

    The penalty of the Wasserstein GAN: $\lambda\ E(\|\nabla D(\hat x)\| -
    1)^2$ for $\hat x$ drawn evenly from the line between an example and a
    sample. As for `R1`, no batch normalization in the discriminator.

    Args:
        weight: Float of at least 0, the factor $\lambda$. Defaults to `10.0`.
        target: Float of at least 0, the norm that is aimed at. Defaults to
            `1.0`.

    Call arguments:
        discriminator: Function from a tensor `(batch, ...)` to one logit for
            each example.
        real: Float tensor `(batch, ...)` of data.
        fake: Float tensor of the same shape, made by the generator.
        seed: Int or `keras.random.SeedGenerator`, of the places between.
            `None` for the global one. Defaults to `None`.

    Returns:
        Float32 scalar.

    Raises:
        ValueError: If `weight` or `target` is no number of at least 0, or the
            output of the discriminator has no gradient.

    Example:

    >>> from keras_dl4.regularizers import GradientPenalty
    >>> x = np.ones((2, 3), "float32")
    >>> float(GradientPenalty(10.0)(lambda x: 3.0 * x[:, 0], x, 2.0 * x))
    40.0

    References:
        - [Improved Training of Wasserstein GANs](
          https://arxiv.org/abs/1704.00028), equation 3
    """

    def __init__(self, weight=10.0, target=1.0):
        check_weight(weight)
        check_weight(target, "target")
        self.weight = weight
        self.target = target

    def __call__(self, discriminator, real, fake, seed=None):
        real, fake = ops.cast(real, "float32"), ops.cast(fake, "float32")
        shape = (ops.shape(real)[0], *[1] * (len(real.shape) - 1))
        place = keras.random.uniform(shape, dtype="float32", seed=seed)
        between = place * real + (1.0 - place) * fake
        squares = squared_gradient_norms(discriminator, between)
        # The root has no slope at 0, where a new discriminator may be.
        norms = ops.sqrt(squares + 1e-12)
        return self.weight * ops.mean(ops.square(norms - self.target))

    def get_config(self):
        return {"weight": self.weight, "target": self.target}

    @classmethod
    def from_config(cls, config):
        """Makes the penalty that has this config."""
        return cls(**config)


def check_weight(value, name="weight"):
    """Refuses what is no number of at least 0.

    Args:
        value: What was given.
        name: String, of the argument. Defaults to `"weight"`.

    Raises:
        ValueError: If it is not.
    """
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number or not value >= 0.0:
        raise ValueError(
            f"`{name}` must be a number of at least 0. Received: "
            f"{name}={value!r}. Without the penalty, leave it out."
        )
