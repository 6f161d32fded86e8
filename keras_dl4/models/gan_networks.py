"""Generators and discriminators of known adversarial networks."""

import math

import keras
import numpy as np
from keras import layers

from keras_dl4.layers import Maxout

_NORMALIZATIONS = {
    "batch": layers.BatchNormalization,
    "layer": layers.LayerNormalization,
    None: None,
}
_LARGEST_START = 4  # pixels of the smaller side that a generator starts with


def maxout_gan_networks(image_shape=(28, 28, 1), mean_image=None):
    r"""The two networks of 2014, as trained on MNIST.

    The generator has two layers of 1,200 rectified units and sigmoid outputs;
    its latent vectors of size 100 are uniform in $\pm\sqrt 3$. The
    discriminator has two layers of 240 maxout units of 5 pieces, with dropout
    of 0.2 on the images and of 0.5 before each further layer. Initial weights
    are uniform in ±0.05 and ±0.005, as in the code behind the paper, and the
    output biases of the generator make its images start around the mean one.

    Args:
        image_shape: Tuple `(height, width, channels)` of positive ints.
            Defaults to `(28, 28, 1)`.
        mean_image: Array of `image_shape`, the mean of the training images,
            values from 0 to 1, or `None` for 0.5 everywhere. Defaults to
            `None`.

    Returns:
        `(generator, discriminator)`, `keras.Model`s: from `(batch, 100)` to
        images from 0 to 1, and from images to one logit, `(batch, 1)`.

    Raises:
        ValueError: If `image_shape` is no three positive ints, or
            `mean_image` has another shape or values outside of 0 to 1.

    Example:

    >>> generator, discriminator = maxout_gan_networks()
    >>> generator.count_params(), discriminator.count_params()
    (2503984, 1231441)

    References:
        - [Generative Adversarial Networks](https://arxiv.org/abs/1406.2661),
          section 5, and its [code](https://github.com/goodfeli/adversarial)
    """
    _check_image_shape(image_shape)
    if mean_image is None:
        mean_image = np.full(image_shape, 0.5)
    bias = _logits_of(mean_image, image_shape)
    generator = keras.Sequential(
        [
            keras.Input((100,), name="latent"),
            layers.Dense(1200, "relu", kernel_initializer=_uniform(0.05)),
            layers.Dense(1200, "relu", kernel_initializer=_uniform(0.05)),
            layers.Dense(
                bias.size,
                "sigmoid",
                kernel_initializer=_uniform(0.05),
                dtype="float32",
            ),
            layers.Reshape(image_shape, dtype="float32"),
        ],
        name="generator",
    )
    generator.layers[-2].bias.assign(bias.ravel())
    discriminator = keras.Sequential(
        [
            keras.Input(image_shape, name="image"),
            layers.Flatten(),
            layers.Dropout(0.2),
            Maxout(240, 5, kernel_initializer=_uniform(0.005)),
            layers.Dropout(0.5),
            Maxout(240, 5, kernel_initializer=_uniform(0.005)),
            layers.Dropout(0.5),
            layers.Dense(
                1, kernel_initializer=_uniform(0.005), dtype="float32"
            ),
        ],
        name="discriminator",
    )
    return generator, discriminator


def dcgan_networks(
    image_shape=(28, 28, 1),
    latent_dim=100,
    width=64,
    output_activation="sigmoid",
    normalization="batch",
):
    """Convolutional networks by the rules of DCGAN.

    No pooling and no hidden dense layers; strides of 2, batch normalization
    except at the ends, ReLU in the generator and leaky ReLU of slope 0.2 in
    the discriminator, weights from a normal distribution of standard deviation
    0.02. The smaller side grows from 4 pixels or fewer, 4, 7, 14, 28 or 4, 8,
    16, 32, and the other by as many doublings; an odd side is cut from the
    next even one. Kernels are 4 pixels wide, not 5 as in the paper: a multiple
    of the stride covers all pixels evenly.

    Args:
        image_shape: Tuple `(height, width, channels)` of positive ints.
            Defaults to `(28, 28, 1)`.
        latent_dim: Positive int, size of the latent vectors. Defaults to
            `100`.
        width: Positive int, channels at half the size of the image; twice as
            many at a quarter, and so on. Defaults to `64`.
        output_activation: `"sigmoid"` for images from 0 to 1, or `"tanh"` for
            -1 to 1, as in the paper. Defaults to `"sigmoid"`.
        normalization: Of the discriminator: `"batch"`, `"layer"` or `None`.
            Gradient penalties need one that treats examples by themselves,
            not `"batch"`. Defaults to `"batch"`.

    Returns:
        `(generator, discriminator)`, `keras.Model`s: from `(batch,
        latent_dim)` to images, and from images to one logit, `(batch, 1)`.

    Raises:
        ValueError: If `image_shape` is no three positive ints, an int is not
            positive, or another argument is unknown.

    Example:

    >>> generator, discriminator = dcgan_networks((32, 32, 3), width=8)
    >>> images = generator(np.zeros((2, 100)))
    >>> images.shape == (2, 32, 32, 3)
    True
    >>> discriminator(images).shape == (2, 1)
    True

    References:
        - [Unsupervised Representation Learning with Deep Convolutional
          Generative Adversarial Networks](https://arxiv.org/abs/1511.06434),
          section 3
    """
    _check_image_shape(image_shape)
    for name, value in (("latent_dim", latent_dim), ("width", width)):
        if not _is_count(value):
            raise ValueError(
                f"`{name}` must be a positive int. Received: {name}={value!r}. "
                "The defaults are 100 and 64."
            )
    if output_activation not in ("sigmoid", "tanh"):
        raise ValueError(
            "`output_activation` must be 'sigmoid' or 'tanh'. Received: "
            f"output_activation={output_activation!r}. Scale images to 0 to 1, "
            "or to -1 to 1."
        )
    if normalization not in _NORMALIZATIONS:
        raise ValueError(
            f"`normalization` must be one of {list(_NORMALIZATIONS)}. "
            f"Received: normalization={normalization!r}."
        )
    sizes = _sizes(image_shape)
    channels = [width * 2**number for number in range(len(sizes) - 1)]
    return (
        _convolutional_generator(
            image_shape, latent_dim, sizes, channels, output_activation
        ),
        _convolutional_discriminator(image_shape, channels, normalization),
    )


