import subprocess
import sys

import keras
import numpy as np
import pytest

import keras_dl4
from keras_dl4.serving import export_saved_model

tf = pytest.importorskip("tensorflow")

BATCHES_AND_LENGTHS = [(1, 3), (1, 7), (4, 3), (4, 7)]


class LeakyCell(keras.layers.Layer):
    """A cell that Keras does not know: a leaky sum of what it has seen."""

    state_size = 5
    output_size = 5

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], 5))

    def call(self, inputs, states):
        state = 0.5 * states[0] + keras.ops.matmul(inputs, self.kernel)
        return state, [state]


class Doubling(keras.Model):
    """A subclassed model, whose signature Keras does not know."""

    def call(self, inputs):
        if isinstance(inputs, dict):
            return {"doubled": 2 * inputs["count"]}
        return 2 * inputs


def recurrent_model():
    x = keras.Input((None, 9), name="bits")
    y = keras.layers.RNN(LeakyCell(), return_sequences=True)(x)
    return keras.Model(x, keras.layers.Dense(8, name="logits")(y))


def dense_model(**names):
    x = keras.Input((4,), name=names.get("input"))
    return keras.Model(x, keras.layers.Dense(2, name=names.get("output"))(x))


def signature_of(path, name="serving_default"):
    # The loaded object owns the variables; a signature alone loses them.
    loaded = tf.saved_model.load(str(path))
    return lambda **inputs: loaded.signatures[name](**inputs)


def names_of(report, name="serving_default"):
    signature = report["signatures"][name]
    return list(signature["inputs"]), list(signature["outputs"])


def assert_equal_served(served, expected):
    assert served.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(
            served[name], keras.ops.convert_to_numpy(value), atol=1e-5
        )


def test_recurrent_model_is_served_at_any_batch_and_length(tmp_path, rng):
    model = recurrent_model()
    report = export_saved_model(model, tmp_path / "1")
    assert report["signatures"]["serving_default"] == {
        "inputs": {"bits": {"dtype": "float32", "shape": (None, None, 9)}},
        "outputs": {"logits": {"dtype": "float32", "shape": (None, None, 8)}},
    }
    serve = signature_of(tmp_path / "1")
    for batch, length in BATCHES_AND_LENGTHS:
        x = rng.normal(size=(batch, length, 9)).astype("float32")
        assert_equal_served(serve(bits=tf.constant(x)), {"logits": model(x)})


CLEAN_PROCESS = """
import sys

# An import of either now fails, installed or not.
sys.modules["keras"] = sys.modules["keras_dl4"] = None
import numpy as np
import tensorflow as tf

loaded = tf.saved_model.load(sys.argv[1])
data = np.load(sys.argv[2])
served = {
    key: loaded.signatures["serving_default"](bits=tf.constant(x))["logits"]
    for key, x in data.items()
}
np.savez(sys.argv[3], **{key: value.numpy() for key, value in served.items()})
"""


