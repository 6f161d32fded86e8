"""Shapes as far as they are known."""


def shapes_agree(first, second):
    """Whether two shapes can be the same.

    Args:
        first: Tuple of ints, `None` for a size that is not known.
        second: Another one.

    Returns:
        Boolean.
    """
    return len(first) == len(second) and all(
        a == b or a is None or b is None
        for a, b in zip(first, second, strict=True)
    )
