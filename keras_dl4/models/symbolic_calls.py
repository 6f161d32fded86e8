"""Calls of parts of a model before there is data, which build them."""


def outputs_of(layer, inputs, what):
    """What a layer returns for symbolic inputs, which builds it.

    Args:
        layer: Layer or model.
        inputs: `keras.KerasTensor`.
        what: String, how the message calls the inputs.

    Returns:
        Its outputs, `keras.KerasTensor` or a structure of those.

    Raises:
        ValueError: If the layer does not take inputs of that shape.
    """
    try:
        return layer(inputs)
    except ValueError as error:
        raise ValueError(
            f"Encoder and decoder must fit. Received: {what} of shape "
            f"{tuple(inputs.shape)}, which {layer.name!r} does not take. "
            f"Give it a `keras.Input` of this shape. It says:\n{error}"
        ) from error


def check_is_one(input_shape):
    """Refuses shapes of several tensors.

    Args:
        input_shape: What Keras gives to `build`.

    Raises:
        ValueError: If it is not the shape of one tensor.
    """
    if not isinstance(input_shape, list | tuple) or not all(
        size is None or isinstance(size, int) for size in input_shape
    ):
        raise ValueError(
            "An autoencoder takes one tensor. Received: inputs of shape "
            f"{input_shape}. Join several along an axis."
        )
