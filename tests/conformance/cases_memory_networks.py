"""Memory networks: their layers, and the end-to-end model."""

import keras
import numpy as np
from keras import ops

from keras_dl4 import layers
from keras_dl4 import models
from tests.conformance.case import Case
from tests.conformance.case import integers
from tests.conformance.case import normal

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


def read_words(layer, words, mask=None, **kwargs):
    """The first word is the query; keys and values are all of them."""
    masks = {} if mask is None else {"mask": [None, mask, mask]}
    return layer([words[:, 0], words, words], **masks, **kwargs)


def read_words_often(layer, words, **kwargs):
    """With the time axis where the checks of masks look for it."""
    state, weightings = read_words(layer, words, **kwargs)
    return state, ops.swapaxes(weightings, 1, 2)


def answers():
    """Words, of which padding and the unknown one are none."""
    return np.array([2, 9, 4, 5], "int32")


def compile_of_logits(optimizer):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return {"optimizer": optimizer(), "loss": loss, "metrics": ["accuracy"]}


ANSWERED = {
    "kind": "model",
    "inputs": stories,
    "dynamic_axes": {"story": (1,)},
    "stochastic": True,
    "pinned_float32": True,
    "targets": answers,
    "compile_arguments": compile_of_logits,
}

MASKED_WORDS = {
    "inputs": normal(4, 5, 3),
    "dynamic_axes": (1,),
    "supports_masking": True,
}

MEMORY_NETWORK_CASES = [
    Case(
        "SentenceEncoder",
        "layer",
        lambda: layers.SentenceEncoder("position_matlab", True),
        normal(4, 5, 3),
        (None, 3),
        supports_masking=True,
    ),
    Case(
        "SentenceEncoder/bow",
        "layer",
        lambda: layers.SentenceEncoder("bow"),
        normal(4, 5, 3),
        (None, 3),
        supports_masking=True,
    ),
    Case(
        "TemporalEncoding",
        "layer",
        lambda: layers.TemporalEncoding(6, "vector", None, 0.5, "normal", 3),
        **MASKED_WORDS,
        output_shape=(None, None, 3),
        stochastic=True,
    ),
    Case(
        "TemporalEncoding/word",
        "layer",
        lambda: layers.TemporalEncoding(6, "word", 9, 0.4),
        integers(9, 4, 5, 3),
        (None, None, 4),
        dtype="int32",
        dynamic_axes=(1,),
        supports_masking=True,
        stochastic=True,
    ),
    Case(
        "MemoryHop",
        "layer",
        lambda: layers.MemoryHop("relu", True, return_weighting=True),
        **MASKED_WORDS,
        output_shape=((None, 3), (None, None)),
        call=read_words,
        pinned_float32=True,
    ),
    Case(
        "MemoryHop/linear",
        "layer",
        lambda: layers.MemoryHop(None, True, False, True),
        **MASKED_WORDS,
        output_shape=(None, 3),
        call=read_words,
        pinned_float32=True,
    ),
    Case(
        "KeyValueMemory",
        "layer",
        lambda: layers.KeyValueMemory(2, "orthogonal", True),
        **MASKED_WORDS,
        output_shape=((None, 3), (None, None, 2)),
        call=read_words_often,
        pinned_float32=True,
    ),
    Case(
        "StoryVectorizer",
        "layer",
        lambda: layers.StoryVectorizer(4, VOCABULARY, 3, 5),
        stories,
        {"story": (None, 4, 3), "question": (None, 5)},
        dtype="int32",
        dynamic_axes={"story": (1, 2), "question": (1,)},
    ),
    Case(
        "MemN2N",
        create=lambda: models.MemN2N(
            VOCABULARY, 4, 2, 5, random_noise=0.4, seed=3
        ),
        **ANSWERED,
        output_shape=(None, 10),
    ),
    Case(
        "MemN2N/every_other_option",
        create=lambda: models.MemN2N(
            10,
            4,
            2,
            6,
            "layerwise",
            "position_matlab",
            "word",
            random_noise=0.4,
            nonlinearity="relu",
            mask_empty=True,
            per_sentence_length=True,
            linear=True,
            return_attention=True,
            seed=3,
        ),
        **ANSWERED,
        output_shape={"logits": (None, 10), "attention": (None, 2, None)},
    ),
]
