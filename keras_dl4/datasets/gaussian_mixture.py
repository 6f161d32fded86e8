"""Points from a mixture of Gaussians, with the density they come from."""

import math

import numpy as np

from keras_dl4.datasets.distorted_digits.argument_checks import check_integer


class GaussianMixture:
    """Mixture of Gaussians of equal spread in each direction.

    The smallest set on which a generative model can be seen to fail: one that
    has collapsed leaves modes out. By default there are five modes on a line,
    told apart easily, with a standard deviation of 1.43 over all.

    Args:
        means: Array of shape `(modes,)` for points on a line, or `(modes,
            size)`. Defaults to `(-2.0, -1.0, 0.0, 1.0, 2.0)`.
        stddevs: Positive float, or one for each mode. Defaults to `0.2`.
        weights: Sequence of positive numbers, the masses of the modes, scaled
            to a sum of 1, or `None` for equal ones. Defaults to `None`.

    Raises:
        ValueError: If an argument has another shape or is not finite, spreads
            or weights are not positive, or an integer is out of range.

    Example:

    >>> mixture = GaussianMixture()
    >>> points = mixture.sample(1000)
    >>> points.shape, points.dtype
    ((1000, 1), dtype('float32'))
    >>> mixture.density([0.0, 0.5]).round(2)
    array([0.4 , 0.04])

    References:
        - [Generative Adversarial Networks](https://arxiv.org/abs/1406.2661),
          Figure 1, draws such a density
    """

    def __init__(
        self, means=(-2.0, -1.0, 0.0, 1.0, 2.0), stddevs=0.2, weights=None
    ):
        means = np.asarray(means, "float64")
        if means.ndim == 1:
            means = means[:, np.newaxis]
        if means.ndim != 2 or not means.size or not np.isfinite(means).all():
            raise ValueError(
                "`means` must be finite, of shape (modes,) or (modes, size), "
                f"with at least one mode. Received: shape {means.shape}. For "
                "two modes on a line: `means=(-1.0, 1.0)`."
            )
        num_modes = len(means)
        if weights is None:
            weights = np.ones(num_modes)
        weights = _as_positive("weights", weights, num_modes)
        self.means = means
        self.stddevs = _as_positive("stddevs", stddevs, num_modes)
        self.weights = weights / weights.sum()

    def sample(self, num_examples, seed=0):
        """Draws points.

        Args:
            num_examples: Int >= 1.
            seed: Int >= 0. Defaults to `0`.

        Returns:
            Float32 array of shape `(num_examples, size)`.

        Raises:
            ValueError: If an integer is out of range.
        """
        num_examples = check_integer("num_examples", num_examples, 1)
        rng = np.random.default_rng(check_integer("seed", seed, 0))
        modes = rng.choice(len(self.means), num_examples, p=self.weights)
        noise = rng.normal(size=(num_examples, self.means.shape[1]))
        points = self.means[modes] + self.stddevs[modes, np.newaxis] * noise
        return points.astype("float32")

    def density(self, points):
        """The density at given points.

        Args:
            points: Array of shape `(..., size)`; for a mixture on a line the
                last axis may be left out.

        Returns:
            Float64 array of shape `(...)`.

        Raises:
            ValueError: If points have another size than the means.
        """
        points = np.asarray(points, "float64")
        size = self.means.shape[1]
        if size == 1 and points.shape[-1:] != (1,):
            points = points[..., np.newaxis]
        if points.shape[-1:] != (size,):
            raise ValueError(
                f"Points must have {size} coordinates, as the means have. "
                f"Received: shape {points.shape}. Put them on the last axis."
            )
        distances = points[..., np.newaxis, :] - self.means
        exponents = np.square(distances / self.stddevs[:, np.newaxis])
        scales = (self.stddevs * math.sqrt(2.0 * math.pi)) ** size
        return np.exp(-0.5 * exponents.sum(axis=-1)) @ (self.weights / scales)


def _as_positive(name, values, num_modes):
    """Float64 array `(modes,)`."""
    array = np.asarray(values, "float64")
    fits = array.shape in ((), (num_modes,))
    if not fits or not (np.isfinite(array) & (array > 0.0)).all():
        raise ValueError(
            f"`{name}` must be positive and finite, one for each of the "
            f"{num_modes} modes. Received: {name}={values!r}. Leave a mode of "
            "no mass out."
        )
    return np.broadcast_to(array, (num_modes,))
