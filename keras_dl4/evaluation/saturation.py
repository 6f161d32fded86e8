"""How many hidden units are at an end of their range."""

import numpy as np

from keras_dl4.evaluation.batches import as_examples


def saturation(activations, low=0.05, high=0.95, activation_range=(0.0, 1.0)):
    """Fraction of activations that are saturated, below `low` or above `high`.

    A saturated unit has next to no derivative: contractive encoders flatten
    out most of their units for any one example.

    Args:
        activations: Array or tensor of shape `(num_examples, ...)`, the codes
            of a data set.
        low: Float, the activations below are saturated. Defaults to `0.05`.
        high: Float, the activations above are saturated. Defaults to `0.95`.
        activation_range: Pair of floats, the least and the largest
            activation, which count as 0 and 1: `(-1.0, 1.0)` for tanh.
            Defaults to `(0.0, 1.0)`.

    Returns:
        Float from 0 to 1, the mean over examples and units.

    Raises:
        ValueError: If there are no activations, one is not finite or outside
            of the range, the range does not increase, or `low` is above
            `high`.

    Example:

    >>> saturation(np.array([[0.01, 0.5, 0.99, 0.9]]))
    0.5
    >>> saturation(np.array([[-0.99, 0.0]]), activation_range=(-1.0, 1.0))
    0.5

    References:
        - [Rifai et al., 2011](https://icml.cc/2011/papers/455_icmlpaper.pdf),
          section 5
    """
    activations = as_examples("activations", activations)
    least, largest = activation_range
    if not (least < largest and low <= high):
        raise ValueError(
            "`activation_range` must increase, and `low` must be at most "
            f"`high`. Received: activation_range={activation_range}, "
            f"low={low}, high={high}. Swap them."
        )
    if activations.min() < least or activations.max() > largest:
        raise ValueError(
            f"Activations must be in {tuple(activation_range)}. Received: "
            f"from {activations.min()} to {activations.max()}. Pass the "
            "range of the activation function as `activation_range`; an "
            "unbounded one does not saturate."
        )
    rates = (activations - least) / (largest - least)
    return float(np.mean((rates < low) | (rates > high)))
