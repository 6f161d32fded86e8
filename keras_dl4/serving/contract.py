"""What a TensorFlow Serving host demands of a SavedModel, as a check.

The file is read, never run: a model that cannot be loaded in this process is
judged all the same.
"""

import argparse
import pathlib
import re
import sys

PREDICT_METHOD = "tensorflow/serving/predict"
DEFAULT_SIGNATURE = "serving_default"
INIT_SIGNATURE = "__saved_model_init_op"
# They call back into the Python process that made the model.
PYTHON_OPS = frozenset({"PyFunc", "PyFuncStateless", "EagerPyFunc"})
# What TensorFlow and Keras make up where nobody gave a name.
GENERATED_NAME = re.compile(
    r"(args|output)(_\d+)+|(keras_tensor|input_layer)(_\d+)*"
)


def check_saved_model(path):
    """Checks that a model server can load a SavedModel and batch requests.

    Use it on any SavedModel before it is deployed; `export_saved_model` has
    already used it on what it wrote. From the shell:
    `python -m keras_dl4.serving runs/ntm_copy/saved_model/1`.

    The contract: the directory is named by a positive integer version; the
    graph has the tag `serve` and a `serving_default` signature; every
    signature is a predict method; all its inputs and outputs have names of
    their own and a free batch axis in front (servers join requests along it);
    no operation needs Python or an operation library outside core TensorFlow.

    Args:
        path: String or path, the version directory that holds
            `saved_model.pb`.

    Returns:
        A dict: `signatures` maps each signature name to `inputs` and
        `outputs`, which map each tensor name to its `dtype` (string) and
        `shape` (tuple, `None` for a free axis); `num_ops` is the number of
        operations in the graph and its functions.

    Raises:
        ValueError: If there is no readable SavedModel at `path`, or it
            breaks the contract. The message lists every breach.

    Example:

    >>> import os
    >>> import tempfile
    >>> from keras_dl4 import serving
    >>> x = keras.Input((4,), name="features")
    >>> model = keras.Model(x, keras.layers.Dense(2, name="logits")(x))
    >>> path = os.path.join(tempfile.mkdtemp(), "1")
    >>> _ = serving.export_saved_model(model, path)
    >>> report = serving.check_saved_model(path)
    >>> report["signatures"]["serving_default"]["inputs"]
    {'features': {'dtype': 'float32', 'shape': (None, 4)}}

    References:
        - [SavedModel format](
          https://www.tensorflow.org/guide/saved_model#specifying_signatures_during_export)
    """
    path = pathlib.Path(path)
    report, breaches = read_saved_model(path)
    # A relative path such as "." has no name of its own.
    if version_of(path.absolute()) is None:
        breaches.insert(
            0,
            "the directory must be named by its version, a positive integer "
            f"such as {path / '1'}",
        )
    raise_if_broken(path, breaches)
    return report


def version_of(path):
    """Returns the version that a directory name says, `None` if none."""
    name = pathlib.Path(path).name
    return int(name) if re.fullmatch(r"[1-9][0-9]*", name) else None


def raise_if_broken(path, breaches):
    """Raises one error that lists all breaches, if there are any."""
    if breaches:
        lines = "\n".join(f"  - {breach}" for breach in breaches)
        raise ValueError(
            f"The SavedModel breaks the serving contract. "
            f"Received: path={str(path)!r}\n{lines}"
        )


def read_saved_model(path):
    """Returns the report on a SavedModel and the breaches of the contract.

    The name of the directory is not looked at, so that an export can be
    checked before it gets its final one.
    """
    meta_graph, breaches = _serving_graph(pathlib.Path(path))
    if meta_graph is None:
        return {"signatures": {}, "num_ops": 0}, breaches
    library = meta_graph.graph_def.library.function
    ops = [node.op for node in meta_graph.graph_def.node]
    ops += [node.op for function in library for node in function.node_def]
    called = {function.signature.name for function in library}
    breaches += _op_breaches(set(ops) - called)

    signatures = {
        name: definition
        for name, definition in sorted(meta_graph.signature_def.items())
        if name != INIT_SIGNATURE
    }
    if DEFAULT_SIGNATURE not in signatures:
        breaches.append(
            f"the signature {DEFAULT_SIGNATURE!r} is missing; found "
            f"{list(signatures)}"
        )
    report = {}
    for name, definition in signatures.items():
        report[name] = {
            "inputs": _describe(definition.inputs),
            "outputs": _describe(definition.outputs),
        }
        breaches += _signature_breaches(
            name, definition.method_name, report[name]
        )
    return {"signatures": report, "num_ops": len(ops)}, breaches


