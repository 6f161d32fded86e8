"""Stories and questions as ids, checked before a model is trained on them."""

import keras
import numpy as np

from keras_dl4.models.host_checks import first_batch
from keras_dl4.models.host_checks import is_array

_RANKS = {"story": 3, "question": 2}


def lengths_of(input_shape, architecture, known=None):
    """How long sentences and questions are.

    Args:
        input_shape: Dict of shapes.
        architecture: `EndToEndMemory`.
        known: Dict of what they were before, with `None` where that is not
            known. Defaults to `None`.

    Returns:
        Dict of `sentence_length` and `question_length`, ints.

    Raises:
        ValueError: If these are no shapes of stories and questions, or the
            lengths were others before.
    """
    known = known or {}
    shapes = input_shape if isinstance(input_shape, dict) else {}
    shapes = {name: tuple(shapes.get(name) or ()) for name in _RANKS}
    lengths = [shape[-1] for shape in shapes.values() if shape]
    has_ranks = {name: len(shape) for name, shape in shapes.items()} == _RANKS
    found = dict(
        zip(("sentence_length", "question_length"), lengths, strict=False)
    )
    is_known = has_ranks and all(known.get(name) for name in found)
    if not has_ranks or (None in lengths and not is_known):
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
    for name, length in found.items():
        # Where data came in several lengths, compiled code knows none.
        if known.get(name) not in (None, length):
            raise ValueError(
                f"The model has `{name}={known[name]}`. Received: inputs of "
                f"shapes {input_shape}. Pad as in training, since weights of "
                "words depend on it, by the same StoryVectorizer."
            )
    return found


def checked_questions(x, y, architecture, known=None, least_answer=0):
    """Checks the data that a model is to be trained on.

    Args:
        x: Dict of arrays, checked whole, or a data set of batches `(x, y)`, of
            which the first is.
        y: Array of answers, or `None`.
        architecture: `EndToEndMemory`.
        known: As of `lengths_of`. Defaults to `None`.
        least_answer: Int, the smallest id that an answer may have. Defaults to
            `0`.

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
        _check_batch(x, y, architecture, known, least_answer)
        return x
    batch, x = first_batch(x)
    data, target, _ = keras.utils.unpack_x_y_sample_weight(batch)
    _check_batch(data, target, architecture, known, least_answer)
    return x


def _check_batch(x, y, architecture, known, least_answer):
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
        lengths_of(shapes, architecture, known)
    size = architecture.vocabulary_size
    for name, values in found.items():
        low, high = values.min(initial=0), values.max(initial=0)
        if values.dtype.kind not in "iu" or not 0 <= low <= high < size:
            raise ValueError(
                f"The {name} must hold ids of words, ints from 0 to "
                f"{size - 1}. Received: {values.dtype} values from {low} to "
                f"{high}. Use the vectorizer whose vocabulary the model has."
            )
    answers = found.get("answer", np.full(1, least_answer))
    if answers.min(initial=least_answer) < least_answer:
        raise ValueError(
            "In training every answer must be a word, since none can be "
            f"learned to be unknown. Received: {(answers < least_answer).sum()}"
            f" answers with an id below {least_answer}. Adapt the vectorizer "
            "to the data that is trained on."
        )
