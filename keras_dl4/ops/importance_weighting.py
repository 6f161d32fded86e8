"""Log-densities, and averages of weights that are known by their logarithm.

At least float32 whatever the dtype of the arguments: a log-likelihood is a sum
of hundreds of terms, of which half precision would leave nothing.
"""

import math

from keras import ops

from keras_dl4.ops.divergences import as_precise_float


def gaussian_log_density(x, mean=0.0, log_variance=0.0):
    """Logarithm of the density of normal distributions with one dimension.

    `-((x - mean)^2 / variance + log_variance + log(2 pi)) / 2`, elementwise.
    With a diagonal covariance, sum it over the dimensions.

    Args:
        x: Tensor, where to take the density.
        mean: Tensor or float, broadcast against `x`. Defaults to `0.0`.
        log_variance: Tensor or float, natural logarithm of the variance,
            broadcast against `x`. Defaults to `0.0`.

    Returns:
        Tensor of at least float32 and of the broadcast shape, in nats.

    Example:

    >>> from keras_dl4.ops import gaussian_log_density
    >>> print(f"{float(gaussian_log_density(0.0)):.4f}")
    -0.9189
    """
    x, mean, log_variance = map(as_precise_float, (x, mean, log_variance))
    squared = ops.square(x - mean) * ops.exp(-log_variance)
    return -0.5 * (squared + log_variance + math.log(2.0 * math.pi))


def log_mean_exp(x, axis):
    """Logarithm of the mean of `exp(x)`, without overflow.

    Of log-weights `log p(x, z) - log q(z | x)` with codes z drawn from q it is
    the importance-weighted bound on `log p(x)`, the tighter the more draws.

    Args:
        x: Tensor of logarithms.
        axis: Int, the axis that the mean is taken over.

    Returns:
        Tensor of at least float32, without that axis.

    Example:

    >>> from keras_dl4.ops import log_mean_exp
    >>> float(log_mean_exp(np.float32([-1000.0, -1000.0]), axis=0))
    -1000.0

    References:
        - [Importance Weighted Autoencoders](https://arxiv.org/abs/1509.00519),
          equation 8
    """
    x = as_precise_float(x)
    number = ops.cast(ops.shape(x)[axis], x.dtype)
    return ops.logsumexp(x, axis=axis) - ops.log(number)
