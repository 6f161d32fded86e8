"""Distortions by the names that the paper gives them."""

from keras_dl4.datasets.distorted_digits.distorted_digits import DistortedDigits


def distort_digits(distortion, images, labels, **kwargs):
    """Makes a data set of distorted digits, by the name in the paper.

    | name | class |
    |---|---|
    | `"R"` | `RotatedDigits` |
    | `"RTS"` | `PlacedDigits` |
    | `"P"` | `ProjectedDigits` |
    | `"E"` | `ElasticDigits` |
    | `"TC"` | `ClutteredDigits` |
    | `"addition"` | `AdditionDigits` |
    | `"colocalization"` | `ColocalizationDigits` |
    | `"extruded"` | `ExtrudedDigits` |

    Args:
        distortion: String, one of the names above.
        images: Float array of shape `(num_images, height, width)`, or with a
            single channel, from 0 to 1.
        labels: Int array of shape `(num_images,)`.
        **kwargs: Further arguments of the class.

    Returns:
        A `DistortedDigits`.

    Raises:
        ValueError: If there is no such distortion, or its class refuses the
            other arguments.

    Example:

    >>> (x_train, y_train), _ = load_digits()
    >>> digits = distort_digits("RTS", x_train, y_train, batch_size=64, seed=1)
    >>> digits[0][0].shape
    (64, 42, 42, 1)
    """
    classes = {
        kind.paper_name: kind for kind in DistortedDigits.__subclasses__()
    }
    classes.pop(None, None)  # classes of users that go without a name
    if not isinstance(distortion, str) or distortion not in classes:
        names = ", ".join(map(repr, sorted(classes)))
        raise ValueError(
            f"`distortion` must be one of {names}. Received: "
            f"distortion={distortion!r}."
        )
    return classes[distortion](images, labels, **kwargs)
