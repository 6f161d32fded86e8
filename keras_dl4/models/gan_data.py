"""Batches of an adversarial game: what is in them, and whether it is good."""

import keras
from keras import ops

from keras_dl4.models import gan_checks
from keras_dl4.models import gan_labels
from keras_dl4.models import host_checks


def unpack(gan, batch):
    """Data, and a list of its labels, of a batch in a training step.

    Args:
        gan: `keras_dl4.models.GAN`.
        batch: What Keras hands to `train_step`.

    Returns:
        Float32 tensor, and a list that is empty without `num_classes`.

    Raises:
        ValueError: If there are weights of examples, or labels are lacking.
    """
    x, labels, weights = keras.utils.unpack_x_y_sample_weight(batch)
    if weights is not None:
        raise ValueError(
            "A GAN does not weigh examples. Received: `sample_weight` or "
            "`class_weight`. Leave it out, or draw examples in proportion."
        )
    x, labels = _split(gan, x, labels)
    if gan.num_classes is None:
        return ops.cast(x, "float32"), []
    if labels is None:
        gan_labels.check_labels(labels, gan.num_classes)
    labels = ops.cast(ops.reshape(labels, (-1,)), "int32")
    return ops.cast(x, "float32"), [labels]


def checked(gan, x, y, batch_size):
    """Checks what `fit` and `evaluate` are given.

    Args:
        gan: `keras_dl4.models.GAN`.
        x: Array, list of data and labels, or data set of batches.
        y: Array of labels, or `None`.
        batch_size: Int, or `None`, of arrays.

    Returns:
        What to use instead of `x`.

    Raises:
        ValueError: If data or labels are bad, or batches do not divide.
    """
    if x is None:
        return x
    replicas, parts = gan.num_replicas, gan.num_micro_batches
    if isinstance(x, list | tuple | dict) or host_checks.is_array(x):
        data, labels = _split(gan, x, y)
        gan_checks.check_batches(len(data), batch_size or 32, replicas, parts)
    else:
        batch, x = host_checks.first_batch(x)
        data, labels, _ = keras.utils.unpack_x_y_sample_weight(batch)
        data, labels = _split(gan, data, labels)
        if not host_checks.is_array(data):  # but spread over replicas
            return x
        gan_checks.check_batches(None, len(data), replicas, parts)
        _check_later_batches(gan, x)
    gan_checks.check_data(data, gan.made, gan.generator)
    if gan.num_classes is not None:
        gan_labels.check_labels(labels, gan.num_classes)
    return x


def _check_later_batches(gan, x):
    """Refuses a data set whose last batch may not divide."""
    replicas, parts = gan.num_replicas, gan.num_micro_batches
    num_batches = getattr(x, "num_batches", None)
    if isinstance(x, keras.utils.PyDataset) and num_batches:
        last, *_ = keras.tree.flatten(x[num_batches - 1])
        gan_checks.check_batches(None, len(last), replicas, parts)
    specs = keras.tree.flatten(getattr(x, "element_spec", ()))
    if replicas * parts > 1 and any(spec.shape[0] is None for spec in specs):
        raise ValueError(
            "Batches must have one known size, to be divided. Received: a "
            "data set of batches of unknown size, the last of which may be "
            f"smaller, for {replicas} replicas and num_micro_batches={parts}. "
            "Pass `drop_remainder=True` to `tf.data.Dataset.batch`."
        )


def _split(gan, x, labels):
    """Data and labels, which may come as a list."""
    is_pair = isinstance(x, list | tuple) and len(x) == 2
    if is_pair and gan.num_classes is not None and labels is None:
        return x
    if isinstance(x, list | tuple | dict):
        raise ValueError(
            "`x` must be one array, or with `num_classes` a list of it and "
            f"labels. Received: a {type(x).__name__} of {len(x)}. Join several "
            "arrays along an axis, and turn lists into arrays."
        )
    return x, labels
