"""Exported autoencoders encode, decode and reconstruct."""

import keras
import numpy as np
import pytest

from keras_dl4 import serving
from keras_dl4.layers import MaskingNoise
from tests.models.autoencoder_reference import UNITS
from tests.models.autoencoder_reference import WIDTH
from tests.models.autoencoder_reference import autoencoder

tf = pytest.importorskip("tensorflow")


def test_signatures_answer_in_a_clean_process(tmp_path, rng):
    model = autoencoder(
        MaskingNoise(0.5), reconstruction="bce", from_logits=True
    )
    path = tmp_path / "1"
    report = serving.export_saved_model(
        model,
        path,
        input_signature=keras.InputSpec(
            shape=(None, WIDTH), dtype="float32", name="image"
        ),
        output_names="logits",
        signatures=model.serving_signatures(),
    )["signatures"]
    assert {name: list(report[name]["inputs"]) for name in report} == {
        "serve": ["image"],
        "serving_default": ["image"],
        "encode": ["image"],
        "decode": ["code"],
        "reconstruct": ["image"],
    }
    assert report["decode"]["inputs"]["code"]["shape"] == (None, UNITS)
    x = rng.uniform(size=(3, WIDTH)).astype("float32")
    code, data = model.encode(x).numpy(), model.reconstruct(x).numpy()
    for signature, inputs, outputs in (
        ("serving_default", {"image": x}, {"logits": model(x).numpy()}),
        ("encode", {"image": x}, {"code": code}),
        ("decode", {"code": code}, {"reconstruction": data}),
        ("reconstruct", {"image": x}, {"reconstruction": data}),
    ):
        loaded = tf.saved_model.load(str(path)).signatures[signature]
        found = loaded(**{k: tf.constant(v) for k, v in inputs.items()})
        for name, expected in outputs.items():
            np.testing.assert_allclose(found[name], expected, rtol=1e-5)
    serving.check_in_clean_process(
        path, {"code": code}, {"reconstruction": data}, "decode", 1e-5
    )
