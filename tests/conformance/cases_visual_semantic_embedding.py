"""Images and sentences in one space."""

import keras
import numpy as np

from keras_dl4 import layers
from keras_dl4 import losses
from keras_dl4 import models
from tests.conformance.case import Case
from tests.conformance.case import integers
from tests.conformance.case import normal


def scores():
    """Of 4 pairs, two of them of one image."""
    rng = np.random.default_rng(0)
    return {
        "y_true": np.array([5, 2, 5, 7], "int32"),
        "y_pred": rng.uniform(-1.0, 1.0, (4, 4)).astype("float32"),
    }


def loss_case(name, *args, **options):
    stochastic = options.pop("stochastic", False)
    return Case(
        f"PairwiseRankingLoss{name}",
        "loss",
        lambda: losses.PairwiseRankingLoss(*args, **options),
        scores,
        per_example=False,
        stochastic=stochastic,
    )


def pairs():
    """Pictures, or features, of 4 pairs, two of them of one image."""
    rng = np.random.default_rng(0)
    tokens = np.array([[4, 2, 0], [3, 1, 8], [5, 0, 0], [2, 6, 7]], "int32")
    image = rng.uniform(size=(4, 5, 5, 2)).astype("float32")
    return {"image": image, "tokens": tokens}


def features():
    return {**pairs(), "image": pairs()["image"].reshape(4, -1)}


def embedding_case(name, image_encoder, inputs, encoder, *loss, **options):
    def create():
        words = ["", "[UNK]", *"abcdefg"]
        return models.VisualSemanticEmbedding(
            image_encoder(),
            layers.CaptionEncoder(len(words), 6, encoder),
            6,
            words,
            **options,
        )

    return Case(
        f"VisualSemanticEmbedding{name}",
        "model",
        create,
        inputs,
        {"image": (None, 6), "text": (None, 6)},
        dynamic_axes={"tokens": (1,)},
        targets=lambda: np.array([5, 2, 5, 7], "int32"),
        compile_arguments=lambda optimizer: {
            "optimizer": optimizer(),
            "loss": losses.PairwiseRankingLoss(0.5, *loss),
        },
        learning_rate=0.02,
    )


def small_network():
    return keras.Sequential(
        [
            keras.layers.Conv2D(3, 3, activation="tanh"),
            keras.layers.GlobalAveragePooling2D(),
        ]
    )


VISUAL_SEMANTIC_EMBEDDING_CASES = [
    loss_case("", 0.3),
    loss_case("/max", 0.3, "max", hard_weight=0.7),
    loss_case("/semi_hard", 0.3, "semi_hard"),
    loss_case(
        "/random", 0.3, "random", num_negatives=2, seed=3, stochastic=True
    ),
    Case(
        "UnitNormalization",
        "layer",
        lambda: layers.UnitNormalization(axis=1, epsilon=0.01),
        normal(4, 3, 2),
        (None, None, 2),
        dynamic_axes=(1,),
    ),
    *(
        Case(
            f"BagOfWordsEncoder{mode}",
            "layer",
            lambda mode=mode: layers.BagOfWordsEncoder(mode[1:] or "sum"),
            normal(4, 5, 3),
            (None, 3),
            dynamic_axes=(1,),
            supports_masking=True,
        )
        for mode in ("", "/mean")
    ),
    *(
        Case(
            f"CaptionEncoder{mode}",
            "layer",
            lambda mode=mode: layers.CaptionEncoder(
                9,
                4,
                mode[1:] or "peephole_lstm",
                word_dim=3,
                trainable_words=mode != "/lstm",
            ),
            integers(9, 4, 5),
            (None, 4),
            dynamic_axes=(1,),
        )
        for mode in ("", "/lstm", "/bag_of_words")
    ),
    embedding_case("", lambda: None, features, "bag_of_words"),
    embedding_case(
        "/pictures",
        small_network,
        pairs,
        "peephole_lstm",
        "max",
        normalize_images=False,
    ),
]
