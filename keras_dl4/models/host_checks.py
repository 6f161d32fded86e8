"""Values of data, checked on the host before a model is trained on them.

Compiled code cannot raise. Arrays are checked whole; of a data set, which may
have no end, its first batch is.
"""

import itertools

import keras
import numpy as np


def is_array(data):
    """Whether data is one array or tensor, of any library."""
    return hasattr(data, "__array__")


def first_batch(data):
    """Looks at the first batch of a data set.

    Args:
        data: `keras.utils.PyDataset`, `tf.data.Dataset`, or another iterable
            of batches.

    Returns:
        The batch, or `None` if there is none, and what to iterate over
        instead of `data`, which for a generator is another one.
    """
    if isinstance(data, keras.utils.PyDataset):
        return data[0], data
    iterator = iter(data)
    batch = next(iterator, None)
    return batch, _after(batch, iterator) if iterator is data else data


def _after(batch, rest):
    """Yields a batch that was taken, then the rest; Keras needs tuples."""
    if batch is not None:
        for each in itertools.chain([batch], rest):
            yield each if isinstance(each, tuple) else (each,)


def check_values(values, data_range=None):
    """Refuses NaN, infinity, and values outside of a range.

    Args:
        values: Array or tensor of numbers.
        data_range: Pair of the least and the largest value, or `None` for any
            finite values. Defaults to `None`.

    Raises:
        ValueError: If there are such values, or none at all.
    """
    values = np.asarray(values)
    if not values.size:
        raise ValueError(
            f"There must be data. Received: an array of shape {values.shape}."
        )
    # NaN is both the least and the largest value where there is one.
    found = float(values.min()), float(values.max())
    if not np.all(np.isfinite(found)):
        raise ValueError(
            "The data must be finite. Received: "
            f"{int(np.sum(~np.isfinite(values)))} values of {values.size} "
            "that are NaN or infinite. Remove or replace them."
        )
    if data_range is None:
        return
    low, high = data_range
    if not low <= found[0] <= found[1] <= high:
        raise ValueError(
            f"The data must lie in [{low}, {high}] for this loss. Received: "
            f"values from {found[0]} to {found[1]}. Scale the data, pixels "
            "for example by `x / 255.0`, or choose a loss of data in any "
            "range, such as the squared error."
        )


def check_is_target(x, y, what):
    """Refuses targets other than the data itself.

    Args:
        x: Array of data.
        y: Array of targets.
        what: String, how the message calls the targets.

    Raises:
        ValueError: If they differ.
    """
    if y is x:
        return
    x, y = np.asarray(x), np.asarray(y)
    if not np.array_equal(x, y):
        raise ValueError(
            f"The target of an autoencoder is its input. Received: {what} of "
            f"shape {y.shape} that differs from x, of shape {x.shape}. Leave "
            "it out: `fit(x)`. To reconstruct clean data from noisy data, "
            "pass the clean data as x and the noise as `corruption`; for "
            "pairs of your own train a plain `keras.Model`."
        )


def check_pair(first, second):
    """Refuses batches of two shapes, and arrays that are not finite.

    Args:
        first: Array or tensor.
        second: The same.

    Raises:
        ValueError: If they are.
    """
    shapes = [
        tuple(x.shape) if keras.ops.is_tensor(x) else np.shape(x)
        for x in (first, second)
    ]
    if shapes[0] != shapes[1]:
        raise ValueError(
            "Both batches must have the same shape. Received: shapes "
            f"{shapes[0]} and {shapes[1]}. Pass pairs of examples."
        )
    for x in (first, second):
        if not keras.ops.is_tensor(x):  # which may be traced
            check_values(x)


def as_numbers(x):
    """An array of numbers.

    Args:
        x: Array, tensor or nested list.

    Returns:
        NumPy array.

    Raises:
        ValueError: If it is something else, such as a data set.
    """
    array = np.asarray(x) if is_array(x) or isinstance(x, list) else None
    if array is None or array.dtype.kind not in "biuf":
        raise ValueError(
            f"`x` must be one array of numbers. Received: a "
            f"{type(x).__name__}. Join the batches of a data set by "
            "`np.concatenate`."
        )
    return array


def check_no_class_weight(class_weight):
    """Refuses weights of classes, which data without labels does not have.

    Args:
        class_weight: What was given to `fit`.

    Raises:
        ValueError: If it is not `None`.
    """
    if class_weight is not None:
        raise ValueError(
            "An autoencoder knows no classes. Received: "
            f"class_weight={class_weight!r}. Pass the weight of each example "
            "as `sample_weight`."
        )


def checked_data(x, y=None, data_range=None):
    """Checks what a model is to be trained on to reconstruct it.

    Args:
        x: Array or tensor, or a data set of batches `x`, `(x, y)` or `(x, y,
            sample_weight)`. Its y may be labels, of another shape.
        y: The same array once more, or `None`. Defaults to `None`.
        data_range: Pair of the least and the largest value, or `None` for any
            finite values. Defaults to `None`.

    Returns:
        What to train on instead of `x`.

    Raises:
        ValueError: If values are bad, or there are targets other than x.
    """
    if is_array(x):
        check_values(x, data_range)
        if y is not None:
            check_is_target(x, y, "y")
        return x
    if x is None:
        return x
    if isinstance(x, list | tuple | dict):
        raise ValueError(
            "`x` must be one array, or a data set of those. Received: a "
            f"{type(x).__name__}. An autoencoder gives back one tensor; "
            "join several along an axis, and turn lists into arrays."
        )
    batch, x = first_batch(x)
    data, target, _ = keras.utils.unpack_x_y_sample_weight(batch)
    if is_array(data):  # and not spread over replicas
        check_values(data, data_range)
        if getattr(target, "shape", None) == data.shape:
            check_is_target(data, target, "batches with y")
    return x
