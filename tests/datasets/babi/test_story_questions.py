"""Questions and stories as one object: slices, joins and wrong lengths."""

import dataclasses

import pytest

from keras_dl4.datasets.babi import StoryDataset
from keras_dl4.datasets.babi import StoryQuestions


@pytest.fixture
def questions():
    return StoryQuestions(
        stories=[["a."], ["a.", "b."], ["c."]],
        questions=["A?", "B?", "C?"],
        answers=["a", "b", "c"],
        supports=[[0], [1, 0], []],
        story_ids=[3, 3, 7],
    )


def test_slice_takes_the_same_rows_of_every_list(questions):
    part = questions[1:]
    assert len(part) == 2
    assert part.stories == [["a.", "b."], ["c."]]
    assert part.questions == ["B?", "C?"]
    assert part.answers == ["b", "c"]
    assert part.supports == [[1, 0], []]
    assert part.story_ids == [3, 7]


def test_join_keeps_the_order_and_never_merges_stories(questions):
    joined = StoryQuestions.join([questions, questions[:0], questions[2:]])
    assert joined.questions == ["A?", "B?", "C?", "C?"]
    assert joined.story_ids == [0, 0, 1, 2]
    assert joined.stories == questions.stories + [["c."]]


def test_join_leaves_its_parts_alone(questions):
    StoryQuestions.join([questions, questions])
    assert len(questions) == 3


@pytest.mark.parametrize("name", ["questions", "story_ids"])
def test_lengths_that_differ_are_reported(questions, name):
    with pytest.raises(ValueError, match=f"one entry per.*'{name}': 2"):
        dataclasses.replace(questions, **{name: ["x", "y"]})


def test_single_place_is_refused(questions):
    with pytest.raises(ValueError, match=r"questions\[i : i \+ 1\].*: 0\."):
        questions[0]


def test_nothing_to_join_is_reported():
    with pytest.raises(ValueError, match="at least one set"):
        StoryQuestions.join([])


def test_a_dataset_cannot_be_changed(questions):
    dataset = StoryDataset(questions, questions[:1], 1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        dataset.task = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        questions.answers = []
