"""Language models of sentences."""

import numpy as np

from keras_dl4 import models
from tests.conformance.case import Case

WORDS = ["", "[UNK]", *"abcdefg"]


def sentences():
    """Four of them, the shortest of one word."""
    tokens = [[4, 2, 0], [3, 1, 8], [5, 0, 0], [2, 6, 7]]
    return {"tokens": np.array(tokens, "int32")}


SENTENCES = {
    "kind": "model",
    "output_shape": (None, None, len(WORDS)),
    "compile_arguments": lambda optimizer: {"optimizer": optimizer()},
    "learning_rate": 0.5,
}

SENTENCE_LANGUAGE_MODEL_CASES = [
    Case(
        "LogBilinearLanguageModel",
        create=lambda: models.LogBilinearLanguageModel(WORDS, 4, 2),
        inputs=sentences,
        dynamic_axes={"tokens": (1,)},
        **SENTENCES,
    ),
]
