"""Models that predict the next word."""

import keras

from keras_dl4 import models
from tests.conformance.case import Case
from tests.conformance.case import integers


def compile_of_logits(optimizer):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return {"optimizer": optimizer(), "loss": loss, "metrics": ["accuracy"]}


PREDICTED = {
    "kind": "model",
    "inputs": integers(9, 4, 5),
    "dynamic_axes": (1,),
    "pinned_float32": True,
    "targets": integers(9, 4),
    "compile_arguments": compile_of_logits,
    "learning_rate": 0.5,
}

LANGUAGE_MODEL_CASES = [
    Case(
        "MemN2NLanguageModel",
        create=lambda: models.MemN2NLanguageModel(
            list("abcdefghi"), 4, 2, 6, initial_stddev=0.3
        ),
        **PREDICTED,
        output_shape=(None, 9),
    ),
    Case(
        "MemN2NLanguageModel/every_option",
        create=lambda: models.MemN2NLanguageModel(
            9,
            4,
            3,
            7,
            num_linear_units=1,
            query_value=0.4,
            initial_stddev=0.2,
            return_attention=True,
        ),
        **PREDICTED,
        output_shape={"logits": (None, 9), "attention": (None, 3, None)},
    ),
]
