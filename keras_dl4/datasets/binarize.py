"""Binary images of gray ones, by the names that publications give them."""

import numpy as np

from keras_dl4.datasets.distorted_digits.argument_checks import check_integer

_MODES = ("static", "dynamic", "none")


def binarize(images, mode="static", seed=0, epoch=0):
    """Draws binary images, with the brightness of a pixel as probability.

    Log-likelihoods of models of binary images are comparable only where the
    images were made binary in the same way, so name it with each figure:

    - `"static"`: once and for all, the same images in each epoch. (The
      published static set of MNIST is one such draw, by Larochelle; this is
      another one.)
    - `"dynamic"`: anew in each epoch. `keras_dl4.models.
      VariationalAutoencoder(..., binarize=True)` does so by itself, anew in
      each step; test images are drawn once in any case.
    - `"none"`: gray images, as they are. Their cross-entropy is not the
      logarithm of a likelihood.

    Args:
        images: Float array of values from 0 to 1, of any shape.
        mode: String, one of the names above. Defaults to `"static"`.
        seed: Int from 0 to 2^32 - 1. Defaults to `0`.
        epoch: Int from 0 to 2^32 - 1, for `"dynamic"`. Defaults to `0`.

    Returns:
        Float32 array of the shape of `images`: 0 or 1, or `images` for
        `"none"`.

    Raises:
        ValueError: If there is no such mode, an integer is out of range, or
            values are not from 0 to 1.

    Example:

    >>> binarize(np.array([0.0, 0.5, 0.5, 1.0]), seed=3).tolist()
    [0.0, 1.0, 1.0, 1.0]

    References:
        - [Importance Weighted Autoencoders](https://arxiv.org/abs/1509.00519),
          section 5
    """
    if mode not in _MODES:
        raise ValueError(
            f"`mode` must be one of {_MODES}. Received: mode={mode!r}. "
            "'dynamic' is what most publications of importance-weighted "
            "bounds use."
        )
    seed = check_integer("seed", seed, 0, 2**32 - 1)
    epoch = check_integer("epoch", epoch, 0, 2**32 - 1)
    images = np.asarray(images, "float32")
    # NaN fails as well.
    if not np.all((images >= 0.0) & (images <= 1.0)):
        raise ValueError(
            "`images` must be probabilities, from 0 to 1. Received: values "
            f"from {images.min()} to {images.max()}. Divide bytes by 255."
        )
    if mode == "none":
        return images
    rng = np.random.default_rng([seed, epoch if mode == "dynamic" else 0])
    return (rng.random(images.shape, "float32") < images).astype("float32")
