"""Layers of adversarial networks."""

from keras_dl4 import layers
from tests.conformance.case import Case
from tests.conformance.case import normal


def constrained_maxout():
    return layers.Maxout(
        3,
        2,
        kernel_initializer="he_normal",
        bias_initializer="ones",
        kernel_regularizer="l2",
        kernel_constraint="non_neg",
        bias_regularizer="l1",
        bias_constraint="unit_norm",
        activity_regularizer="l1",
    )


ROWS = {
    "inputs": normal(4, 5, 6),
    "output_shape": (None, None, 3),
    "dynamic_axes": (1,),
}

GAN_LAYER_CASES = [
    Case("Maxout", "layer", constrained_maxout, **ROWS),
    Case(
        "Maxout/no_bias",
        "layer",
        lambda: layers.Maxout(3, 4, use_bias=False),
        **ROWS,
    ),
]
