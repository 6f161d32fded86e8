"""Stories, questions and answers as word ids."""

import keras
import numpy as np
from keras import ops

from keras_dl4.layers import story_text


@keras.saving.register_keras_serializable(package="keras_dl4")
class StoryVectorizer(keras.layers.Layer):
    """Turns stories and questions into the ids that memory networks take.

    `adapt` reads the vocabulary and the longest sentences from the training
    data; `encode` turns data into arrays, `encode_text` a story of your own.
    There are no weights: all state is in the config. A memory network that was
    trained on what it encodes has it as its attribute `vectorizer`, made from
    what the model saves.

    Called as a layer it fits ids that were made with the same vocabulary to
    the sizes of the memory, so that a served model takes stories of any.

    Convention (stories): sentences come newest first: slot 0 holds the one
    just before the question. Longer stories keep the newest; empty slots are
    at the end. Id 0 pads, and id 1 stands for unknown words. As an answer it
    is never predicted, and so counts as an error. Words are in lower case,
    without punctuation around them; an answer, also a list with commas, is
    one word.

    Args:
        memory_size: Positive int, the most sentences of a story. Defaults to
            `50`.
        vocabulary: List of words, `["", "[UNK]", ...]`, or `None` to have it
            read by `adapt`. Defaults to `None`.
        sentence_length: Positive int, the most words of a sentence, or `None`
            for the longest that `adapt` sees. Defaults to `None`.
        question_length: Positive int, the most words of a question, or `None`
            for the longest that `adapt` sees. Defaults to `None`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Dict of int tensors: `story`, `(batch, sentences, words)`, and
            `question`, `(batch, words)`.

    Returns:
        Dict of int32 tensors: `story` of shape `(batch, memory_size,
        sentence_length)` and `question`, `(batch, question_length)`, where
        what is too long is cut and what is too short padded, and ids that
        are not in the vocabulary are 1.

    Raises:
        ValueError: If a size is not a positive int, the vocabulary does not
            start with the two special words or repeats one, it is not known
            yet or is to be read twice, data is not that of
            `keras_dl4.datasets.babi` or has no words, or a sentence is too
            long.

    Example:

    >>> vectorizer = keras_dl4.layers.StoryVectorizer(
    ...     memory_size=3,
    ...     vocabulary=["", "[UNK]", "kim", "runs", "who"],
    ...     sentence_length=2,
    ...     question_length=2,
    ... )
    >>> inputs = vectorizer.encode_text("Kim sits. Kim runs.", "Who runs?")
    >>> inputs["story"].tolist(), inputs["question"].tolist()
    ([[[2, 3], [2, 1], [0, 0]]], [[4, 3]])

    References:
        - [End-To-End Memory Networks](https://arxiv.org/abs/1503.08895),
          section 4.1
    """

    def __init__(
        self,
        memory_size=50,
        vocabulary=None,
        sentence_length=None,
        question_length=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        _check_size("memory_size", memory_size)
        for name, size in (
            ("sentence_length", sentence_length),
            ("question_length", question_length),
        ):
            if size is not None:
                _check_size(name, size)
        self.memory_size = memory_size
        self.vocabulary = None
        self.sentence_length = sentence_length
        self.question_length = question_length
        if vocabulary is not None:
            self._set_vocabulary(vocabulary)
        self.built = True

    def adapt(self, data):
        """Reads the vocabulary, and the lengths that were not given.

        Args:
            data: `keras_dl4.datasets.babi.StoryQuestions`, such as the
                training split, or a list of those.
        """
        if self.vocabulary is not None:
            raise ValueError(
                f"{self.name!r} has a vocabulary of {len(self.vocabulary)} "
                "words, which models may have been made for. Received: other "
                "data to read one from. Make a new StoryVectorizer, and pass "
                "several data sets as one list."
            )
        words, longest, longest_question = set(), 1, 1
        for split in data if isinstance(data, list | tuple) else [data]:
            _check_data(split)
            sentences = {each for story in split.stories for each in story}
            found = [story_text.words_of(each) for each in sentences]
            asked = [story_text.words_of(each) for each in split.questions]
            longest = max(longest, *map(len, found), 1)
            longest_question = max(longest_question, *map(len, asked), 1)
            words.update(*found, *asked)
            words.update(map(story_text.answer_of, split.answers))
        if not words:
            raise ValueError(
                "There must be words to read a vocabulary from. Received: "
                "data without questions. Pass the training split."
            )
        if self.sentence_length is None:
            self.sentence_length = longest
        if self.question_length is None:
            self.question_length = longest_question
        self._set_vocabulary([*story_text.SPECIAL_WORDS, *sorted(words)])

    def encode(self, data):
        """Turns questions with their stories and answers into arrays.

        Args:
            data: `keras_dl4.datasets.babi.StoryQuestions`.

        Returns:
            A pair: a dict of int32 arrays, `story` of shape `(questions,
            memory_size, sentence_length)` and `question`, `(questions,
            question_length)`; and the int32 array `(questions,)` of the ids
            of the answers.
        """
        _check_data(data)
        inputs = self._encode(data.stories, data.questions)
        words = map(story_text.answer_of, data.answers)
        answers = [self._id_of(word) for word in words]
        return inputs, np.array(answers, "int32")

    def encode_supports(self, data, max_supports=3):
        """Finds the sentences that support the answers.

        Args:
            data: `keras_dl4.datasets.babi.StoryQuestions`.
            max_supports: Positive int, how many to return of each question;
                further ones are left out. Defaults to `3`.

        Returns:
            Int32 array `(questions, max_supports)` of slots of the memory, in
            the order of the data; -1 where there is none, or the sentence is
            too old for the memory.
        """
        _check_data(data)
        _check_size("max_supports", max_supports)
        slots = np.full((len(data.supports), max_supports), -1, "int32")
        for row, (story, supports) in enumerate(
            zip(data.stories, data.supports, strict=True)
        ):
            for column, index in enumerate(supports[:max_supports]):
                slot = len(story) - 1 - index
                if slot < self.memory_size:
                    slots[row, column] = slot
        return slots

    def encode_text(self, story, question):
        """Encodes one story and a question about it.

        Args:
            story: String of sentences that end with a period, or a list of
                sentences, oldest first.
            question: String.

        Returns:
            Dict of int32 arrays as of `encode`, for one question: `story` of
            shape `(1, memory_size, sentence_length)`, `question` of shape
            `(1, question_length)`.
        """
        story_text.check_question(question)
        return self._encode([story_text.sentences_of(story)], [question])

    def call(self, inputs):
        self._check_ready()
        story_text.check_ranks(inputs)
        story, question = inputs["story"], inputs["question"]
        sizes = (self.memory_size, self.sentence_length)
        return {
            "story": self._known(_fit(_fit(story, 1, sizes[0]), 2, sizes[1])),
            "question": self._known(_fit(question, 1, self.question_length)),
        }

    def _known(self, ids):
        inside = ops.logical_and(ids >= 0, ids < len(self.vocabulary))
        return ops.cast(ops.where(inside, ids, story_text.UNKNOWN_ID), "int32")

    def _set_vocabulary(self, vocabulary):
        story_text.check_vocabulary(vocabulary)
        self.vocabulary = list(vocabulary)
        self._ids = {word: number for number, word in enumerate(vocabulary)}

    def _id_of(self, word):
        return self._ids.get(word, story_text.UNKNOWN_ID)

    def _check_ready(self):
        sizes = (self.vocabulary, self.sentence_length, self.question_length)
        if None in sizes:
            raise ValueError(
                f"{self.name!r} must know its vocabulary and lengths. "
                "Received: none yet. Call `adapt` on the training data, or "
                "pass `vocabulary`, `sentence_length` and `question_length`."
            )

    def _encode(self, stories, questions):
        self._check_ready()
        # Each sentence once, as there are few: then one look-up in a table.
        found = {sentence for story in stories for sentence in story}
        numbers, sentences = self._table(["", *found - {""}], "sentence_length")
        slots = np.zeros((len(stories), self.memory_size), "int32")
        for row, story in enumerate(stories):
            newest = story[::-1][: self.memory_size]
            slots[row, : len(newest)] = [numbers[each] for each in newest]
        rows, asked = self._table(set(questions), "question_length")
        return {
            "story": sentences[slots],
            "question": asked[[rows[question] for question in questions]],
        }

    def _table(self, texts, name):
        """`{text: row}`, and the rows: texts of a length as ids."""
        size = getattr(self, name)
        rows = np.zeros((len(texts), size), "int32")
        for row, text in zip(rows, texts, strict=True):
            ids = [self._id_of(word) for word in story_text.words_of(text)]
            if len(ids) > size:
                raise ValueError(
                    f"There is room for {size} words. Received: {text!r}, "
                    f"which has {len(ids)}. Adapt to data that has sentences "
                    f"as long, or pass `{name}={len(ids)}`, and train a "
                    "model with it."
                )
            row[: len(ids)] = ids
        return {text: number for number, text in enumerate(texts)}, rows

    def get_config(self):
        return {
            **super().get_config(),
            "memory_size": self.memory_size,
            "vocabulary": self.vocabulary and list(self.vocabulary),
            "sentence_length": self.sentence_length,
            "question_length": self.question_length,
        }


def _fit(ids, axis, size):
    """Cuts or pads an axis, perhaps of unknown size, to this size."""
    padding = [(0, 0)] * len(ids.shape)
    padding[axis] = (0, size)
    return ops.take(ops.pad(ids, padding), ops.arange(size), axis=axis)


def _check_size(name, size):
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        raise ValueError(
            f"`{name}` must be a positive int. Received: {name}={size!r}"
        )


def _check_data(data):
    wanted = ("stories", "questions", "answers", "supports")
    missing = [name for name in wanted if not hasattr(data, name)]
    if missing:
        raise ValueError(
            "The data must be a split of `keras_dl4.datasets.babi`, with "
            f"stories, questions, answers and supports. Received: "
            f"{type(data).__name__}, without {missing}. Pass `data.train` "
            "or `data.test`."
        )
