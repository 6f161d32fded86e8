"""The only backend-specific code of the package, one file per backend.

Every file offers the same interface:

- `read_once(variables)`: context manager in which each variable is read a
  single time, up front, instead of at each use.

`with_gradient` hides what the backends do differently under one name.
"""

import functools
import importlib

import keras

if keras.backend.backend() not in ("tensorflow", "jax", "torch"):
    raise ImportError(
        "keras_dl4 runs on the Keras backends 'tensorflow', 'jax' and 'torch'. "
        f"Received: {keras.backend.backend()!r}. Set KERAS_BACKEND to one."
    )
_implementation = importlib.import_module(
    f"keras_dl4.backend.{keras.backend.backend()}"
)

read_once = _implementation.read_once


def with_gradient(function):
    """Decorates a function of tensors that brings its own gradient.

    Args:
        function: Takes tensors and returns its output, one tensor, and a
            function from the gradient with respect to the output to the
            tuple of gradients with respect to the inputs.

    Returns:
        A function of the same tensors that returns the output alone.
    """

    @keras.ops.custom_gradient
    def with_keras_signature(*inputs):
        output, gradient = function(*inputs)

        def keras_gradient(*args, upstream=None):
            return gradient(args[0] if upstream is None else upstream)

        return output, keras_gradient

    @functools.wraps(function)
    def wrapped(*inputs):
        return with_keras_signature(
            *(keras.ops.convert_to_tensor(x) for x in inputs)
        )

    return wrapped


__all__ = ["read_once", "with_gradient"]
