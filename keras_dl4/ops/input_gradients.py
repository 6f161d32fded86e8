"""How steep a discriminator is at its inputs."""

from keras import ops

from keras_dl4.backend import vjp


def squared_gradient_norms(function, inputs):
    """Squared norms of the gradients of outputs with respect to inputs.

    Args:
        function: From a tensor `(batch, ...)` to one output for each example,
            a tensor of `batch` numbers; examples must not depend on others.
        inputs: Float tensor `(batch, ...)`.

    Returns:
        Float32 tensor `(batch,)`, which can be differentiated.

    Raises:
        ValueError: If no path leads from the inputs to the outputs.
    """
    inputs = ops.cast(inputs, "float32")
    outputs, pullback = vjp(
        lambda x: ops.cast(function(x), "float32"), ops.stop_gradient(inputs)
    )
    gradient = pullback(ops.ones_like(outputs))
    if gradient is None:
        raise ValueError(
            "The output of the discriminator must depend on its input by "
            f"differentiable operations. Received: {function}, whose output "
            "has no gradient."
        )
    axes = tuple(range(1, len(inputs.shape)))
    return ops.sum(ops.square(ops.cast(gradient, "float32")), axis=axes)
