"""What a memory network with supporting facts takes, checked on the host."""

import math
import numbers

import keras
import numpy as np
from keras import ops

from keras_dl4.layers import role_features
from keras_dl4.layers.story_text import check_question
from keras_dl4.layers.story_text import check_vocabulary
from keras_dl4.layers.story_text import words_of
from keras_dl4.models import host_checks

_SMALLEST_VOCABULARY = 3  # With the nil word and the unknown one.


def check_arguments(model):
    """Refuses bad arguments.

    Args:
        model: `MemNN`, with its arguments as attributes.

    Raises:
        ValueError: If there is one.
    """
    if isinstance(model.vocabulary, list | tuple):
        check_vocabulary(model.vocabulary)
    elif not _is_int(model.vocabulary, _SMALLEST_VOCABULARY):
        raise ValueError(
            "`vocabulary` must be a list of words, or their number, of at "
            f"least {_SMALLEST_VOCABULARY}. Received: "
            f"vocabulary={model.vocabulary!r}. Take that of a StoryVectorizer."
        )
    for name in ("embedding_dim", "num_hops"):
        if not _is_int(getattr(model, name), 1):
            raise ValueError(
                f"`{name}` must be a positive int. Received: "
                f"{name}={getattr(model, name)!r}"
            )
    if model.sentence_encoding not in role_features.ENCODINGS:
        raise ValueError(
            f"`sentence_encoding` must be one of {role_features.ENCODINGS}. "
            f"Received: sentence_encoding={model.sentence_encoding!r}"
        )
    if not _is_number(model.margin) or not 0.0 < model.margin < math.inf:
        raise ValueError(
            f"`margin` must be above 0. Received: margin={model.margin!r}"
        )
    rate = model.unknown_word_rate
    if not _is_number(rate) or not 0.0 <= rate <= 1.0:
        raise ValueError(
            "`unknown_word_rate` must be a number from 0 to 1. Received: "
            f"unknown_word_rate={rate!r}. Write 10 % as 0.1."
        )
    if model.compute_dtype != "float32":
        raise ValueError(
            "MemNN computes in float32. Received: "
            f"dtype={model.dtype_policy.name!r}. Leave `dtype` out; a policy "
            "of mixed precision may stay set for other models."
        )


def check_shapes(shapes, num_hops):
    """Refuses inputs of other shapes.

    Args:
        shapes: Dict of the shapes of inputs.
        num_hops: Int, the most facts.

    Raises:
        ValueError: If they are others.
    """
    wanted = {"story": 3, "question": 2}
    ranks = (
        {name: len(shape) for name, shape in shapes.items()}
        if isinstance(shapes, dict)
        else {}
    )
    if ranks not in (wanted, {**wanted, "supports": 2}):
        raise ValueError(
            "Inputs must be a dict of `story`, (batch, memory_size, words), "
            "`question`, (batch, words), and perhaps `supports`, (batch, "
            f"hops). Received: shapes {shapes}. See StoryVectorizer.encode."
        )
    num_supports = shapes.get("supports", (None, 0))[1]
    if num_supports is None or num_supports > num_hops:
        raise ValueError(
            f"There are {num_hops} hops, for as many facts. Received: "
            f"supports of shape {tuple(shapes['supports'])}. Make the model "
            f"with num_hops={num_supports}, or encode fewer."
        )


def check_has_supports(inputs):
    """Refuses inputs without supporting facts.

    Args:
        inputs: Dict of inputs.

    Raises:
        ValueError: If there are none.
    """
    if "supports" not in inputs:
        raise ValueError(
            "In training inputs must have `supports`, the slots of the right "
            f"facts. Received: {sorted(inputs)}. Add those of "
            "`StoryVectorizer.encode_supports`, or train a MemN2N, which "
            "needs none."
        )


