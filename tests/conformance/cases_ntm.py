"""The Neural Turing Machine, and the metrics of its tasks."""

import keras
import numpy as np

from keras_dl4 import layers
from keras_dl4 import metrics
from tests.conformance.case import Case
from tests.conformance.case import normal

NTM_TOY = {"controller_units": 6, "memory_size": 7, "word_dim": 3}


def trace_shapes(reads=1, writes=1, locations=7, word_dim=3, shifts=3):
    heads = reads + writes
    shapes = {
        "read_weightings": (reads, locations),
        "write_weightings": (writes, locations),
        "reads": (reads, word_dim),
        "keys": (heads, word_dim),
        "key_strengths": (heads,),
        "gates": (heads,),
        "shift_weightings": (heads, shifts),
        "sharpenings": (heads,),
        "erases": (writes, word_dim),
        "adds": (writes, word_dim),
    }
    return {name: (None, None, *shape) for name, shape in shapes.items()}


def bits_and_logits():
    rng = np.random.default_rng(0)
    return {
        "y_true": rng.integers(2, size=(4, 5, 3)).astype("float32"),
        "y_pred": rng.normal(size=(4, 5, 3)).astype("float32"),
        "sample_weight": rng.integers(2, size=(4, 5)).astype("float32"),
    }


def bits_and_probabilities():
    inputs = bits_and_logits()
    y_pred = 1.0 / (1.0 + np.exp(-inputs["y_pred"]))
    return {**inputs, "y_pred": y_pred.astype("float32")}


SEQUENCE = {
    "inputs": normal(4, 5, 3),
    "dynamic_axes": (1,),
    "supports_masking": True,
    "pinned_float32": True,
}

NTM_CASES = [
    Case(
        "NTMCell",
        "cell",
        lambda: layers.NTMCell(4, **NTM_TOY, read_after_write=True),
        # States: two of the LSTM, reads, weightings of two heads, memory.
        output_shape=(
            (None, None, 4),
            *((None, size) for size in (6, 6, 3, 2 * 7, 7 * 3)),
        ),
        **SEQUENCE,
    ),
    Case(
        "NTM",
        "layer",
        lambda: layers.NTM(
            4,
            "dense",
            **NTM_TOY,
            memory_initializer="learned",
            weighting_initializer="uniform",
        ),
        output_shape=(None, 4),
        **SEQUENCE,
    ),
    Case(
        "NTM/trace_of_several_heads",
        "layer",
        lambda: layers.NTM(
            4,
            keras.layers.GRUCell(6, dtype="float32"),
            **NTM_TOY,
            num_read_heads=2,
            num_write_heads=3,
            shift_range=5,
            bound_add=False,
            return_sequences=True,
            return_trace=True,
        ),
        output_shape=((None, None, 4), trace_shapes(2, 3, shifts=5)),
        **SEQUENCE,
    ),
    Case(
        "BitsPerSequence",
        "metric",
        lambda: metrics.BitsPerSequence(name="bits"),
        bits_and_logits,
    ),
    Case(
        "BitsPerSequence/probabilities",
        "metric",
        lambda: metrics.BitsPerSequence(from_logits=False),
        bits_and_probabilities,
    ),
    Case(
        "WrongBitsPerSequence",
        "metric",
        lambda: metrics.WrongBitsPerSequence(name="wrong_bits"),
        bits_and_logits,
    ),
]
