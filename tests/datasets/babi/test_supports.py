"""Every answer follows from its supports, which nothing later overrules."""

import re

import pytest

from keras_dl4.datasets.babi import TASK_NAMES
from keras_dl4.datasets.babi import generate
from tests.datasets.babi.solver import DROP
from tests.datasets.babi.solver import GET
from tests.datasets.babi.solver import GIVE
from tests.datasets.babi.solver import MOVE
from tests.datasets.babi.solver import solve


@pytest.fixture(params=["generated", "official"])
def questions_of(request):
    """`questions_of(task)`: some from the generator, or the official ones."""
    if request.param == "generated":
        return lambda task: generate(task, 600)
    official = request.getfixturevalue("official")
    return lambda task: official(task).train


def rows(questions):
    return zip(
        questions.stories,
        questions.questions,
        questions.answers,
        questions.supports,
        strict=True,
    )


@pytest.mark.parametrize("task", TASK_NAMES)
def test_answer_follows_from_its_supports_alone(task, questions_of):
    for story, question, answer, supports in rows(questions_of(task)):
        assert len(set(supports)) == len(supports) > 0
        facts = [story[place] for place in supports]
        assert solve(task, facts, question) == answer, (facts, question)


@pytest.mark.parametrize("task", [1, 2, 3, *range(5, 14)])
def test_one_support_is_recent(task, questions_of):
    places = [
        len(story) - max(supports)
        for story, _, _, supports in rows(questions_of(task))
    ]
    assert max(places) == (5 if task < 12 else 3)


@pytest.mark.parametrize("task", [1, 6, 9, 10, 11, 12, 13])
def test_nothing_later_says_where_the_person_is(task, questions_of):
    for story, question, _, supports in rows(questions_of(task)):
        (person,) = re.findall(r"^(?:Where i|I)s (\w+)", question)
        rest = story[max(supports) + 1 :]
        said = rf"\b{person}\b.*( in the | {MOVE} )"
        assert not any(re.search(said, each) for each in rest)


def test_thing_is_where_the_last_deed_and_walk_say(questions_of):
    for story, question, _, (deed, walk) in rows(questions_of(2)):
        (thing,) = re.findall(r"the (\w+)\?", question)
        person = story[deed].split()[0]
        walks = [
            place
            for place, each in enumerate(story)
            if re.match(f"{person} {MOVE}", each)
        ]
        assert not any(f"the {thing}" in each for each in story[deed + 1 :])
        if re.search(DROP, story[deed]):
            assert walk == max(place for place in walks if place < deed)
        else:
            assert walk == max(walks) > deed


def test_thing_was_carried_from_room_to_room(questions_of):
    for story, question, _, (deed, after, before) in rows(questions_of(3)):
        (thing,) = re.findall(r"the (\w+) before", question)
        person = story[deed].split()[0]
        taken = max(
            place
            for place, each in enumerate(story)
            if re.match(rf"\w+ {GET} the {thing}", each)
        )
        assert story[taken].split()[0] == person
        assert taken < after
        between = story[before + 1 : after]
        assert not any(re.match(f"{person} {MOVE}", each) for each in between)
        assert not any(f"the {thing}" in each for each in story[deed + 1 :])


def test_gift_is_the_last_one():
    for story, _, _, (gift,) in rows(generate(5, 600)):
        assert not any(re.search(GIVE, each) for each in story[gift + 1 :])


@pytest.mark.parametrize("task", [7, 8])
def test_every_deed_of_a_person_supports(task, questions_of):
    for story, question, _, supports in rows(questions_of(task)):
        (person,) = re.findall(r" (\w+) carrying", question)
        deeds = [
            place
            for place, each in enumerate(story)
            if re.search(rf"\b{person}\b", each)
            and re.search(f"({GET}|{DROP}|{GIVE}) the ", each)
        ]
        assert sorted(supports) == deeds


def test_color_is_that_of_the_kind_told_last(questions_of):
    for story, question, _, (own, other, _) in rows(questions_of(16)):
        (name,) = re.findall(r"is (\w+)\?", question)
        kind = story[own].split()[-1]
        others = [
            place
            for place, each in enumerate(story)
            if each.endswith(f"a {kind}") and not each.startswith(name)
        ]
        assert other == max(others)
        assert len(others) != 2


def test_room_where_someone_was_twice_means_the_last_time():
    for story, question, _, (after, _) in rows(generate(14, 600)):
        person, room = re.findall(r"was (\w+) before the (\w+)", question)[0]
        times = ["yesterday", "morning", "afternoon", "evening"]
        there = {
            max(
                i for i, when in enumerate(times) if when in each.lower()
            ): place
            for place, each in enumerate(story)
            if re.search(rf"\b{person} .*the {room}\b", each)
        }
        assert after == there[max(there)]


def test_what_a_kind_fears_is_told_before_who_is_of_it(questions_of):
    for _, _, _, (kind, fear) in rows(questions_of(15)):
        assert fear < kind


@pytest.mark.parametrize("task", [1, 11])
def test_nobody_goes_where_they_are(task, questions_of):
    for story, _, _, _ in rows(questions_of(task)):
        rooms, person = {}, None
        for sentence in story:
            first, *_, room = sentence.rstrip(".").split()
            person = first if re.match(rf"\w+ {MOVE}", sentence) else person
            assert rooms.get(person) != room
            rooms[person] = room


def test_room_that_is_asked_for_begins_its_sentence(questions_of):
    for story, question, answer, (support,) in rows(questions_of(4)):
        first, last = re.findall(r"\bThe (\w+) .* the (\w+)\.", story[support])[
            0
        ]
        assert (answer, last in question) == (first, True)
