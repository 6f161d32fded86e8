"""Further signatures that take something else than the model."""

import keras
import numpy as np
import pytest

from keras_dl4.serving import export_saved_model

tf = pytest.importorskip("tensorflow")


@pytest.fixture
def model():
    x = keras.Input((4,), name="features")
    return keras.Model(x, keras.layers.Dense(2, name="logits")(x))


def transposed(model):
    """From logits to features by the same kernel."""

    def back(inputs):
        logits = inputs["logits"] if isinstance(inputs, dict) else inputs
        kernel = keras.ops.transpose(model.layers[-1].kernel)
        return {"features": keras.ops.matmul(logits, kernel)}

    return back


@pytest.mark.parametrize("as_dict", [False, True])
def test_signature_with_inputs_of_its_own_is_served(tmp_path, model, as_dict):
    spec = keras.InputSpec(shape=(None, 2), dtype="float32", name="logits")
    report = export_saved_model(
        model,
        tmp_path / "1",
        signatures={
            "back": (transposed(model), {"logits": spec} if as_dict else spec)
        },
    )["signatures"]
    assert report["back"]["inputs"] == {
        "logits": {"dtype": "float32", "shape": (None, 2)}
    }
    assert list(report["serving_default"]["inputs"]) == ["features"]
    loaded = tf.saved_model.load(str(tmp_path / "1"))
    logits = np.float32([[1.0, 2.0], [3.0, 4.0], [0.0, 1.0]])
    kernel = np.asarray(model.layers[-1].kernel)
    np.testing.assert_allclose(
        loaded.signatures["back"](logits=tf.constant(logits))["features"],
        logits @ kernel.T,
        rtol=1e-5,
    )


def test_signature_of_a_fixed_batch_is_refused(tmp_path, model):
    spec = keras.InputSpec(shape=(3, 2), dtype="float32")
    with pytest.raises(ValueError, match="batch, is None"):
        export_saved_model(
            model,
            tmp_path / "1",
            signatures={"back": (transposed(model), spec)},
        )
    assert not list(tmp_path.iterdir())
