"""Sentences, their tags and contents, before a model is trained on them."""

import keras
import numpy as np

from keras_dl4.models.caption_checks import check_ids
from keras_dl4.models.host_checks import check_values
from keras_dl4.models.host_checks import first_batch
from keras_dl4.models.host_checks import is_array

_SHAPES = {
    "tokens": "(batch, words)",
    "context": "(batch, context_size)",
    "tags": "(batch, words)",
    "content": "(batch, {})",
}


def check_inputs(inputs, names, content_dim=None):
    """Refuses inputs other than a dict of matrices of those names.

    Args:
        inputs: What is to be one, of arrays or of shapes.
        names: Sequence of strings.
        content_dim: Int, or `None` without contents. Defaults to `None`.

    Raises:
        ValueError: If it is not.
    """
    found = type(inputs).__name__
    if isinstance(inputs, dict):
        found = {name: _shape_of(each) for name, each in inputs.items()}
    if (
        not isinstance(inputs, dict)
        or any(len(found.get(name, ())) != 2 for name in names)
        or ("content" in names and found["content"][1] != content_dim)
    ):
        expected = ", ".join(
            f"'{name}' {_SHAPES[name].format(content_dim)}" for name in names
        )
        raise ValueError(
            f"The inputs must be a dict of {expected}. Received: {found}. "
            "Pad sentences on the right by 0, to one length."
        )


def _shape_of(each):
    return tuple(getattr(each, "shape", each))


def checked_data(x, names, vocabulary_size, *, num_tags=None, content_dim=None):
    """Checks what a model of sentences is to be trained on.

    Args:
        x: Dict of arrays, or a data set of batches of dicts, of which the
            first is read.
        names: Sequence of strings, what the dict must have.
        vocabulary_size: Int.
        num_tags: Int, or `None` without tags. Defaults to `None`.
        content_dim: Int, or `None` without contents. Defaults to `None`.

    Returns:
        What to train on instead of `x`.

    Raises:
        ValueError: If values are bad.
    """
    if x is None:
        return x
    data = x
    if not isinstance(x, dict) and not is_array(x):
        batch, x = first_batch(x)
        data, _, _ = keras.utils.unpack_x_y_sample_weight(batch)
    check_inputs(data, names, content_dim)
    if not all(is_array(data[name]) for name in names):
        return x  # spread over replicas
    tokens = np.asarray(data["tokens"])
    check_ids("Ids of words", tokens, vocabulary_size)
    is_word = tokens != 0
    if not is_word[:, :1].all() or np.any(is_word[:, 1:] > is_word[:, :-1]):
        raise ValueError(
            "Each sentence must be of words, and then of zeros. Received: "
            "a row of 'tokens' that starts with 0, or has a word after one. "
            "Leave empty sentences out, and pad on the right."
        )
    if "tags" in names:
        tags = np.asarray(data["tags"])
        check_ids("Ids of tags", tags, num_tags)
        if tags.shape != tokens.shape or np.any((tags != 0) != is_word):
            raise ValueError(
                "Each word must have a tag, and padding tag 0. Received: "
                f"'tags' of shape {tags.shape} for 'tokens' of shape "
                f"{tokens.shape}, or zeros at other places. Number tags "
                "from 1."
            )
    if "content" in names:
        check_values(data["content"])
    return x
