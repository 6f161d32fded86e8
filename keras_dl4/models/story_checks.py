"""Stories and questions as ids, checked before a model is trained on them."""

import keras
import numpy as np

from keras_dl4.models.host_checks import first_batch
from keras_dl4.models.host_checks import is_array

_RANKS = {"story": 3, "question": 2}


def lengths_of(input_shape, architecture):
    """How long sentences and questions are.

    Args:
        input_shape: Dict of shapes.
        architecture: `EndToEndMemory`.

    Returns:
        Dict of `sentence_length` and `question_length`, ints.

    Raises:
        ValueError: If these are no shapes of stories and questions.
    """
    shapes = input_shape if isinstance(input_shape, dict) else {}
    shapes = {name: tuple(shapes.get(name) or ()) for name in _RANKS}
    lengths = [shape[-1] for shape in shapes.values() if shape]
    if {name: len(shape) for name, shape in shapes.items()} != _RANKS or (
        None in lengths
    ):
        raise ValueError(
            "The inputs must be a dict of `story` (batch, n, num_words) and "
            "`question` (batch, num_words), with known numbers of words. "
            f"Received: shapes {input_shape}. Use what "
            "`StoryVectorizer.encode` returns."
        )
    if (shapes["story"][1] or 0) > architecture.memory_size:
        raise ValueError(
            f"Stories may have up to {architecture.memory_size} sentences. "
            f"Received: story of shape {shapes['story']}. Give the model a "
            "larger `memory_size`, or the vectorizer a smaller one."
        )
    return {"sentence_length": lengths[0], "question_length": lengths[1]}


def checked_questions(x, y, architecture):
    """Checks the data that a model is to be trained on.

    Args:
        x: Dict of arrays, checked whole, or a data set of batches `(x, y)`, of
            which the first is.
        y: Array of answers, or `None`.
        architecture: `EndToEndMemory`.

    Returns:
        What to train on instead of `x`.

    Raises:
        ValueError: If there is something that is not the id of a word, or of
            another shape.
    """
    if x is None:
        return x
    is_data_set = hasattr(x, "__iter__") or isinstance(x, keras.utils.PyDataset)
    is_array = isinstance(x, dict | list | tuple) or hasattr(x, "__array__")
    if not is_data_set or is_array:
        _check_batch(x, y, architecture)
        return x
    batch, x = first_batch(x)
    data, target, _ = keras.utils.unpack_x_y_sample_weight(batch)
    _check_batch(data, target, architecture)
    return x


def _check_batch(x, y, architecture):
    if not isinstance(x, dict) or not _RANKS.keys() <= x.keys():
        raise ValueError(
            "The data must be a dict of `story` and `question`. Received: a "
            f"{type(x).__name__}. Use what `StoryVectorizer.encode` returns."
        )
    found = {name: x[name] for name in _RANKS}
    if y is not None:
        found["answer"] = y
    found = {
        name: np.asarray(values)
        for name, values in found.items()
        if is_array(values)  # and not spread over replicas
    }
    if _RANKS.keys() <= found.keys():
        shapes = {name: found[name].shape for name in _RANKS}
        lengths_of(shapes, architecture)
    size = architecture.vocabulary_size
    for name, values in found.items():
        low, high = values.min(initial=0), values.max(initial=0)
        if values.dtype.kind not in "iu" or not 0 <= low <= high < size:
            raise ValueError(
                f"The {name} must hold ids of words, ints from 0 to "
                f"{size - 1}. Received: {values.dtype} values from {low} to "
                f"{high}. Use the vectorizer whose vocabulary the model has."
            )
