import keras
import numpy as np
import pytest

from keras_dl4.serving import check_in_clean_process
from keras_dl4.serving import check_signatures_in_clean_process
from keras_dl4.serving import export_saved_model

pytest.importorskip("tensorflow")

FEATURES = np.arange(12, dtype="float32").reshape((3, 4))


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    if keras.backend.backend() != "tensorflow":
        pytest.skip("only TensorFlow exports")
    inputs = keras.Input((4,), name="features")
    outputs = keras.layers.Dense(2, name="logits")(inputs)
    model = keras.Model(inputs, outputs)
    path = tmp_path_factory.mktemp("model") / "1"
    export_saved_model(model, path)
    return path, model.predict(FEATURES, verbose=0)


def test_equal_outputs_pass(exported):
    path, logits = exported
    error = check_in_clean_process(
        path, {"features": FEATURES}, {"logits": logits}
    )
    assert error < 1e-5


def test_other_outputs_are_refused(exported):
    path, logits = exported
    with pytest.raises(ValueError, match="differs.*0.5"):
        check_in_clean_process(
            path, {"features": FEATURES}, {"logits": logits + 0.5}
        )
    with pytest.raises(ValueError, match="differs.*nan"):
        check_in_clean_process(
            path, {"features": FEATURES}, {"logits": logits * np.nan}
        )


def test_what_fails_says_why(exported, tmp_path):
    path, logits = exported
    with pytest.raises(ValueError, match="does not exist"):
        check_in_clean_process(
            tmp_path / "2", {"features": FEATURES}, {"logits": logits}
        )
    with pytest.raises(ValueError, match="KeyError"):
        check_in_clean_process(
            path, {"features": FEATURES}, {"logits": logits}, "other"
        )


def test_half_precision_is_compared(tmp_path):
    inputs = keras.Input((4,), name="features")
    dense = keras.layers.Dense(2, name="logits", dtype="bfloat16")
    model = keras.Model(inputs, dense(inputs))
    export_saved_model(model, tmp_path / "1")
    logits = keras.ops.convert_to_numpy(model(FEATURES))
    assert logits.dtype.name == "bfloat16"
    check_in_clean_process(
        tmp_path / "1",
        {"features": FEATURES},
        {"logits": logits},
        tolerance=0.1,
    )
    with pytest.raises(ValueError, match="differs"):
        check_in_clean_process(
            tmp_path / "1", {"features": FEATURES}, {"logits": logits + 1.0}
        )


def test_text_is_compared(tmp_path):
    class Doubled(keras.Model):
        def call(self, text):
            return {"text": text + text}

    model = Doubled()
    model.built = True
    taken = keras.InputSpec(shape=(None,), dtype="string", name="text")
    export_saved_model(model, tmp_path / "1", input_signature=taken)
    text = {"text": np.array(["a", "né"])}
    doubled = np.array([b"aa", "nénè".encode()], dtype=object)
    with pytest.raises(ValueError, match="differs.*1.0"):
        check_in_clean_process(tmp_path / "1", text, {"text": doubled})
    doubled[1] = "néné".encode()
    error = check_in_clean_process(tmp_path / "1", text, {"text": doubled})
    assert error == 0.0


@pytest.fixture(scope="module")
def two_signatures(tmp_path_factory):
    """A model with a signature that takes what it takes, and one that not."""
    if keras.backend.backend() != "tensorflow":
        pytest.skip("only TensorFlow exports")
    inputs = keras.Input((4,), name="features")
    model = keras.Model(inputs, keras.layers.Dense(2, name="logits")(inputs))
    pair = {
        name: keras.InputSpec(shape=(None, 3), dtype="float32", name=name)
        for name in ("first", "second")
    }
    signatures = {
        "half": lambda x: {"halves": 0.5 * model(x)},
        "sum": (lambda x: {"sums": x["first"] + x["second"]}, pair),
    }
    path = tmp_path_factory.mktemp("model") / "1"
    export_saved_model(model, path, signatures=signatures)
    numbers = np.ones((2, 3), "float32")
    examples = {
        "half": {"features": FEATURES},
        "sum": {"first": numbers, "second": 2 * numbers},
    }
    return path, signatures, examples


def test_signatures_that_do_what_their_functions_do_pass(two_signatures):
    assert check_signatures_in_clean_process(*two_signatures) < 1e-5


def test_signature_that_does_something_else_is_refused(two_signatures):
    path, signatures, examples = two_signatures
    function, taken = signatures["sum"]
    changed = {
        **signatures,
        "sum": (lambda x: {"sums": function(x)["sums"] + 0.25}, taken),
    }
    with pytest.raises(ValueError, match="to 0.25, with signature 'half', 'su"):
        check_signatures_in_clean_process(path, changed, examples)


def test_signature_without_examples_is_refused(two_signatures):
    path, signatures, examples = two_signatures
    with pytest.raises(ValueError, match=r"Received: \['half'\]"):
        check_signatures_in_clean_process(
            path, signatures, {"half": examples["half"]}
        )
