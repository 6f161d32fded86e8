"""The LSTM with peepholes."""

from keras_dl4 import layers
from tests.conformance.case import Case
from tests.conformance.case import normal

PEEPHOLE_TOY = {"peephole_initializer": "glorot_uniform", "activation": "relu"}
SEQUENCE = {
    "inputs": normal(4, 5, 3),
    "dynamic_axes": (1,),
    "supports_masking": True,
}

PEEPHOLE_LSTM_CASES = [
    Case(
        "PeepholeLSTMCell",
        "cell",
        lambda: layers.PeepholeLSTMCell(
            4, "full", unit_forget_bias=False, **PEEPHOLE_TOY
        ),
        output_shape=((None, None, 4), (None, 4), (None, 4)),
        **SEQUENCE,
    ),
    Case(
        "PeepholeLSTM",
        "layer",
        lambda: layers.PeepholeLSTM(4, peephole_initializer="ones"),
        output_shape=(None, 4),
        **SEQUENCE,
    ),
    Case(
        "PeepholeLSTM/sequences_of_a_full_one",
        "layer",
        lambda: layers.PeepholeLSTM(4, "full", True, **PEEPHOLE_TOY),
        output_shape=(None, None, 4),
        **SEQUENCE,
    ),
]
