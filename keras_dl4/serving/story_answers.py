"""Export of memory networks that take text and give text."""

import pathlib
import shutil

import keras
import numpy as np

from keras_dl4.serving.clean_process import check_in_clean_process
from keras_dl4.serving.export import export_saved_model
from keras_dl4.serving.story_text import StoryReader

# Room for questions; positions in longer ones are of their own length.
_QUESTION_WORDS = 32
_EXAMPLES = {
    "story": np.array(["Mary went to the hall.\nJohn ran home.", "", "Two. "]),
    "question": np.array(["Where is Mary?", "Where is John?", ""]),
}


def export_story_answers(model, vectorizer, path, *, tolerance=1e-3):
    """Writes a memory network as a SavedModel from text to text.

    The vocabulary is inside. The signature `answer`, which is
    `serving_default` too, takes two strings for each question: `story`, whose
    sentences end with a period and a space, or a new line, and `question`. It
    gives the string `answer`, its `probability`, and `attention`, how much
    each hop looked at each sentence, the newest sentence first. Text is read
    as by `model.explain`, but what is too long is cut, since a graph cannot
    refuse it: the oldest sentences, the last words of a sentence, and those of
    a question from the 33rd on.

    What was written is held against the model in a process without keras_dl4,
    and removed again if it differs there.

    Args:
        model: `keras_dl4.models.MemN2N`, made for a list of words.
        vectorizer: `keras_dl4.layers.StoryVectorizer` that the model was
            trained with.
        path: String or path of the version, as of `export_saved_model`.
        tolerance: Positive float, the largest absolute difference that is
            let pass. Defaults to `1e-3`.

    Returns:
        The report of `check_saved_model`.

    Raises:
        ValueError: If the vocabularies of the model and the vectorizer
            differ, or the memory of the vectorizer is larger, or another than
            in training where empty memories get attention; as of
            `export_saved_model`; if the SavedModel fails, or differs.
        FileExistsError: If that version exists.

    Example:

    >>> import os
    >>> import tempfile
    >>> import tensorflow as tf
    >>> from keras_dl4 import serving
    >>> vectorizer = keras_dl4.layers.StoryVectorizer(
    ...     5, ["", "[UNK]", "kim", "runs", "sits"], 3, 3
    ... )
    >>> model = keras_dl4.models.MemN2N(vectorizer.vocabulary, memory_size=5)
    >>> path = os.path.join(tempfile.mkdtemp(), "1")
    >>> _ = serving.export_story_answers(model, vectorizer, path)
    >>> answer = tf.saved_model.load(path).signatures["answer"]
    >>> found = answer(
    ...     story=tf.constant(["Kim sits. Kim runs."]),
    ...     question=tf.constant(["Who runs?"]),
    ... )
    >>> found["attention"].shape
    TensorShape([1, 3, 5])
    """
    from tensorflow import constant

    _check_fit(model, vectorizer)
    if None in model.lengths.values():
        # It was never called: positions are relative to these sizes then.
        story = (None, vectorizer.memory_size, vectorizer.sentence_length)
        question = (None, vectorizer.question_length)
        model.build({"story": story, "question": question})
    answers = _StoryAnswers(model, vectorizer)
    expected = answers(
        {name: constant(text) for name, text in _EXAMPLES.items()}
    )
    report = export_saved_model(
        answers,
        path,
        input_signature={
            name: keras.InputSpec(shape=(None,), dtype="string")
            for name in _EXAMPLES
        },
        signatures={"answer": answers},
    )
    try:
        check_in_clean_process(path, _EXAMPLES, expected, "answer", tolerance)
    except ValueError:
        shutil.rmtree(pathlib.Path(path))
        raise
    return report


class _StoryAnswers(keras.Model):
    """Reads text, asks the model, and writes the answer as a word."""

    def __init__(self, model, vectorizer):
        super().__init__(name="story_answers")
        self.reader = StoryReader(vectorizer.vocabulary)
        config = vectorizer.get_config()
        if vectorizer.question_length is not None:
            config["question_length"] = max(
                vectorizer.question_length, _QUESTION_WORDS
            )
        self.vectorizer = type(vectorizer).from_config(config)
        self.model = model
        self.built = True

    def call(self, inputs, training=False):
        import tensorflow as tf

        ids = self.vectorizer(self.reader(inputs))
        logits, attention = self.model.answer(ids)
        found = tf.argmax(logits, axis=-1)
        return {
            "answer": tf.gather(self.vectorizer.vocabulary, found),
            "probability": tf.reduce_max(tf.nn.softmax(logits), axis=-1),
            "attention": attention,
        }


def _check_fit(model, vectorizer):
    words = getattr(model, "vocabulary", None)
    known = vectorizer.vocabulary
    if not isinstance(words, list | tuple) or list(words) != known:
        raise ValueError(
            "The model must have the vocabulary of the vectorizer, whose ids "
            f"it was trained on. Received: a model with {_words(words)}, and "
            f"a vectorizer with {_words(known)}. Give both that were trained "
            "together, and make the model with `vectorizer.vocabulary`."
        )
    if vectorizer.memory_size > model.memory_size:
        raise ValueError(
            f"The model has room for {model.memory_size} sentences. Received: "
            f"a vectorizer with memory_size={vectorizer.memory_size}. Give "
            "the one that the model was trained with."
        )
    trained = model.num_slots or vectorizer.memory_size
    masked = model.architecture.mask_empty
    if vectorizer.memory_size != trained and not masked:
        raise ValueError(
            "The model attends to empty memories, too, so that their number "
            f"must be that of training, {trained}. Received: a vectorizer with "
            f"memory_size={vectorizer.memory_size}. Give the one that the "
            "model was trained with, as `model.vectorizer`."
        )


def _words(vocabulary):
    """A vocabulary, as a message calls it."""
    if not isinstance(vocabulary, list | tuple):
        return f"vocabulary={vocabulary!r}"
    return f"{len(vocabulary)} words, {list(vocabulary[:5])} ..."
