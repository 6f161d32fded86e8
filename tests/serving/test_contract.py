import subprocess
import sys

import keras
import pytest

from keras_dl4.serving import check_saved_model
from keras_dl4.serving import contract
from keras_dl4.serving import export_saved_model

tf = pytest.importorskip("tensorflow")


class Served(tf.Module):
    """A SavedModel made by TensorFlow alone, with one function to serve."""

    def __init__(self, function, spec):
        super().__init__()
        self.function = tf.function(function, input_signature=[spec])


def save(path, function, shape=(None, 3), name="x"):
    module = Served(function, tf.TensorSpec(shape, tf.float32, name=name))
    tf.saved_model.save(
        module, str(path), signatures={"serving_default": module.function}
    )
    return path


def identity(x):
    return {"y": tf.identity(x)}


def edit(path, change):
    """Changes the meta graph of a SavedModel in its file."""
    from tensorflow.core.protobuf import saved_model_pb2

    file = path / "saved_model.pb"
    saved_model = saved_model_pb2.SavedModel()
    saved_model.ParseFromString(file.read_bytes())
    change(saved_model.meta_graphs[0])
    file.write_bytes(saved_model.SerializeToString())


@pytest.fixture
def exported(tmp_path):
    x = keras.Input((None, 4), name="features")
    model = keras.Model(x, keras.layers.LSTM(2, name="code")(x))
    export_saved_model(model, tmp_path / "1")
    return tmp_path / "1"


def test_report_describes_signatures(exported):
    report = check_saved_model(exported)
    assert report["signatures"]["serving_default"] == {
        "inputs": {"features": {"dtype": "float32", "shape": (None, None, 4)}},
        "outputs": {"code": {"dtype": "float32", "shape": (None, 2)}},
    }
    assert report["num_ops"] > 10


def test_model_of_plain_tensorflow_passes(tmp_path):
    check_saved_model(save(tmp_path / "1", identity))


@pytest.mark.parametrize("wrap", [tf.py_function, tf.numpy_function])
def test_python_operation_is_refused(tmp_path, wrap):
    def call_python(x):
        y = wrap(lambda v: v, [x], tf.float32)
        y.set_shape(x.shape)
        return {"y": y}

    path = save(tmp_path / "1", call_python)
    with pytest.raises(ValueError, match="PyFunc.*need the Python process"):
        check_saved_model(path)


def test_operation_outside_core_tensorflow_is_refused(exported):
    def rename_operation(meta_graph):
        for function in meta_graph.graph_def.library.function:
            for node in function.node_def:
                if node.op == "MatMul":
                    node.op = "Addons>MatMul"

    edit(exported, rename_operation)
    with pytest.raises(ValueError, match="Addons>MatMul.*not in core"):
        check_saved_model(exported)


@pytest.mark.parametrize("shape", [(2, 3), (), None])
def test_input_without_batch_axis_is_refused(tmp_path, shape):
    path = save(tmp_path / "1", identity, shape)
    with pytest.raises(ValueError, match="input 'x': the first axis"):
        check_saved_model(path)


def test_scalar_output_is_refused(tmp_path):
    path = save(tmp_path / "1", lambda x: {"length": tf.shape(x)[1]})
    with pytest.raises(ValueError, match="output 'length': the first axis"):
        check_saved_model(path)


@pytest.mark.parametrize(
    ("function", "name", "message"),
    [
        (identity, "args_0", "input 'args_0': the name is a generated"),
        (identity, "keras_tensor_3", "'keras_tensor_3': the name is"),
        (tf.identity, "x", "output 'output_0': the name is a generated"),
    ],
)
def test_generated_name_is_refused(tmp_path, function, name, message):
    path = save(tmp_path / "1", function, name=name)
    with pytest.raises(ValueError, match=message):
        check_saved_model(path)


def test_directory_without_version_is_refused(exported):
    path = exported.rename(exported.parent / "latest")
    with pytest.raises(ValueError, match="positive integer"):
        check_saved_model(path)


def test_relative_directory_is_known_by_its_full_name(exported, monkeypatch):
    monkeypatch.chdir(exported)
    check_saved_model(".")


def test_missing_tag_is_refused(exported):
    edit(exported, lambda graph: graph.meta_info_def.tags.append("train"))
    with pytest.raises(ValueError, match=r"tag 'serve'; found \[\['serve', 't"):
        check_saved_model(exported)


def test_other_method_is_refused(exported):
    def change(graph):
        graph.signature_def["serving_default"].method_name = "classify"

    edit(exported, change)
    with pytest.raises(ValueError, match="not 'classify'"):
        check_saved_model(exported)


def test_missing_default_signature_is_refused(exported):
    edit(exported, lambda graph: graph.signature_def.pop("serving_default"))
    with pytest.raises(ValueError, match="'serving_default' is missing"):
        check_saved_model(exported)


def test_signature_without_inputs_is_refused(exported):
    def change(graph):
        graph.signature_def["serving_default"].inputs.pop("features")

    edit(exported, change)
    with pytest.raises(ValueError, match="there are no inputs"):
        check_saved_model(exported)


def test_all_breaches_are_listed(tmp_path):
    path = save(tmp_path / "latest", tf.identity, shape=(2, 3), name="args_0")
    with pytest.raises(ValueError) as error:
        check_saved_model(path)
    # Version, batch axis and name of the input, batch axis and name of the
    # output.
    assert str(error.value).count("\n  - ") == 5


def test_missing_and_broken_files_are_refused(tmp_path, exported):
    with pytest.raises(ValueError, match="there is no .*saved_model.pb"):
        check_saved_model(tmp_path / "2")
    file = exported / "saved_model.pb"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(ValueError, match="truncated"):
        check_saved_model(exported)


def test_command_prints_the_report(exported, capsys):
    assert contract.main([str(exported)]) == 0
    printed = capsys.readouterr().out
    assert "input  features: float32 (None, None, 4)" in printed
    assert "output code: float32 (None, 2)" in printed


def test_command_fails_with_the_breaches(tmp_path, capsys):
    assert contract.main([str(tmp_path / "1")]) == 1
    assert "there is no" in capsys.readouterr().err


def test_module_runs_as_a_command():
    child = subprocess.run(
        [sys.executable, "-m", "keras_dl4.serving", "--help"],
        capture_output=True,
        text=True,
    )
    assert child.returncode == 0, child.stderr
    assert "version directory" in child.stdout
