"""Likelihood of test data under a kernel density of samples."""

import math
import typing

import numpy as np

from keras_dl4.evaluation.squared_distances import SquaredDistances

_CAVEAT = (
    "A Parzen estimate of many dimensions is far from the likelihood, and "
    "models that only repeat training examples can score best (Theis et al., "
    "2016): compare it with numbers of the same protocol, and look at samples."
)


class ParzenScore(typing.NamedTuple):
    """What a Parzen window says of test data; `str(score)` adds the caveat."""

    mean: float
    standard_error: float
    bandwidth: float

    def __str__(self):
        return (
            f"Parzen log-likelihood {self.mean:.1f} +- "
            f"{self.standard_error:.1f} nats (bandwidth {self.bandwidth:.3g}). "
            f"{_CAVEAT}"
        )


class ParzenWindow:
    r"""Gaussian kernel density of samples, to score models without a density.

    The protocol by which the paper on adversarial networks compares models:
    $p(x) = \frac{1}{n} \sum_i \mathcal{N}(x; s_i, \sigma^2 I)$ over samples
    $s_i$ of the model, with one bandwidth $\sigma$ that is chosen on
    validation data. For MNIST that is 10,000 samples, the first 1,000
    validation images, ten bandwidths from 0.1 to 1, and 10,000 test images,
    with pixels from 0 to 1.

    **The number is a convention, not a likelihood.** In many dimensions it is
    far from it, and models that only repeat training examples can score best.
    Compare it with numbers of the same protocol only, and look at samples.

    Distances are computed in float32 by matrix products, a few examples at a
    time, and summed in float64.

    Args:
        samples: Array or tensor of shape `(num_samples, ...)`, of the model;
            flattened if need be.
        bandwidth: Positive float, standard deviation of the kernel, or `None`
            for `fit_bandwidth` to choose it. Defaults to `None`.
        chunk_size: Int >= 1, examples compared with all samples at a time.
            With 10,000 samples each takes 0.2 MB. Defaults to `250`.

    Raises:
        ValueError: If there are no samples, values are not finite, examples
            have another size than samples, or a bandwidth or `chunk_size` is
            not positive or missing.

    Example:

    >>> rng = np.random.default_rng(0)
    >>> window = ParzenWindow(rng.normal(size=(2000, 2)))
    >>> score = window.fit_bandwidth(rng.normal(size=(500, 2))).score(
    ...     rng.normal(size=(1000, 2))
    ... )
    >>> -2.9 < score.mean < -2.8  # the true density: -2.84
    True

    References:
        - [Generative Adversarial Networks](https://arxiv.org/abs/1406.2661),
          section 5
        - [A note on the evaluation of generative
          models](https://arxiv.org/abs/1511.01844), section 3.2
    """

    def __init__(self, samples, bandwidth=None, chunk_size=250):
        if not isinstance(chunk_size, int) or chunk_size < 1:
            raise ValueError(
                "`chunk_size` must be an int of at least 1. Received: "
                f"chunk_size={chunk_size!r}. A smaller one needs less memory."
            )
        if bandwidth is not None:
            _check_bandwidths("bandwidth", [bandwidth])
        self.bandwidth = bandwidth
        self.chunk_size = chunk_size
        self._distances = SquaredDistances("samples", samples)

    def fit_bandwidth(self, validation, bandwidths=None):
        """Chooses the bandwidth under which validation data are likeliest.

        Args:
            validation: Array or tensor of shape `(num_examples, ...)`, which
                the model was not trained on, nor is tested on.
            bandwidths: Sequence of positive floats, the candidates, or `None`
                for the paper's `np.logspace(-1, 0, 10)`. Of equally good ones
                the first is taken. Defaults to `None`.

        Returns:
            The window itself, with its `bandwidth`.

        Raises:
            ValueError: If the examples have another size than samples or are
                not finite, or a bandwidth is not positive.
        """
        if bandwidths is None:
            bandwidths = np.logspace(-1.0, 0.0, 10)
        _check_bandwidths("bandwidths", bandwidths)
        means = self._log_likelihoods(validation, bandwidths).mean(axis=1)
        self.bandwidth = float(bandwidths[int(np.argmax(means))])
        return self

    def log_likelihood(self, examples):
        """Log-density of each example.

        Args:
            examples: Array or tensor of shape `(num_examples, ...)`.

        Returns:
            Float64 array of shape `(num_examples,)`, in nats.

        Raises:
            ValueError: If there is no bandwidth yet, or the examples have
                another size than samples or are not finite.
        """
        if self.bandwidth is None:
            raise ValueError(
                "There is no bandwidth yet. Received: bandwidth=None. Call "
                "`fit_bandwidth` with validation data first, or give one to "
                "the window."
            )
        return self._log_likelihoods(examples, [self.bandwidth])[0]

    def score(self, test):
        """Mean log-likelihood of test data, and its standard error.

        Args:
            test: Array or tensor of shape `(num_examples, ...)`.

        Returns:
            Named tuple `(mean, standard_error, bandwidth)` of floats. The
            standard error is the standard deviation over examples divided by
            the root of their number; it knows nothing of other samples or
            another training. As a string it comes with its caveat.

        Raises:
            ValueError: If there is no bandwidth yet, or the examples have
                another size than samples or are not finite.
        """
        values = self.log_likelihood(test)
        error = values.std() / math.sqrt(len(values))
        return ParzenScore(float(values.mean()), float(error), self.bandwidth)

    def _log_likelihoods(self, examples, bandwidths):
        """Float64 `(bandwidths, examples)`."""
        examples = self._distances.as_rows(examples)
        variances = np.square(np.asarray(bandwidths, "float64"))
        found = np.empty((len(variances), len(examples)))
        for start in range(0, len(examples), self.chunk_size):
            chunk = slice(start, start + self.chunk_size)
            distances = self._distances(examples[chunk])
            nearest = distances.min(axis=1, keepdims=True)
            distances -= nearest
            for row, variance in zip(found, variances, strict=True):
                weights = np.exp(distances * (-0.5 / variance))
                row[chunk] = np.log(weights.sum(axis=1))
                row[chunk] -= nearest[:, 0] / (2.0 * variance)
        size = self._distances.size
        scales = 0.5 * size * np.log(2.0 * math.pi * variances)
        found -= math.log(self._distances.num_others)
        return found - scales[:, np.newaxis]


def _check_bandwidths(name, values):
    values = np.asarray(values)
    is_list = values.ndim == 1 and values.size and values.dtype.kind in "iuf"
    if not is_list or not (np.isfinite(values) & (values > 0)).all():
        raise ValueError(
            f"`{name}` must be positive and finite, in units of the data. "
            f"Received: {name}={values.tolist()}. The paper tries 0.1 to 1 "
            "for pixels from 0 to 1."
        )