def padded_supports(inputs, num_hops):
    """The supporting facts of a batch, -1 where there is none.

    Args:
        inputs: Dict of tensors.
        num_hops: Int.

    Returns:
        Int32 tensor `(batch, num_hops)`.
    """
    check_has_supports(inputs)
    supports = ops.cast(inputs["supports"], "int32")
    missing = num_hops - supports.shape[1]
    return ops.pad(supports, ((0, 0), (0, missing)), constant_values=-1)


def check_is_list(vocabulary):
    """Refuses a vocabulary that is only a number, to work with words.

    Args:
        vocabulary: That of the model.

    Raises:
        ValueError: If it is one.
    """
    if isinstance(vocabulary, int):
        raise ValueError(
            "To explain an answer the model must know the words. Received: "
            f"vocabulary={vocabulary}. Make it with the list, as of "
            "`StoryVectorizer.vocabulary`."
        )


def text_shape_of(model, story, question):
    """Numbers of words to read a question with, longer than in training or not.

    Args:
        model: `MemNN`.
        story: List of sentences.
        question: String.

    Returns:
        Dict of `sentence_length` and `question_length`.

    Raises:
        ValueError: If the model was never called, or the question is no text.
    """
    check_question(question)
    if not model.built:
        raise ValueError(
            "To explain an answer the model must know what sentences are "
            "padded to. Received: a model that was never called. Call it on "
            "data, as `fit` does."
        )
    longest = max((len(words_of(each)) for each in story), default=1)
    sizes = dict(model.lengths)
    # By position all words of a story would count otherwise than in training.
    if model.sentence_encoding != "position" or not sizes["sentence_length"]:
        sizes["sentence_length"] = max(sizes["sentence_length"] or 1, longest)
    asked = len(words_of(question))
    sizes["question_length"] = max(sizes["question_length"] or 1, asked)
    return sizes


def checked_data(x, y, model, has_supports=True):
    """Checks what a model is to be trained or evaluated on.

    Args:
        x: Dict of arrays, or a data set of batches `(x, y)`, of which the
            first is checked.
        y: Array of answers, or `None` for a data set.
        model: `MemNN`.
        has_supports: Boolean, whether there must be supporting facts.
            Defaults to `True`.

    Returns:
        What to pass on instead of `x`.

    Raises:
        ValueError: If something is missing, or out of range.
    """
    inputs, answers = x, y
    if not isinstance(x, dict):
        batch, x = host_checks.first_batch(x)
        inputs, answers, _ = keras.utils.unpack_x_y_sample_weight(batch)
    if not isinstance(inputs, dict) or answers is None:
        raise ValueError(
            "There must be a dict of inputs, and answers. Received: "
            f"{type(inputs).__name__} and {type(answers).__name__}. See "
            "StoryVectorizer.encode."
        )
    shapes = {name: tuple(each.shape) for name, each in inputs.items()}
    check_shapes(shapes, model.num_hops)
    if has_supports:
        check_has_supports(inputs)
    for name, values in (*inputs.items(), ("answers", answers)):
        if name != "supports":
            _check_range(name, values, 0, model.vocabulary_size)
    if "supports" in inputs:
        lengths = np.any(np.asarray(inputs["story"]) != 0, axis=-1).sum(axis=1)
        _check_range("supports", inputs["supports"], -1, lengths[:, None])
    return x


def _check_range(name, values, low, high):
    values = np.asarray(values)
    is_wrong = (values < low) | (values >= high)
    if np.issubdtype(values.dtype, np.integer) and not is_wrong.any():
        return
    what = {
        "supports": "slots of sentences that are there, newest first, or -1",
    }.get(name, "ids of words of the vocabulary")
    raise ValueError(
        f"`{name}` must be {what}, as ints. Received: dtype {values.dtype}, "
        f"{int(is_wrong.sum())} values out of range, from {values.min()} to "
        f"{values.max()}. Encode all of it by one StoryVectorizer."
    )


def _is_int(value, least):
    is_int = isinstance(value, int) and not isinstance(value, bool)
    return is_int and value >= least


def _is_number(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool)
