"""Values of pictures, captions and image ids, before a model is trained."""

import keras
import numpy as np

from keras_dl4.models.host_checks import check_values
from keras_dl4.models.host_checks import first_batch
from keras_dl4.models.host_checks import is_array

# From there on float32, to which Keras converts, does not tell ids apart.
_NUM_IDS = 2**24
_NAMES = ("image", "tokens")


def check_names(inputs):
    """Refuses inputs other than a dict of images and tokens.

    Args:
        inputs: What is to be one, of arrays or of shapes.

    Raises:
        ValueError: If it is not.
    """
    if not isinstance(inputs, dict) or not set(_NAMES) <= set(inputs):
        found = list(inputs) if isinstance(inputs, dict) else type(inputs)
        raise ValueError(
            "The inputs must be a dict of 'image' and 'tokens'. Received: "
            f"{found}. Pass {{'image': images, 'tokens': word_ids}}."
        )


def checked_data(x, y, vocabulary_size):
    """Checks what a visual-semantic embedding is to be trained on.

    Args:
        x: Dict of arrays, or a data set of batches `(dict, image_ids)`, of
            which the first is read.
        y: Array of image ids, or `None` for a data set.
        vocabulary_size: Int, or `None` if it is not known.

    Returns:
        What to train on instead of `x`.

    Raises:
        ValueError: If values are bad.
    """
    if x is None:
        return x
    data, ids = x, y
    if not isinstance(x, dict) and not is_array(x):
        batch, x = first_batch(x)
        data, ids, _ = keras.utils.unpack_x_y_sample_weight(batch)
    check_names(data)
    if not all(is_array(data[name]) for name in _NAMES):
        return x  # spread over replicas
    check_values(data["image"])
    check_ids("Ids of words", data["tokens"], vocabulary_size)
    if not np.any(np.asarray(data["tokens"]), axis=-1).all():
        raise ValueError(
            "Each caption must have a word. Received: rows of zeros in "
            "'tokens'. Leave those pairs out."
        )
    if ids is None or np.size(ids) != len(data["tokens"]):
        raise ValueError(
            "There must be an image id for each pair, equal for captions of "
            f"one image. Received: {None if ids is None else np.shape(ids)} "
            f"ids for {len(data['tokens'])} pairs. Pass them as y; "
            "`np.arange(len(images))` where each image comes once."
        )
    check_ids("Ids of images", ids)
    return x


def check_ids(what, ids, number=None):
    """Refuses ids that are no ints from 0 to `number - 1`.

    Args:
        what: String, what they are ids of, for the message.
        ids: Array or tensor.
        number: Int, or `None` for as many as float32 tells apart. Defaults to
            `None`.

    Raises:
        ValueError: If there are such.
    """
    number = number or _NUM_IDS
    ids = np.asarray(ids)
    low, high = (ids.min(), ids.max()) if ids.size else (0, 0)
    if ids.dtype.kind not in "iu" or not 0 <= low <= high < number:
        raise ValueError(
            f"{what} must be ints from 0 to {number - 1}. Received: "
            f"{ids.dtype} values from {low} to {high}. Number them anew."
        )
