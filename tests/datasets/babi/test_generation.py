"""Generated questions beside facts that were counted in the official files."""

import functools

import pytest

from keras_dl4.datasets.babi import TASK_NAMES
from keras_dl4.datasets.babi import format_questions
from keras_dl4.datasets.babi import generate
from keras_dl4.datasets.babi import load
from keras_dl4.datasets.babi import parse
from tests.datasets.babi.counted_facts import LOOSE_LENGTH
from tests.datasets.babi.counted_facts import OFFICIAL
from tests.datasets.babi.counted_facts import count
from tests.datasets.babi.counted_facts import sentences
from tests.datasets.babi.counted_facts import vocabulary

NUM_QUESTIONS = {3: 2000}  # of the others 4,000
RARE_ANSWERS = 6  # the lists of three things
RARE_SENTENCES = 4  # at most, of those that a task can have

generated = functools.cache(generate)


def questions_of(task):
    return generated(task, NUM_QUESTIONS.get(task, 4000))


@pytest.mark.parametrize("task", TASK_NAMES)
def test_counts_are_those_of_the_official_file(task):
    facts, expected = count(questions_of(task)), OFFICIAL[task]
    assert facts.longest == expected.longest
    rare = RARE_ANSWERS if task == 8 else 0
    assert expected.answers - rare <= facts.answers <= expected.answers
    assert expected.words - rare <= facts.words <= expected.words
    assert facts.sentences <= expected.sentences
    assert facts.sentences >= expected.sentences - RARE_SENTENCES
    assert abs(facts.majority - expected.majority) <= 0.03
    tolerance = 0.15 if task in LOOSE_LENGTH else 0.04
    ratio = facts.mean_length / expected.mean_length
    assert abs(ratio - 1) <= tolerance


@pytest.mark.parametrize("task", TASK_NAMES)
def test_official_counts_are_right(task, official):
    facts = count(official(task, "1k" if task == 3 else "10k").train)
    expected = OFFICIAL[task]
    assert facts[1:-1] == expected[1:-1]
    assert facts.mean_length == pytest.approx(expected.mean_length, abs=0.051)
    assert facts.majority == pytest.approx(expected.majority, abs=0.00051)


@pytest.mark.parametrize("task", TASK_NAMES)
def test_every_official_sentence_and_word_is_known(task, official):
    read = official(task).train
    missing = sentences(read) - sentences(questions_of(task))
    assert len(missing) <= RARE_SENTENCES
    unknown = vocabulary(read) - vocabulary(questions_of(task))
    assert not {word for word in unknown if word.count(",") < 2}


@pytest.mark.parametrize("task", TASK_NAMES)
def test_more_questions_begin_with_the_same_ones(task):
    few = generate(task, 40, seed=3)
    assert generate(task, 57, seed=3)[:40] == few
    assert generate(task, 40, seed=4) != few
    assert generate(task, 40, seed=3, split="test") != few


@pytest.mark.parametrize("task", TASK_NAMES)
def test_generated_questions_can_be_written_and_read(task):
    questions = generate(task, 60)
    assert parse(format_questions(questions)) == questions


def test_stories_are_numbered_and_go_on():
    questions = generate(1, 12)
    assert questions.story_ids == [0] * 5 + [1] * 5 + [2] * 2
    for place in range(1, 5):
        story = questions.stories[place]
        assert story[:-2] == questions.stories[place - 1]


def pairs(questions):
    return {
        (tuple(story), question)
        for story, question in zip(
            questions.stories, questions.questions, strict=True
        )
    }


@pytest.mark.parametrize("task", [4, 17, 20])
def test_excluded_questions_are_replaced(task):
    train = generate(task, 1000)
    assert pairs(train) & pairs(generate(task, 1000, split="test"))
    dataset = load(task, dedupe=True)
    assert dataset.train == train
    assert len(dataset.test) == 1000
    assert not pairs(train) & pairs(dataset.test)


def test_too_few_stories_are_reported():
    with pytest.raises(ValueError, match="Task 4 has too few stories.*fewer"):
        generate(4, 1, exclude=generate(4, 2000))  # the very same ones


def test_sizes_are_those_of_the_official_files():
    dataset = load(15, size="10k", seed=2)
    assert len(dataset.train) == 10_000
    assert len(dataset.test) == 1000
    assert load(15, seed=2).train == dataset.train[:1000]
    assert load(15, seed=2).test == dataset.test


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"task": 21}, "`task` must be an integer, from 1 to 20"),
        ({"num_questions": 0}, "`num_questions` must be an integer, at least"),
        ({"seed": 0.5}, "Received: seed=0.5"),
        ({"split": "valid"}, "'train', 'test'. Received: split='valid'"),
    ],
)
def test_bad_argument_is_reported(arguments, problem):
    with pytest.raises(ValueError, match=problem):
        generate(**{"task": 1, "num_questions": 1, **arguments})
