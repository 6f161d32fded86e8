"""The memory network with supporting facts."""

import numpy as np

from keras_dl4 import models
from tests.conformance.case import Case
from tests.conformance.cases_memory_networks import VOCABULARY
from tests.conformance.cases_memory_networks import stories


def supported_stories():
    """Stories of 0, 1, 3 and 5 sentences with up to two facts."""
    supports = [[-1, -1], [0, -1], [2, 0], [1, 4]]
    return {**stories(), "supports": np.array(supports, "int32")}


def answers():
    return np.array([2, 5, 9, 3], "int32")


def compile_without_loss(optimizer):
    return {"optimizer": optimizer(), "weighted_metrics": ["accuracy"]}


OPTIONS = {
    "inputs": supported_stories,
    "output_shape": (None, len(VOCABULARY)),
    "targets": answers,
    "compile_arguments": compile_without_loss,
    "pinned_float32": True,
    "learning_rate": 0.01,
}

MEMNN_CASES = [
    Case(
        "MemNN",
        "model",
        lambda: models.MemNN(VOCABULARY, 6, 2, "bigrams", 0.5),
        dynamic_axes={"story": (1, 2), "question": (1,)},
        **OPTIONS,
    ),
    Case(
        "MemNN/unknown_words_in_fixed_hops",
        "model",
        lambda: models.MemNN(
            len(VOCABULARY),
            6,
            2,
            "position",
            variable_hops=False,
            write_time=False,
            nonlinear=True,
            unknown_word_rate=0.3,
            seed=1,
        ),
        stochastic=True,
        **OPTIONS,
    ),
]
