"""Jacobians of encoders, one for each example of a batch."""

import math

import keras
from keras import ops

from keras_dl4.backend import jvp
from keras_dl4.backend import pull_back_each
from keras_dl4.backend import vjp
from keras_dl4.backend import without_side_effects


def batch_jacobian(function, inputs):
    """Jacobian of each example's output with respect to its own input.

    One vector-Jacobian product for each output, or one Jacobian-vector
    product for each input where there are fewer of those, in one go on JAX and
    one after the other elsewhere: up to some hundred they are fine.

    Zeros count as a derivative: of `keras.ops.sign` on TensorFlow and
    PyTorch, and of rounding on PyTorch. An encoder which ends in these is not
    refused there.

    Args:
        function: Layer, model or other function of a tensor `(batch, ...)`
            that treats the examples apart, with one float output of a known
            shape. Layers are called with `training=False`.
        inputs: Float tensor `(batch, ...)` of a known shape but for the
            batch.

    Returns:
        Float32 tensor `(batch, output size, input size)`; both shapes are
        flattened. It can be differentiated.

    Raises:
        ValueError: If `inputs` or the output are no float tensors, or no path
            of differentiable operations connects them.

    Example:

    >>> from keras_dl4.ops import batch_jacobian
    >>> np.array(batch_jacobian(keras.ops.square, [[1.0, 2.0]]))
    array([[[2., 0.],
            [0., 4.]]], dtype=float32)
    """
    inputs = check_inputs(inputs)
    quiet = inference_of(function)
    y, pullback = vjp(quiet, inputs)
    num_inputs, num_outputs = size_of(inputs), size_of(y)
    if num_outputs <= num_inputs:
        rows = pull_back_each(require_path(pullback), _basis(y))
        return _examples_first(rows, num_inputs, (1, 0, 2))
    _, pushforward = jvp(quiet, inputs)
    columns = pull_back_each(require_path(pushforward), _basis(inputs))
    return _examples_first(columns, num_outputs, (1, 2, 0))


def _basis(x):
    """All unit vectors of the space of an example: `(size, batch, ...)`."""
    size = size_of(x)
    basis = ops.reshape(ops.eye(size), (size, 1, *x.shape[1:]))
    return basis + ops.zeros_like(x)[None]


def _examples_first(products, size, order):
    number = products.shape[0]
    products = ops.reshape(products, (number, -1, size))
    return ops.transpose(products, order)


def size_of(x):
    """How many numbers there are in one example."""
    return math.prod(x.shape[1:])


def check_inputs(inputs):
    """Float32 tensor of the inputs of an encoder, or a `ValueError`."""
    if isinstance(inputs, dict) or keras.tree.is_nested(inputs):
        flat = keras.tree.flatten(inputs)
        if any(hasattr(each, "shape") and each.shape for each in flat):
            raise ValueError(
                "The Jacobian is the one with respect to a single input "
                f"tensor. Received: {len(flat)} of them, as "
                f"{type(inputs).__name__}. Concatenate them in front of the "
                "encoder, or fix all but one in a function around it."
            )
    inputs = ops.convert_to_tensor(inputs)
    check_float(inputs, "inputs")
    if len(inputs.shape) < 2:
        raise ValueError(
            "`inputs` must have an axis of examples and at least one more. "
            f"Received: shape {tuple(inputs.shape)}. Add the missing axis."
        )
    return ops.cast(inputs, "float32")


def check_float(x, name):
    """Raises a `ValueError` for a tensor that has no derivatives."""
    dtype = keras.backend.standardize_dtype(x.dtype)
    if "float" not in dtype:
        raise ValueError(
            f"The encoder has no Jacobian path: its {name} must be of a float "
            f"dtype. Received: {dtype}. Cast images to float, and put the "
            "encoder behind an embedding or in front of a rounding."
        )


def inference_of(encoder):
    """The function of a tensor that an encoder is in inference.

    It adds no losses and assigns no variables, and its output is float32.

    Args:
        encoder: Layer, model or other function.

    Returns:
        A function from a tensor to a float32 tensor.
    """
    is_layer = isinstance(encoder, keras.layers.Layer)

    def function(x):
        if is_layer:
            with without_side_effects(encoder):
                y = encoder(x, training=False)
        else:
            y = encoder(x)
        if not ops.is_tensor(y):
            raise ValueError(
                "The encoder must return one tensor, the code. Received: "
                f"{type(y).__name__}. Give a model of that output alone."
            )
        check_float(y, "output")
        return ops.cast(y, "float32")

    return function


def require_path(multiply):
    """The product `multiply`, which raises a `ValueError` instead of None."""

    def checked(vector):
        product = multiply(vector)
        if product is None:
            raise ValueError(
                "The encoder has no Jacobian path: no differentiable "
                "operations lead from its inputs to its output. Received: an "
                "output that is constant, rounded or behind "
                "`stop_gradient`. Leave out the penalty, or end the encoder "
                "before that operation."
            )
        return product

    return checked
