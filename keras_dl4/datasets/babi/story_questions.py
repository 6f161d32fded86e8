"""Questions about short stories, with answers and supporting sentences."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class StoryQuestions:
    """Questions about stories, one entry of each list per question.

    This is what the functions of `keras_dl4.datasets.babi` read, write and
    generate, and what a `keras_dl4.layers.StoryVectorizer` turns into numbers.
    `len(questions)` counts them, `questions[a:b]` has some of them, and
    `StoryQuestions.join([...])` those of several sets.

    Args:
        stories: List of lists of strings, the sentences that stand before each
            question, oldest first, such as `"Mary moved to the bathroom."`.
        questions: List of strings, such as `"Where is Mary?"`.
        answers: List of strings. A list such as `"apple,milk"` is one answer.
        supports: List of lists of ints, the places in the story, from 0, of
            the sentences that the answer follows from. Empty where they are
            not known.
        story_ids: List of ints, equal for neighbors that ask about one story
            as it goes on.

    Raises:
        ValueError: If the lists have different lengths, or if what is in
            brackets is not a slice, or if there is nothing to join.

    Example:

    >>> questions = StoryQuestions(
    ...     stories=[["Mary moved to the bathroom.", "John went home."]],
    ...     questions=["Where is Mary?"],
    ...     answers=["bathroom"],
    ...     supports=[[0]],
    ...     story_ids=[0],
    ... )
    >>> len(StoryQuestions.join([questions, questions])[1:])
    1
    """

    stories: list
    questions: list
    answers: list
    supports: list
    story_ids: list

    def __post_init__(self):
        lengths = {name: len(getattr(self, name)) for name in _FIELDS}
        if len(set(lengths.values())) != 1:
            raise ValueError(
                "Every list must have one entry per question. Received "
                f"lengths: {lengths}."
            )

    def __len__(self):
        return len(self.questions)

    def __getitem__(self, index):
        if not isinstance(index, slice):
            raise ValueError(
                "Questions are taken by a slice, such as `questions[:100]`; "
                "for one of them use `questions[i : i + 1]`. Received: "
                f"{index!r}."
            )
        return StoryQuestions(*(column[index] for column in columns(self)))

    @classmethod
    def join(cls, parts):
        """All questions of several sets, their stories numbered anew.

        Args:
            parts: List of `StoryQuestions`, at least one.

        Returns:
            A `StoryQuestions`, in the order of `parts`.
        """
        parts = list(parts)
        if not parts:
            raise ValueError(
                "There must be at least one set of questions to join. "
                "Received: an empty list."
            )
        joined = {name: [] for name in _FIELDS}
        for part in parts:
            for name in _FIELDS[:-1]:
                joined[name] += getattr(part, name)
            if len(part):
                start = (
                    joined["story_ids"][-1] + 1 if joined["story_ids"] else 0
                )
                joined["story_ids"] += _numbered(part.story_ids, start)
        return cls(**joined)


_FIELDS = tuple(field.name for field in dataclasses.fields(StoryQuestions))


def columns(questions):
    """The lists of a `StoryQuestions`, in the order of its arguments."""
    return [getattr(questions, name) for name in _FIELDS]


def _numbered(story_ids, start):
    """The ids of stories as they follow each other, counted from `start`."""
    numbers = [start]
    for previous, current in zip(story_ids, story_ids[1:], strict=False):
        numbers.append(numbers[-1] + (previous != current))
    return numbers
