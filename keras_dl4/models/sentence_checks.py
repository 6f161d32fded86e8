"""Sentences, their tags and contents, before a model is trained on them."""

import keras
import numpy as np

from keras_dl4.models.caption_checks import check_ids
from keras_dl4.models.host_checks import as_numbers
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


def check_conditions(content, tags, content_dim, num_tags):
    """Refuses contents and structures that no sentences can be written under.

    Args:
        content: Array, or tensor, of which only the shape is looked at.
        tags: The same.
        content_dim: Int.
        num_tags: Int.

    Raises:
        ValueError: If shapes or values are bad.
    """
    shapes = [
        tuple(x.shape) if keras.ops.is_tensor(x) else np.shape(x)
        for x in (content, tags)
    ]
    numbers = {shape[0] for shape in shapes if shape} - {None}
    is_matrix = [len(shape) == 2 for shape in shapes]
    if not all(is_matrix) or shapes[0][1] != content_dim or len(numbers) > 1:
        raise ValueError(
            f"`content` must be of shape (batch, {content_dim}), and `tags` "
            f"(batch, words). Received: shapes {shapes[0]} and {shapes[1]}. "
            "Pass one structure for each content."
        )
    if not keras.ops.is_tensor(content):
        check_values(content)
    if keras.ops.is_tensor(tags):  # which may be traced
        return
    check_ids("Ids of tags", tags, num_tags)
    is_word = np.asarray(tags) != 0
    if np.any(is_word[:, 1:] > is_word[:, :-1]):
        raise ValueError(
            "`tags` must be those of words, and then 0. Received: a tag after "
            "0. Pad structures on the right."
        )


def checked_images(images, shape):
    """Checks images that are to be captioned.

    Args:
        images: Array, tensor or nested list.
        shape: Tuple, that of a batch on which the embedding was built.

    Returns:
        NumPy array of them.

    Raises:
        ValueError: If they are none, not finite, or not of that kind.
    """
    images = as_numbers(images)
    check_values(images)
    # Pictures may be of other sizes, but not features.
    is_other_size = images.ndim == 2 and images.shape[1] != shape[-1]
    if images.ndim != len(shape) or is_other_size:
        expected = ", ".join(str(size) for size in shape[1:])
        raise ValueError(
            f"Images must be of shape (num_images, {expected}), as the "
            f"embedding was built on. Received: {images.shape}. Pass a single "
            "one as `images[None]`."
        )
    return images
