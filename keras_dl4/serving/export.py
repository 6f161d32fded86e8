"""Export of Keras models to SavedModels that a model server can load."""

import os
import pathlib
import shutil
import uuid

import keras

from keras_dl4.serving import call_names
from keras_dl4.serving import contract

SERVE = "serve"  # Keras adds the alias `serving_default` for the first one.
SERVE_XLA = "serving_xla"


def export_saved_model(
    model,
    path,
    *,
    input_names=None,
    output_names=None,
    input_signature=None,
    signatures=None,
    xla_signature=False,
):
    """Writes a model as a SavedModel that TensorFlow Serving can load.

    Use it instead of `model.export()` where clients have to rely on the
    interface: every input and output has a name of its own and its real
    dtype, outputs are always a dict, batch and time stay dynamic. The model
    runs in inference mode. The result needs neither Keras nor keras_dl4; it
    is checked with `check_saved_model` before it appears under `path`, so
    nothing half-written is ever there. It needs the TensorFlow backend.

    Names, where no argument gives them: the keys of a dict of inputs or
    outputs; else the names given to `keras.Input`; else `inputs` (several:
    `inputs_1`, `inputs_2`, ...); for outputs the names of the output layers.

    Args:
        model: Keras model. Functional and Sequential models with
            `keras.Input` say themselves what they take; others need
            `input_signature`.
        path: String or path, a local directory that does not exist yet and
            whose last part is the version, a positive integer:
            `runs/ntm_copy/saved_model/1`. A model server serves the highest.
        input_names: String or list of strings, in the order in which
            `keras.tree.flatten` gives the inputs. Defaults to `None`.
        output_names: String or list of strings, in the order in which
            `keras.tree.flatten` gives the outputs. Defaults to `None`.
        input_signature: `keras.InputSpec` with shape and dtype, or a dict or
            list of them, as the model is called; `None` takes it from
            `model.inputs`, or from what a model of keras_dl4 says of itself.
            The batch axis is `None`. Defaults to `None`.
        signatures: Dict from the names of further signatures to functions
            that return a dict of tensors. Each takes what the model takes,
            or is given as a pair of it and an `input_signature` of its own.
            `None` takes those that a model of keras_dl4 has. Defaults to
            `None`.
        xla_signature: Boolean, whether to add a signature `serving_xla`, the
            same function compiled with XLA on its first request of each
            shape. CPU servers need `--xla_cpu_compilation_enabled=true` for
            it. Defaults to `False`.

    Returns:
        The report of `check_saved_model`: names, dtypes and shapes of all
        signatures. `serve` (Keras' name) and `serving_default` are the same.

    Raises:
        ValueError: If the backend is not TensorFlow, `path` does not end in
            a version, the inputs are unknown or of fixed batch size, names
            do not fit, or the result breaks the serving contract.
        FileExistsError: If that version exists.

    Example:

    >>> import os
    >>> import tempfile
    >>> import tensorflow as tf
    >>> from keras_dl4 import serving
    >>> x = keras.Input((4,), name="features")
    >>> model = keras.Model(x, keras.layers.Dense(2, name="logits")(x))
    >>> path = os.path.join(tempfile.mkdtemp(), "1")
    >>> _ = serving.export_saved_model(model, path)
    >>> serve = tf.saved_model.load(path).signatures["serving_default"]
    >>> serve(features=tf.zeros((3, 4)))["logits"].shape
    TensorShape([3, 2])

    References:
        - [TensorFlow Serving configuration](
          https://www.tensorflow.org/tfx/serving/serving_config)
    """
    path = pathlib.Path(path)
    _check_backend()
    _check_path(path)
    structure = call_names.input_structure(model, input_signature)
    specs = call_names.named_specs(structure, input_names)

    def predict(inputs):
        outputs = model(inputs, training=False)
        if output_names is not None:
            names = call_names.exact_names(output_names, outputs)
        else:
            names = call_names.declared_output_names(model, outputs)
        return dict(zip(names, keras.tree.flatten(outputs), strict=True))

    endpoints = {SERVE: _endpoint(predict, structure, specs)}
    if xla_signature:
        endpoints[SERVE_XLA] = _endpoint(predict, structure, specs, True)
    if signatures is None and hasattr(model, "serving_signatures"):
        signatures = model.serving_signatures()
    for name, function in (signatures or {}).items():
        _check_signature_name(name)
        taken = structure, specs
        if isinstance(function, tuple):
            function, own = function
            call_names.check_leaves(own)
            taken = own, call_names.named_specs(own, None)
        endpoints[name] = _endpoint(function, *taken)

    archive = keras.export.ExportArchive()
    archive.track(model)
    for name, function in endpoints.items():
        archive.add_endpoint(name, function)
    return _write_whole(archive, path)


def _check_backend():
    if keras.config.backend() != "tensorflow":
        raise ValueError(
            "A SavedModel is exported on the TensorFlow backend. Received: "
            f"backend {keras.config.backend()!r}. Save the model with "
            "`model.save('model.keras')`, load it in a process started with "
            "KERAS_BACKEND=tensorflow, and export it there."
        )


def _check_path(path):
    version = contract.version_of(path)
    if version is None:
        raise ValueError(
            "The last part of `path` must be the version, a positive "
            f"integer. Received: path={str(path)!r}. Write to "
            f"{str(path / '1')!r} instead."
        )
    if os.path.lexists(path):
        siblings = map(contract.version_of, path.parent.iterdir())
        following = max(sibling or 0 for sibling in siblings) + 1
        raise FileExistsError(
            f"Version {version} exists already, and a version that may be "
            f"served is never overwritten. Received: path={str(path)!r}. "
            f"Write the next version, {str(path.parent / str(following))!r}."
        )


def _check_signature_name(name):
    reserved = {SERVE, SERVE_XLA, contract.DEFAULT_SIGNATURE}
    if not name.isidentifier() or name in reserved:
        raise ValueError(
            "The name of a signature must be a Python identifier other than "
            f"{sorted(reserved)}. Received: {name!r}"
        )


def _endpoint(function, structure, specs, jit_compile=False):
    """Traces `function`, which returns a dict, to take a dict of inputs."""
    import tensorflow as tf

    def call_by_name(named):
        flat = [named[name] for name in specs]
        return function(keras.tree.pack_sequence_as(structure, flat))

    traced = tf.function(
        call_by_name,
        input_signature=[specs],
        autograph=False,
        jit_compile=jit_compile or None,
    )
    traced.get_concrete_function()
    return traced


def _write_whole(archive, path):
    """Writes beside `path`, checks, and renames; or leaves nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A model server takes no notice of a name that is not a number.
    partial = path.parent / f".{path.name}.partial-{uuid.uuid4().hex[:8]}"
    try:
        archive.write_out(str(partial), verbose=False)
        report, breaches = contract.read_saved_model(partial)
        contract.raise_if_broken(path, breaches)
        _check_path(path)  # Another process may have written it meanwhile.
        os.rename(partial, path)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return report
