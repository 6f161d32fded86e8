"""Distances between two sets of examples, by features of theirs."""

import numpy as np

from keras_dl4.evaluation.batches import as_examples


def frechet_distance(features, reference):
    r"""Fréchet distance between Gaussians fitted to two sets of features.

    $\|\mu_1 - \mu_2\|^2 + \mathrm{tr}(C_1 + C_2 - 2 (C_1 C_2)^{1/2})$. With
    features of the Inception network it is known as FID; with those of another
    network it is comparable to nothing but itself, so name the network with
    the number. Of few examples it is too large: compare equal numbers of them,
    several times as many as features, and give the distance between two sets
    of real data beside it.

    Args:
        features: Array or tensor of shape `(num_examples, ...)`, flattened if
            need be, such as those of samples.
        reference: Array or tensor `(num_others, ...)`, such as those of data.

    Returns:
        Float, at least 0.

    Raises:
        ValueError: If a set has fewer than 2 examples or is not finite, or
            the sets have features of different sizes.

    Example:

    >>> rng = np.random.default_rng(0)
    >>> real, shifted = rng.normal(size=(2, 5000, 3)) + [[[0.0]], [[2.0]]]
    >>> round(frechet_distance(shifted, real))  # 3 times 2 squared
    12

    References:
        - [GANs Trained by a Two Time-Scale Update Rule Converge to a Local
          Nash Equilibrium](https://arxiv.org/abs/1706.08500), equation 6
    """
    features, reference = _as_matrices(features, reference)
    shift = features.mean(axis=0) - reference.mean(axis=0)
    (spread, root), (other_spread, other_root) = (
        _covariance(each) for each in (features, reference)
    )
    # The singular values of B'A are the roots of the eigenvalues of AA'BB'.
    # Those of the product itself would lose half the digits of small ones.
    overlap = np.linalg.svd(other_root.T @ root, compute_uv=False).sum()
    distance = shift @ shift + spread + other_spread - 2.0 * overlap
    return float(max(distance, 0.0))


def kernel_distance(features, reference, chunk_size=1000):
    r"""Squared maximum mean discrepancy between two sets of features.

    Unbiased, with the kernel $(x^T y / d + 1)^3$ over $d$ features: for two
    sets from one distribution it is 0 on average, whatever their sizes, and
    often a little below. With features of the Inception network it is known
    as KID; with those of another network, name that with the number.

    Args:
        features: Array or tensor of shape `(num_examples, ...)`, flattened if
            need be, such as those of samples.
        reference: Array or tensor `(num_others, ...)`, such as those of data.
        chunk_size: Int >= 1, examples compared with all others at a time.
            Defaults to `1000`.

    Returns:
        Float, over all pairs.

    Raises:
        ValueError: If a set has fewer than 2 examples or is not finite, the
            sets have features of different sizes, or `chunk_size` is no
            positive int.

    Example:

    >>> rng = np.random.default_rng(0)
    >>> real, same = rng.normal(size=(2, 1000, 3))
    >>> abs(kernel_distance(same, real)) < 0.05
    True
    >>> kernel_distance(2.0 + same, real) > 100.0
    True

    References:
        - [Demystifying MMD GANs](https://arxiv.org/abs/1801.01401),
          section 4
    """
    if not isinstance(chunk_size, int) or chunk_size < 1:
        raise ValueError(
            "`chunk_size` must be an int of at least 1. Received: "
            f"chunk_size={chunk_size!r}. A smaller one needs less memory."
        )
    features, reference = _as_matrices(features, reference)
    within = [
        (_sum_of_kernels(each, each, chunk_size) - _kernel_with_itself(each))
        / (len(each) * (len(each) - 1))
        for each in (features, reference)
    ]
    between = _sum_of_kernels(features, reference, chunk_size)
    between /= len(features) * len(reference)
    return float(sum(within) - 2.0 * between)


def _as_matrices(features, reference):
    """Both as float64 matrices that fit."""
    pair = []
    for name, values in (("features", features), ("reference", reference)):
        values = as_examples(name, values)
        if len(values) < 2:
            raise ValueError(
                f"`{name}` must have at least 2 examples. Received: shape "
                f"{values.shape}. Thousands make a useful number."
            )
        pair.append(values.reshape(len(values), -1).astype("float64"))
    if pair[0].shape[1] != pair[1].shape[1]:
        raise ValueError(
            "Both sets must have the same features. Received: "
            f"{pair[0].shape[1]} and {pair[1].shape[1]} of them. Take them "
            "from one layer of one network."
        )
    return pair


def _covariance(values):
    """Its trace, and a matrix A for which it is AA'."""
    centered = values - values.mean(axis=0)
    covariance = centered.T @ centered / (len(values) - 1)
    eigenvalues, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(eigenvalues, 0.0))
    return np.trace(covariance), root


def _sum_of_kernels(x, y, chunk_size):
    return sum(
        _cubed(x[start : start + chunk_size] @ y.T, x.shape[1]).sum()
        for start in range(0, len(x), chunk_size)
    )


def _kernel_with_itself(x):
    return _cubed(np.square(x).sum(axis=1), x.shape[1]).sum()


def _cubed(products, size):
    # Not `** 3`, which NumPy computes by logarithms.
    kernels = products / size + 1.0
    return kernels * kernels * kernels
