"""Small stacks of autoencoders."""

import numpy as np
from keras import ops

from keras_dl4.layers import GaussianCorruption
from keras_dl4.layers import KSparse
from keras_dl4.layers import MaskingNoise
from keras_dl4.models import Autoencoder
from keras_dl4.models import StackedAutoencoder
from keras_dl4.regularizers import ContractivePenalty
from tests.models.autoencoder_reference import dense_pair

WIDTHS = (6, 5, 4, 3)


def pair(lower, upper, **kwargs):
    kwargs = {"output": "sigmoid", **kwargs}
    return dense_pair(lower, upper, **kwargs)


def plain_stack(depth=3):
    return StackedAutoencoder(
        [
            Autoencoder(*pair(*WIDTHS[index : index + 2]))
            for index in range(depth)
        ]
    )


def mixed_stack(depth=3):
    """One kind on another: denoising, contractive and k-sparse."""
    encoder, decoder = pair(*WIDTHS[2:], code=None)
    encoder.add(KSparse(2))
    return StackedAutoencoder(
        [
            Autoencoder(
                *pair(*WIDTHS[:2]),
                MaskingNoise(0.3, return_mask=True),
                reconstruction="bce",
                emphasis=(1.0, 0.5),
            ),
            Autoencoder(
                *pair(*WIDTHS[1:3], output=None),
                GaussianCorruption(0.1),
                [ContractivePenalty(0.1)],
                "bce",
                from_logits=True,
            ),
            Autoencoder(encoder, decoder),
        ][:depth]
    )


def state_of(model):
    return [ops.convert_to_numpy(variable) for variable in model.variables]


def changed(before, model):
    """Which autoencoders of a stack have other weights than before."""
    return [
        any(map(np.any, map(np.not_equal, old, each.get_weights())))
        for old, each in zip(before, model.autoencoders, strict=True)
    ]
