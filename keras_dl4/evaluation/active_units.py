"""Which latent dimensions of a variational autoencoder carry anything."""

from keras_dl4.evaluation.batches import as_examples


def active_units(means, threshold=0.01):
    r"""Tells which latent units depend on the data.

    A unit is active if the mean of its posterior varies from example to
    example: $\mathrm{Var}_x(E_{q(z|x)}[z]) > 0.01$. The others have the prior
    as their posterior, whatever the example, and say nothing. Their number is
    `active_units(means).sum()`.

    Args:
        means: Array or tensor of shape `(num_examples, units)`, the posterior
            means of a data set, such as the test data.
        threshold: Float, at least 0, the largest variance of a unit that is
            not active. Defaults to `0.01`.

    Returns:
        Boolean array of shape `(units,)`.

    Raises:
        ValueError: If `means` is no matrix of finite numbers with at least 2
            examples, or `threshold` is negative.

    Example:

    >>> rng = np.random.default_rng(0)
    >>> means = rng.normal(size=(1000, 4)) * [1.0, 0.5, 0.01, 0.0]
    >>> active_units(means)
    array([ True,  True, False, False])

    References:
        - [Importance Weighted Autoencoders](https://arxiv.org/abs/1509.00519),
          section 5
    """
    means = as_examples("means", means)
    if means.ndim != 2 or len(means) < 2:
        raise ValueError(
            "`means` must have the shape (num_examples, units), with at least "
            f"2 examples. Received: shape {means.shape}. Pass the posterior "
            "means of a whole data set, flattened."
        )
    if not threshold >= 0.0:
        raise ValueError(
            "`threshold` is a variance, at least 0. Received: "
            f"threshold={threshold!r}. The usual one is 0.01."
        )
    return means.var(axis=0, dtype="float64") > threshold