def test_export_is_served_in_a_process_without_the_package(tmp_path, rng):
    model = recurrent_model()
    export_saved_model(model, tmp_path / "1")
    inputs = {
        f"{batch}x{length}": rng.normal(size=(batch, length, 9)).astype("f4")
        for batch, length in BATCHES_AND_LENGTHS
    }
    np.savez(tmp_path / "inputs.npz", **inputs)
    child = subprocess.run(
        [sys.executable, "-c", CLEAN_PROCESS]
        + [str(tmp_path / name) for name in ("1", "inputs.npz", "served.npz")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert child.returncode == 0, child.stderr
    with np.load(tmp_path / "served.npz") as served:
        for key, x in inputs.items():
            np.testing.assert_allclose(served[key], model(x), atol=1e-5)


@pytest.mark.parametrize("return_trace", [False, True])
def test_ntm_is_served_at_any_batch_and_length(tmp_path, rng, return_trace):
    x = keras.Input((None, 9), name="bits")
    layer = keras_dl4.layers.NTM(
        8,
        controller_units=12,
        memory_size=11,
        word_dim=6,
        return_sequences=True,
        return_trace=return_trace,
        name="logits",
    )
    y = layer(x)
    model = keras.Model(x, {"logits": y[0], **y[1]} if return_trace else y)
    export_saved_model(model, tmp_path / "1")
    serve = signature_of(tmp_path / "1")
    for batch, length in BATCHES_AND_LENGTHS:
        x = rng.integers(0, 2, size=(batch, length, 9)).astype("float32")
        expected = model(x)
        if not return_trace:
            expected = {"logits": expected}
        assert_equal_served(serve(bits=tf.constant(x)), expected)


def test_integer_ids_stay_integer(tmp_path, rng):
    ids = keras.Input((None,), dtype="int32", name="ids")
    model = keras.Model(ids, keras.layers.Embedding(10, 3, name="words")(ids))
    report = export_saved_model(model, tmp_path / "1")
    described = report["signatures"]["serving_default"]["inputs"]["ids"]
    assert described == {"dtype": "int32", "shape": (None, None)}
    serve = signature_of(tmp_path / "1")
    for batch, length in BATCHES_AND_LENGTHS:
        x = rng.integers(0, 10, size=(batch, length)).astype("int32")
        assert_equal_served(serve(ids=tf.constant(x)), {"words": model(x)})


def test_dict_model_keeps_its_keys(tmp_path, rng):
    # In an order that is not the sorted one, which tree functions return.
    inputs = {
        "scores": keras.Input((3,), name="scores"),
        "ids": keras.Input((2,), dtype="int32", name="ids"),
    }
    embedded = keras.layers.Embedding(5, 3)(inputs["ids"])
    outputs = {
        "total": keras.ops.sum(embedded, axis=1) + inputs["scores"],
        "embedded": embedded,
    }
    model = keras.Model(inputs, outputs)
    report = export_saved_model(model, tmp_path / "1")
    assert names_of(report) == (["ids", "scores"], ["embedded", "total"])
    serve = signature_of(tmp_path / "1")
    for batch in (1, 4):
        fed = {
            "scores": rng.normal(size=(batch, 3)).astype("float32"),
            "ids": rng.integers(0, 5, size=(batch, 2)).astype("int32"),
        }
        served = serve(**{key: tf.constant(x) for key, x in fed.items()})
        assert_equal_served(served, model(fed))


@pytest.mark.parametrize(
    ("named", "arguments", "expected"),
    [
        ({"input": "a", "output": "b"}, {}, (["a"], ["b"])),
        ({"output": "b"}, {}, (["inputs"], ["b"])),
        (
            {"input": "a", "output": "b"},
            {"input_names": "features", "output_names": ["logits"]},
            (["features"], ["logits"]),
        ),
    ],
)
def test_names_come_from_layers_unless_given(
    tmp_path, named, arguments, expected
):
    report = export_saved_model(
        dense_model(**named), tmp_path / "1", **arguments
    )
    assert names_of(report) == expected


def test_unnamed_inputs_are_numbered(tmp_path):
    a, b = keras.Input((2,)), keras.Input((2,))
    model = keras.Model([a, b], [a - b, a * b])
    report = export_saved_model(model, tmp_path / "1", output_names=("d", "p"))
    assert names_of(report) == (["inputs_1", "inputs_2"], ["d", "p"])
    served = signature_of(tmp_path / "1")(
        inputs_1=tf.constant([[5.0, 3.0]]), inputs_2=tf.constant([[2.0, 1.0]])
    )
    np.testing.assert_array_equal(served["d"], [[3.0, 2.0]])
    np.testing.assert_array_equal(served["p"], [[10.0, 3.0]])


def test_sequential_model_is_served(tmp_path, rng):
    layers = [keras.Input((4,), name="x"), keras.layers.Dense(2, name="y")]
    model = keras.Sequential(layers)
    export_saved_model(model, tmp_path / "1")
    x = rng.normal(size=(3, 4)).astype("float32")
    served = signature_of(tmp_path / "1")(x=tf.constant(x))
    assert_equal_served(served, {"y": model(x)})


def test_model_is_served_in_inference_mode(tmp_path):
    x = keras.Input((50,), name="x")
    model = keras.Model(x, keras.layers.Dropout(0.9, name="y")(x))
    export_saved_model(model, tmp_path / "1")
    ones = tf.ones((2, 50))
    served = signature_of(tmp_path / "1")(x=ones)["y"]
    np.testing.assert_array_equal(served, ones)


@pytest.mark.parametrize(
    ("x", "spec", "names"),
    [
        (
            np.array([[1, 2]], "int32"),
            keras.InputSpec(shape=(None, 2), dtype="int32", name="count"),
            (["count"], ["outputs"]),
        ),
        (
            {"count": np.array([[1, 2]], "int32")},
            {"count": keras.InputSpec(shape=(None, None), dtype="int32")},
            (["count"], ["doubled"]),
        ),
    ],
)
def test_subclassed_model_is_served_with_a_signature(tmp_path, x, spec, names):
    model = Doubling()
    model(x)
    report = export_saved_model(model, tmp_path / "1", input_signature=spec)
    assert names_of(report) == names
    described = report["signatures"]["serving_default"]["inputs"]["count"]
    assert described["dtype"] == "int32"
    served = signature_of(tmp_path / "1")(count=tf.constant([[3, 4], [5, 6]]))
    np.testing.assert_array_equal(served[names[1][0]], [[6, 8], [10, 12]])


def test_further_signature_is_served(tmp_path, rng):
    model = recurrent_model()
    report = export_saved_model(
        model,
        tmp_path / "1",
        signatures={"bits": lambda x: {"bits": model(x) > 0}},
    )
    assert names_of(report, "bits") == (["bits"], ["bits"])
    x = rng.normal(size=(2, 3, 9)).astype("float32")
    served = signature_of(tmp_path / "1", "bits")(bits=tf.constant(x))
    np.testing.assert_array_equal(served["bits"], np.asarray(model(x)) > 0)


def test_xla_signature_is_compiled_and_equal(tmp_path, rng):
    model = recurrent_model()
    plain = export_saved_model(model, tmp_path / "1")
    report = export_saved_model(model, tmp_path / "2", xla_signature=True)
    assert set(report["signatures"]) - set(plain["signatures"]) == {
        "serving_xla"
    }
    assert compiled_functions(tmp_path / "1") == 0
    assert compiled_functions(tmp_path / "2") > 0
    serve = signature_of(tmp_path / "2", "serving_xla")
    for batch, length in [(1, 3), (4, 7)]:
        x = rng.normal(size=(batch, length, 9)).astype("float32")
        assert_equal_served(serve(bits=tf.constant(x)), {"logits": model(x)})


def compiled_functions(path):
    """How many functions of a SavedModel say that XLA must compile them."""
    from tensorflow.core.protobuf import saved_model_pb2

    saved_model = saved_model_pb2.SavedModel()
    saved_model.ParseFromString((path / "saved_model.pb").read_bytes())
    (meta_graph,) = saved_model.meta_graphs
    return sum(
        function.attr["_XlaMustCompile"].b
        for function in meta_graph.graph_def.library.function
    )
