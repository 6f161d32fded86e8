"""Restarts of end-to-end memory networks, as an ensemble."""

import keras
import numpy as np

from keras_dl4 import models
from tests.conformance.case import Case
from tests.conformance.case import integers


def stories():
    """Questions about stories, of which some are shorter."""
    story = integers(9, 4, 5, 3)()
    story[1, 3:] = 0
    return {"story": story, "question": integers(9, 4, 2, seed=1)()}


def answers():
    """Words, of which padding and the unknown one are none."""
    return np.array([2, 8, 4, 5], "int32")


def compile_of_logits(optimizer):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return {"optimizer": optimizer(), "loss": loss}


MEMN2N_RESTARTS_CASES = [
    Case(
        "MemN2NRestarts",
        kind="model",
        create=lambda: models.MemN2NRestarts(
            9,
            3,
            7,
            embedding_dim=4,
            num_hops=2,
            memory_size=6,
            weight_tying="layerwise",
            random_noise=0.2,
        ),
        inputs=stories,
        output_shape=(None, 9),
        dynamic_axes={"story": (1,)},
        pinned_float32=True,
        targets=answers,
        compile_arguments=compile_of_logits,
    ),
]