def _serving_graph(path):
    """Returns the meta graph with the tag `serve` (or None), and breaches."""
    from google.protobuf.message import DecodeError
    from tensorflow.core.protobuf import saved_model_pb2

    file = path / "saved_model.pb"
    if not file.is_file():
        return None, [f"there is no {file}"]
    saved_model = saved_model_pb2.SavedModel()
    try:
        saved_model.ParseFromString(file.read_bytes())
    except DecodeError as error:
        return None, [f"{file} is truncated or no SavedModel: {error}"]
    tags = [set(graph.meta_info_def.tags) for graph in saved_model.meta_graphs]
    for graph, graph_tags in zip(saved_model.meta_graphs, tags, strict=True):
        if graph_tags == {"serve"}:
            return graph, []
    found = [sorted(graph_tags) for graph_tags in tags]
    return None, [f"no graph with the tag 'serve'; found {found}"]


def _op_breaches(ops):
    import tensorflow as tf

    python_ops = sorted(PYTHON_OPS & ops)
    foreign_ops = sorted(op for op in ops if not hasattr(tf.raw_ops, op))
    breaches = []
    if python_ops:
        breaches.append(
            f"the operations {python_ops} need the Python process that made "
            "the model; write that part with keras.ops or TensorFlow"
        )
    if foreign_ops:
        breaches.append(
            f"the operations {foreign_ops} are not in core TensorFlow, so a "
            "server does not know them"
        )
    return breaches


def _describe(tensor_infos):
    """Maps each tensor name to dtype and shape; an unknown rank is None."""
    from tensorflow import dtypes

    report = {}
    for name, info in sorted(tensor_infos.items()):
        shape = None
        if not info.tensor_shape.unknown_rank:
            shape = tuple(
                None if axis.size == -1 else axis.size
                for axis in info.tensor_shape.dim
            )
        dtype = dtypes.as_dtype(info.dtype).name
        report[name] = {"dtype": dtype, "shape": shape}
    return report


def _signature_breaches(name, method_name, report):
    breaches = []
    if method_name != PREDICT_METHOD:
        breaches.append(
            f"signature {name!r}: the method must be {PREDICT_METHOD!r}, "
            f"not {method_name!r}"
        )
    for kind, tensors in report.items():
        if not tensors:
            breaches.append(f"signature {name!r}: there are no {kind}")
        for tensor, described in tensors.items():
            where = f"signature {name!r}, {kind[:-1]} {tensor!r}"
            shape = described["shape"]
            if not shape or shape[0] is not None:
                breaches.append(
                    f"{where}: the first axis must be a free batch axis, "
                    f"but the shape is {shape}"
                )
            if GENERATED_NAME.fullmatch(tensor):
                breaches.append(
                    f"{where}: the name is a generated one; give the tensor "
                    "a name that clients can rely on"
                )
    return breaches


def main(argv=None):
    """Runs the check from the command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m keras_dl4.serving",
        description="Check that a SavedModel can be served: tag, signatures, "
        "names, batch axes, operations, version directory.",
    )
    parser.add_argument(
        "path", help="version directory, such as runs/ntm_copy/saved_model/1"
    )
    args = parser.parse_args(argv)
    try:
        report = check_saved_model(args.path)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    for name, signature in report["signatures"].items():
        print(name)
        for kind, tensors in signature.items():
            for tensor, described in tensors.items():
                print(
                    f"  {kind[:-1]:6} {tensor}: {described['dtype']} "
                    f"{described['shape']}"
                )
    print(f"{report['num_ops']} operations; the serving contract holds")
    return 0
