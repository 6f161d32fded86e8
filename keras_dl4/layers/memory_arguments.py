"""What layers that read memories are given: shapes, masks, choices."""

NONLINEARITIES = (None, "relu")


def check_nonlinearity(nonlinearity):
    """Refuses an unknown nonlinearity behind a hop.

    Args:
        nonlinearity: The argument of a layer or model.

    Raises:
        ValueError: If it is unknown.
    """
    if nonlinearity not in NONLINEARITIES:
        raise ValueError(
            f"`nonlinearity` must be one of {NONLINEARITIES}. Received: "
            f"nonlinearity={nonlinearity!r}"
        )


def check_memory_shapes(input_shape):
    """Refuses query, keys and values that do not fit.

    Args:
        input_shape: List of their shapes.

    Returns:
        Int, the size of their vectors.

    Raises:
        ValueError: If there are not three, or they do not fit.
    """
    shapes = [
        tuple(shape) for shape in input_shape if isinstance(shape, list | tuple)
    ]
    if len(shapes) == 3:
        query, keys, values = shapes
        ranks = [len(shape) for shape in shapes]
        known = query[-1] is not None
        if known and ranks == [2, 3, 3] and keys == values:
            if keys[2] == query[1]:
                return query[1]
    raise ValueError(
        "The inputs must be a list of a query (batch, dim), keys and values, "
        "both of shape (batch, memory_size, dim), with the same known dim. "
        f"Received: shapes {input_shape}. Project them to one size by a "
        "`keras.layers.Dense`."
    )


def memory_mask(mask):
    """Which memories are there, of the masks of query, keys and values.

    Args:
        mask: List of three masks, or `None`.

    Returns:
        Boolean tensor `(batch, memory_size)`, or `None` for all.
    """
    if mask is None:
        return None
    _, of_keys, of_values = mask
    return of_values if of_keys is None else of_keys
