"""Memory networks: their layers."""

import numpy as np

from keras_dl4 import layers
from tests.conformance.case import Case

VOCABULARY = ["", "[UNK]", *"abcdefgh"]


def stories():
    """Of 0, 1, 3 and 5 sentences, newest first."""
    rng = np.random.default_rng(0)
    story = rng.integers(1, 10, (4, 5, 4)).astype("int32")
    story[:, :, 3] *= rng.integers(2, size=(4, 5))
    for row, size in enumerate((0, 1, 3, 5)):
        story[row, size:] = 0
    question = rng.integers(1, 10, (4, 3)).astype("int32")
    return {"story": story, "question": question}


MEMORY_NETWORK_CASES = [
    Case(
        "StoryVectorizer",
        "layer",
        lambda: layers.StoryVectorizer(4, VOCABULARY, 3, 5),
        stories,
        {"story": (None, 4, 3), "question": (None, 5)},
        dtype="int32",
        dynamic_axes={"story": (1, 2), "question": (1,)},
    ),
]
