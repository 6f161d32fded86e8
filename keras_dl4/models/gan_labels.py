"""Labels of an adversarial game: those of data, and those of samples."""

import numpy as np


def check_labels(labels, num_classes):
    """Refuses labels that are no classes.

    Args:
        labels: Array, or `None`.
        num_classes: Int, how many there are.

    Raises:
        ValueError: If there are no labels, they are not one int for each
            example, or one is out of range.
    """
    if labels is None:
        raise ValueError(
            "A GAN with `num_classes` is trained on labels as well. Received: "
            "no labels. Call `fit(images, labels)`."
        )
    labels = np.asarray(labels)
    is_flat = labels.ndim == 1 or labels.shape[1:] == (1,)
    if not is_flat or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            "Labels must be one int for each example. Received: an array of "
            f"shape {labels.shape} and dtype {labels.dtype}. Take the argmax "
            "of one-hot labels."
        )
    if labels.min() < 0 or labels.max() >= num_classes:
        raise ValueError(
            f"Labels must be in [0, {num_classes}). Received: labels from "
            f"{labels.min()} to {labels.max()}. Raise `num_classes`, or "
            "number the classes from 0."
        )


def check_are_given(labels, num_classes):
    """Refuses labels without classes, and classes without labels.

    Args:
        labels: Array or tensor, or `None`.
        num_classes: Int, or `None` where there are no classes.

    Raises:
        ValueError: If one is given and not the other.
    """
    if (labels is None) == (num_classes is None):
        return
    if labels is None:
        raise ValueError(
            f"A GAN of {num_classes} classes makes samples of them. Received: "
            "no labels. Pass `labels`, one int for each sample."
        )
    raise ValueError(
        "This GAN has no classes. Received: labels. Leave them out, or make "
        "the model with `num_classes`."
    )


def of_samples(labels, num_samples, num_classes):
    """Which class each sample is to be of.

    Args:
        labels: Int array `(num_samples,)`, or `None` for all in turn.
        num_samples: Int.
        num_classes: Int, or `None` where there are no classes.

    Returns:
        Int array `(num_samples,)`, or `None` without classes.

    Raises:
        ValueError: If labels are no classes, or of another number.
    """
    if labels is None and num_classes is not None:
        return np.arange(num_samples, dtype="int32") % num_classes
    check_are_given(labels, num_classes)
    if labels is None:
        return None
    check_labels(labels, num_classes)
    labels = np.asarray(labels).ravel()
    if len(labels) != num_samples:
        raise ValueError(
            f"There must be one label for each of {num_samples} samples. "
            f"Received: {len(labels)} labels. Leave them out for all classes "
            "in turn."
        )
    return labels


def split_inputs(inputs, num_classes):
    """Data and labels that a model is called with.

    Args:
        inputs: Tensor, or with classes a list of it and labels.
        num_classes: Int, or `None` where there are no classes.

    Returns:
        List of one or two tensors.

    Raises:
        ValueError: If there are classes, and `inputs` is no such list.
    """
    if num_classes is None:
        return [inputs]
    if not isinstance(inputs, list | tuple) or len(inputs) != 2:
        raise ValueError(
            "A GAN with `num_classes` is called with a list of data and "
            f"labels. Received: a {type(inputs).__name__}. Call it with "
            "`[x, labels]`."
        )
    return inputs