def _convolutional_generator(image_shape, latent_dim, sizes, channels, output):
    *sizes, start = sizes
    grown = []
    for number, size in zip(channels[-2::-1], sizes[:0:-1], strict=True):
        grown += [
            *_transposed_convolution(number, size, use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
        ]
    return keras.Sequential(
        [
            keras.Input((latent_dim,), name="latent"),
            layers.Dense(
                math.prod(start) * channels[-1],
                use_bias=False,
                kernel_initializer=_normal(),
            ),
            layers.Reshape((*start, channels[-1])),
            layers.BatchNormalization(),
            layers.ReLU(),
            *grown,
            *_transposed_convolution(
                image_shape[-1], sizes[0], activation=output, dtype="float32"
            ),
        ],
        name="generator",
    )


def _convolutional_discriminator(image_shape, channels, normalization):
    normalize = _NORMALIZATIONS[normalization]
    shrunk = []
    for position, number in enumerate(channels):
        is_normalized = position > 0 and normalize is not None
        shrunk.append(
            layers.Conv2D(
                number,
                4,
                strides=2,
                padding="same",
                use_bias=not is_normalized,
                kernel_initializer=_normal(),
            )
        )
        shrunk += [normalize()] if is_normalized else []
        shrunk.append(layers.LeakyReLU(0.2))
    return keras.Sequential(
        [
            keras.Input(image_shape, name="image"),
            *shrunk,
            layers.Flatten(),
            layers.Dense(1, kernel_initializer=_normal(), dtype="float32"),
        ],
        name="discriminator",
    )


def _transposed_convolution(filters, size, dtype=None, **kwargs):
    """Twice the size, less the last row or column of an odd one."""
    found = [
        layers.Conv2DTranspose(
            filters,
            4,
            strides=2,
            padding="same",
            kernel_initializer=_normal(),
            dtype=dtype,
            **kwargs,
        )
    ]
    if any(side % 2 for side in size):
        surplus = tuple((0, side % 2) for side in size)
        found.append(layers.Cropping2D(surplus, dtype=dtype))
    return found


# A new one for each layer: an initializer repeats its numbers.
def _normal():
    return keras.initializers.RandomNormal(stddev=0.02)


def _uniform(limit):
    return keras.initializers.RandomUniform(-limit, limit)


def _sizes(image_shape):
    """Of the image, of its half, and so on to the first feature maps."""
    sizes = [tuple(image_shape[:2])]
    while len(sizes) == 1 or min(sizes[-1]) > _LARGEST_START:
        sizes.append(tuple((side + 1) // 2 for side in sizes[-1]))
    return sizes


def _check_image_shape(image_shape):
    is_list = isinstance(image_shape, tuple | list) and len(image_shape) == 3
    if not is_list or not all(_is_count(side) for side in image_shape):
        raise ValueError(
            "`image_shape` must be (height, width, channels), three positive "
            f"ints. Received: image_shape={image_shape!r}. Leave the batch "
            "out."
        )


def _is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _logits_of(mean_image, image_shape):
    """Where a sigmoid is the mean image."""
    mean = np.asarray(mean_image, "float64")
    if (
        mean.shape != tuple(image_shape)
        or not ((mean >= 0) & (mean <= 1)).all()
    ):
        raise ValueError(
            f"`mean_image` must be of shape {tuple(image_shape)}, with values "
            f"from 0 to 1. Received: shape {mean.shape}, values from "
            f"{mean.min()} to {mean.max()}. Take the mean over the batch axis "
            "of scaled images."
        )
    mean = np.clip(mean, 1e-3, 1.0 - 1e-3)
    return np.log(mean / (1.0 - mean))
