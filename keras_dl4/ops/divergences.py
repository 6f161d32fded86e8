"""Kullback-Leibler divergences in closed form, in nats.

Elementwise: one value for each pair of distributions, to be summed over units
or latents by the caller. At least float32 whatever the dtype of the arguments.
"""

import keras
from keras import ops

# The smallest step below 1 that float32 can show, doubled.
_RATE_EPSILON = 2.0**-23


def as_precise_float(x):
    """A tensor of float64 if x is, else of float32."""
    x = ops.convert_to_tensor(x)
    is_double = keras.backend.standardize_dtype(x.dtype) == "float64"
    return x if is_double else ops.cast(x, "float32")


def bernoulli_kl(p, q):
    """Divergence KL(p || q) of two Bernoulli distributions.

    `p log(p / q) + (1 - p) log((1 - p) / (1 - q))`, elementwise, with
    `0 log 0 = 0`.

    Args:
        p: Tensor of probabilities of 1, in [0, 1].
        q: The same of the other distribution, broadcast against `p`. Values
            closer than `2**-23` to 0 or 1, or beyond, count as that far from
            them: the divergence stays finite. The gradient there is the one
            at that distance and not zero, so that a unit which is never
            active is still driven back.

    Returns:
        Tensor of at least float32 and of the broadcast shape, `>= 0` up to
        rounding.

    Example:

    >>> from keras_dl4.ops import bernoulli_kl
    >>> print(f"{float(bernoulli_kl(0.1, 0.3)):.4f}")
    0.1163
    """
    p, q = as_precise_float(p), as_precise_float(q)
    bounded = ops.clip(q, _RATE_EPSILON, 1.0 - _RATE_EPSILON)
    q = ops.stop_gradient(bounded) + (q - ops.stop_gradient(q))
    return _p_log_ratio(p, q) + _p_log_ratio(1.0 - p, 1.0 - q)


def _p_log_ratio(p, q):
    is_positive = p > 0.0
    # Also where it is not chosen the logarithm must have a finite gradient.
    logarithm = ops.log(ops.where(is_positive, p, 1.0))
    return ops.where(is_positive, p * (logarithm - ops.log(q)), 0.0)


def gaussian_kl(mean, log_variance, prior_mean=0.0, prior_log_variance=0.0):
    """Divergence KL(q || p) of two normal distributions with one dimension.

    With diagonal covariances, sum it over the latents. Its value against the
    standard normal prior is `(mean^2 + variance - 1 - log_variance) / 2`.

    Args:
        mean: Tensor, mean of q.
        log_variance: Tensor, natural logarithm of the variance of q.
        prior_mean: Tensor or float, mean of p. Defaults to `0.0`.
        prior_log_variance: Tensor or float, logarithm of the variance of p.
            Defaults to `0.0`.

    Returns:
        Tensor of at least float32 and of the broadcast shape, `>= 0` up to
        rounding.

    Example:

    >>> from keras_dl4.ops import gaussian_kl
    >>> float(gaussian_kl(mean=1.0, log_variance=0.0))
    0.5

    References:
        - [Kingma & Welling, 2013](https://arxiv.org/abs/1312.6114),
          appendix B
    """
    mean, log_variance, prior_mean, prior_log_variance = map(
        as_precise_float, (mean, log_variance, prior_mean, prior_log_variance)
    )
    log_ratio = log_variance - prior_log_variance
    squared_distance = ops.square(mean - prior_mean)
    # `expm1` keeps what is left of the variances when they are nearly equal.
    return 0.5 * (
        ops.expm1(log_ratio)
        - log_ratio
        + squared_distance * ops.exp(-prior_log_variance)
    )
