"""What a model takes and gives, and under which names."""

import re

import keras

from keras_dl4.serving import contract


def input_structure(model, input_signature):
    """Returns what the model takes, with a spec or KerasTensor as leaves."""
    if not model.built:
        raise ValueError(
            "The model must be built before it is exported. Received: "
            f"model {model.name!r}. Call it once on a batch of data."
        )
    if input_signature is not None:
        structure = input_signature
    elif isinstance(model, keras.Sequential):
        structure = model.inputs[0]
    elif getattr(model, "inputs", None):
        structure = model.input
    elif hasattr(model, "serving_inputs"):
        structure = model.serving_inputs()
    else:
        raise ValueError(
            "`input_signature` is needed for a subclassed model, since Keras "
            "does not know the dtypes and free axes of its inputs. Received: "
            f"model {model.name!r}. Pass for example `input_signature="
            "keras.InputSpec(shape=(None, None, 9), dtype='float32')`, or "
            "wrap the model: `keras.Model(x, model(x))` with "
            "`x = keras.Input(...)`."
        )
    check_leaves(structure)
    return structure


def check_leaves(structure):
    """Refuses inputs without a dtype, or of fixed batch size."""
    for leaf in keras.tree.flatten(structure):
        shape = getattr(leaf, "shape", None)
        dtype = getattr(leaf, "dtype", None)
        if not shape or shape[0] is not None or dtype is None:
            raise ValueError(
                "Each input needs a dtype and a shape whose first axis, the "
                f"batch, is None. Received: {leaf}. Start the model with "
                "`keras.Input(shape, dtype=...)` (a Sequential model without "
                "it takes shape and dtype from its first batch; a stateful "
                "model fixes its batch size), or pass `input_signature`."
            )


def named_specs(structure, input_names):
    """Returns a dict from input name to `tf.TensorSpec`, in flat order."""
    import tensorflow as tf

    leaves = keras.tree.flatten(structure)
    if input_names is None:
        generated = contract.GENERATED_NAME.fullmatch
        given = [
            leaf.name if leaf.name and not generated(leaf.name) else None
            for leaf in leaves
        ]
        names = _leaf_names(structure, given, "inputs")
    else:
        names = exact_names(input_names, structure)
    for name in names:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
            raise ValueError(
                "The name of an input must be letters, digits and "
                f"underscores. Received: {name!r}. Pass `input_names`."
            )
    return {
        name: tf.TensorSpec(leaf.shape, leaf.dtype, name=name)
        for name, leaf in zip(names, leaves, strict=True)
    }


def _leaf_names(structure, given, default):
    """Names the leaves: by dict key, else as `given`, else by position."""
    paths = [path for path, _ in keras.tree.flatten_with_path(structure)]
    names = []
    for index, path in enumerate(paths):
        keys = [part for part in path if isinstance(part, str)]
        name = keys[-1] if keys else given[index]
        if name is None:
            name = default if len(paths) == 1 else f"{default}_{index + 1}"
        names.append(name)
    if len(set(names)) < len(names):
        raise ValueError(
            f"The names of {default} must differ from each other. "
            f"Received: {names}. Pass `input_names` or `output_names`."
        )
    return names


def exact_names(names, structure):
    """Returns the names that were given, one for each leaf."""
    num_leaves = len(keras.tree.flatten(structure))
    names = [names] if isinstance(names, str) else list(names)
    if len(names) != num_leaves or len(set(names)) != num_leaves:
        raise ValueError(
            f"Expected {num_leaves} names that differ from each other. "
            f"Received: {names}"
        )
    return names


def declared_output_names(model, outputs):
    """Returns the names of outputs: their keys, or those of output layers."""
    if isinstance(model, keras.Sequential):
        given = [model.layers[-1].name]
    else:
        given = getattr(model, "output_names", [])
    num_leaves = len(keras.tree.flatten(outputs))
    # A layer with several outputs appears once for each.
    if len(given) != num_leaves or len(set(given)) < num_leaves:
        given = [None] * num_leaves
    return _leaf_names(outputs, given, "outputs")
