"""The two sets of questions of one task."""

import dataclasses

from keras_dl4.datasets.babi.story_questions import StoryQuestions


@dataclasses.dataclass(frozen=True)
class StoryDataset:
    """A task: questions to train on and questions to test on.

    Args:
        train: `StoryQuestions`.
        test: `StoryQuestions`.
        task: Int from 1 to 20.

    Example:

    >>> dataset = load(task=1)
    >>> len(dataset.train), len(dataset.test), dataset.task
    (1000, 1000, 1)
    """

    train: StoryQuestions
    test: StoryQuestions
    task: int
