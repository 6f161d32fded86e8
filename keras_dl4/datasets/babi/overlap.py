"""Questions that are asked about the same story in two sets."""

import itertools

from keras_dl4.datasets.babi.story_questions import StoryQuestions
from keras_dl4.datasets.babi.story_questions import columns


def pairs_of(questions):
    """The set of pairs of a story and a question."""
    return {
        (tuple(story), question)
        for story, question in zip(
            questions.stories, questions.questions, strict=True
        )
    }


def without(questions, pairs):
    """Those questions that are not in a set of pairs."""
    keep = [
        (tuple(story), question) not in pairs
        for story, question in zip(
            questions.stories, questions.questions, strict=True
        )
    ]
    return StoryQuestions(
        *(list(itertools.compress(each, keep)) for each in columns(questions))
    )
