"""Autoencoders are exported whole, or not at all."""

import keras
import numpy as np
import pytest

from keras_dl4 import serving
from tests.models.autoencoder_reference import WIDTH
from tests.models.autoencoder_reference import autoencoder
from tests.models.variational_reference import dense_model

pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="only TensorFlow exports"
)
DATA = np.random.default_rng(0).uniform(size=(3, WIDTH)).astype("float32")


def test_signatures_take_data_by_its_name(tmp_path):
    report = serving.export_autoencoder(
        autoencoder(), tmp_path / "1", DATA, input_name="features"
    )["signatures"]
    assert {name: list(report[name]["inputs"]) for name in report} == {
        "serve": ["features"],
        "serving_default": ["features"],
        "encode": ["features"],
        "decode": ["code"],
        "reconstruct": ["features"],
    }


def test_data_in_double_precision_is_taken(tmp_path):
    report = serving.export_autoencoder(
        autoencoder(), tmp_path / "1", DATA.astype("float64")
    )
    assert "encode" in report["signatures"]


@pytest.mark.parametrize(
    ("make", "further"),
    [
        (autoencoder, None),
        (dense_model, {"sample": {"seed": np.arange(3, dtype="int32")}}),
    ],
)
def test_model_in_half_precision_answers_in_float32(make, further, tmp_path):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = make()
    finally:
        keras.config.set_dtype_policy("float32")
    report = serving.export_autoencoder(
        model, tmp_path / "1", DATA, further=further, tolerance=0.05
    )["signatures"]
    for name in model.serving_signatures():
        (output,) = report[name]["outputs"].values()
        assert output["dtype"] == "float32"


def test_model_that_differs_in_a_clean_process_is_removed(tmp_path):
    model = autoencoder()
    answers = iter(range(100))

    def other_each_time(inputs):
        return {"code": model.encode(inputs) + float(next(answers))}

    signatures = model.serving_signatures() | {"encode": other_each_time}
    model.serving_signatures = lambda: signatures
    with pytest.raises(ValueError, match="differs"):
        serving.export_autoencoder(model, tmp_path / "1", DATA)
    assert not list(tmp_path.iterdir())


def test_signature_without_an_example_is_refused(tmp_path):
    model = dense_model()
    with pytest.raises(ValueError, match="examples for each.*sample"):
        serving.export_autoencoder(model, tmp_path / "1", DATA)
    assert not list(tmp_path.iterdir())
    seeds = {"seed": np.arange(3, dtype="int32")}
    report = serving.export_autoencoder(
        model, tmp_path / "1", DATA, further={"sample": seeds}
    )
    assert "sample" in report["signatures"]
