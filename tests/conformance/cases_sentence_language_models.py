"""Language models of sentences."""

import numpy as np

from keras_dl4 import layers
from keras_dl4 import models
from keras_dl4.datasets import TagStructures
from tests.conformance.case import Case

WORDS = ["", "[UNK]", *"abcdefg"]


def sentences():
    """Four of them, the shortest of one word."""
    tokens = [[4, 2, 0], [3, 1, 8], [5, 0, 0], [2, 6, 7]]
    return {"tokens": np.array(tokens, "int32")}


def with_content():
    content = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    return {**sentences(), "content": content}


def with_tags():
    tags = [[2, 1, 0], [1, 3, 3], [4, 0, 0], [1, 2, 3]]
    return {**with_content(), "tags": np.array(tags, "int32")}


def vectors_and_attributes():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(4, 3, 5)).astype("float32")
    return [vectors, rng.normal(size=(4, 1, 2)).astype("float32")]


def captioner():
    """Of features of images, in a space of three dimensions."""
    encoder = layers.CaptionEncoder(len(WORDS), 3, "bag_of_words")
    embedding = models.VisualSemanticEmbedding(None, encoder, 3, WORDS)
    embedding.build({"image": (None, 5), "tokens": (None, None)})
    return models.SCNLM(
        WORDS,
        5,
        4,
        2,
        content_dim=3,
        future_tags=1,
        embedding=embedding,
        structures=TagStructures([[2, 1], [4]], [2, 1]),
    )


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
    Case(
        "FactoredWordTensor",
        "layer",
        lambda: layers.FactoredWordTensor(6, 4),
        vectors_and_attributes,
        (None, 3, 6),
    ),
    Case(
        "MultiplicativeLanguageModel",
        create=lambda: models.MultiplicativeLanguageModel(
            WORDS, 4, 2, content_dim=3, num_factors=5
        ),
        inputs=with_content,
        dynamic_axes={"tokens": (1,)},
        **SENTENCES,
    ),
    Case(
        "SCNLM",
        create=lambda: models.SCNLM(
            WORDS,
            5,
            4,
            2,
            content_dim=3,
            tag_dim=6,
            num_factors=7,
            future_tags=2,
        ),
        inputs=with_tags,
        dynamic_axes={"tokens": (1,), "tags": (1,)},
        **SENTENCES,
    ),
    Case(
        "SCNLM/captioner",
        create=captioner,
        inputs=with_tags,
        dynamic_axes={"tokens": (1,), "tags": (1,)},
        **SENTENCES,
    ),
]
