"""Stories of the twenty tasks, drawn at random."""

from keras_dl4.datasets.babi import carrying
from keras_dl4.datasets.babi import certainty
from keras_dl4.datasets.babi import facts
from keras_dl4.datasets.babi import motives
from keras_dl4.datasets.babi import positions
from keras_dl4.datasets.babi import pronouns
from keras_dl4.datasets.babi import rules
from keras_dl4.datasets.babi import sizes
from keras_dl4.datasets.babi import times
from keras_dl4.datasets.babi.draws import Draws
from keras_dl4.datasets.babi.overlap import pairs_of
from keras_dl4.datasets.babi.overlap import without
from keras_dl4.datasets.babi.story_questions import StoryQuestions
from keras_dl4.datasets.babi.story_questions import columns
from keras_dl4.datasets.babi.tasks import SPLITS
from keras_dl4.datasets.babi.tasks import check_integer
from keras_dl4.datasets.babi.tasks import check_task

# Task: a function of `Draws` that returns a `Story`.
SAMPLERS = {
    1: facts.one_fact,
    2: facts.two_facts,
    3: facts.three_facts,
    4: positions.two_arguments,
    5: carrying.three_arguments,
    6: carrying.yes_no,
    7: carrying.counting,
    8: carrying.lists,
    9: certainty.negation,
    10: certainty.indefinite,
    11: pronouns.coreference,
    12: pronouns.conjunction,
    13: pronouns.compound_coreference,
    14: times.time_reasoning,
    15: rules.deduction,
    16: rules.induction,
    17: positions.position,
    18: sizes.size_reasoning,
    19: positions.path,
    20: motives.motivation,
}
_VAIN_STORIES = 2000  # in a row, none of them new: there are no more


def generate(task, num_questions, seed=0, *, split="train", exclude=None):
    """Draws stories like those of one of the twenty bAbI tasks.

    They are written from the descriptions in the paper, with the words of the
    official files, and with what is known of how often things happen in them.
    The stories are others. More questions with the same seed begin with the
    same ones.

    Args:
        task: Int from 1 to 20; `TASK_NAMES` says what they are.
        num_questions: Int >= 1. The last story may be cut short.
        seed: Int >= 0. Defaults to `0`.
        split: String, `"train"` or `"test"`; the two have different stories
            for the same seed. Defaults to `"train"`.
        exclude: `StoryQuestions` that must not be asked again about the same
            story, or `None`. Defaults to `None`.

    Returns:
        A `StoryQuestions`.

    Raises:
        ValueError: If an argument is out of range, or if there are too few
            stories that are not excluded.

    Example:

    >>> questions = generate(task=15, num_questions=4)
    >>> len(questions.stories[0]), len(questions)
    (8, 4)

    References:
        - [Towards AI-Complete Question Answering](
          https://arxiv.org/abs/1502.05698), section 3
    """
    task = check_task(task)
    num_questions = check_integer("num_questions", num_questions, 1)
    seed = check_integer("seed", seed, 0)
    if split not in SPLITS:
        raise ValueError(
            f"`split` must be one of {', '.join(map(repr, SPLITS))}. "
            f"Received: split={split!r}."
        )
    draws = Draws(seed, task, SPLITS.index(split))
    excluded = pairs_of(exclude) if exclude is not None else set()
    found = [[] for _ in range(5)]
    vain, story_id = 0, 0
    while len(found[0]) < num_questions:
        questions = _questions(SAMPLERS[task](draws), story_id)
        if excluded:
            questions = without(questions, excluded)
        vain = 0 if len(questions) else vain + 1
        if vain == _VAIN_STORIES:
            raise ValueError(
                f"Task {task} has too few stories that `exclude` has not. "
                f"Received: num_questions={num_questions}, of which "
                f"{len(found[0])} were found. Ask for fewer questions, or "
                "exclude fewer."
            )
        story_id += bool(len(questions))
        for column, part in zip(found, columns(questions), strict=True):
            column += part
    return StoryQuestions(*found)[:num_questions]


def generate_splits(task, sizes, seed, dedupe):
    """Questions to train on and to test on; see `load`."""
    train = generate(task, sizes["train"], seed)
    exclude = train if dedupe else None
    test = generate(task, sizes["test"], seed, split="test", exclude=exclude)
    return train, test


def _questions(story, story_id):
    """The questions of a story as a `StoryQuestions`."""
    rows = [
        (story.sentences[:count], question, answer, supports, story_id)
        for count, question, answer, supports in story.questions
    ]
    return StoryQuestions(*map(list, zip(*rows, strict=True)))
