"""Tasks 4, 17 and 19: where things are from each other, and ways there."""

from keras_dl4.datasets.babi.story import Story
from keras_dl4.datasets.babi.world import ROOMS

_COMPASS = {"north": (0, 1), "south": (0, -1), "east": (1, 0), "west": (-1, 0)}
_SIDES = {
    "above": (0, 1),
    "below": (0, -1),
    "to the right of": (1, 0),
    "to the left of": (-1, 0),
}
_SHAPES = (
    "triangle",
    "pink rectangle",
    "red sphere",
    "blue square",
    "yellow square",
    "red square",
)
# How often the room or shape in the middle stands last in a sentence, as
# counted in official files.
_MIDDLE_LAST_RATE = {4: 2 / 3, 17: 1 / 3, 19: 0.73}


def two_arguments(draws):
    """Task 4: three rooms in a row, and what is on one side of another."""
    story = Story()
    middle, *ends = draws.sample(ROOMS, 3)
    direction = draws.choice(list(_COMPASS))
    sides = (direction, _opposite(direction, _COMPASS))
    middle_last = [draws.chance(_MIDDLE_LAST_RATE[4]) for _ in ends]
    for room, side, last in zip(ends, sides, middle_last, strict=True):
        _tell_compass(story, room, side, middle, last)
    asked = draws.below(2)
    # Official files ask for the room that their sentence begins with.
    known, answer, side = middle, ends[asked], sides[asked]
    if not middle_last[asked]:
        known, answer = answer, known
        side = _opposite(side, _COMPASS)
    if draws.chance(0.5):
        question = f"What is {side} of the {known}?"
    else:
        question = f"What is the {known} {_opposite(side, _COMPASS)} of?"
    story.ask(question, answer, [asked])
    return story


def position(draws):
    """Task 17: two shapes beside a third; how is one from the other?"""
    story = Story()
    middle, *ends = draws.sample(_SHAPES, 3)
    sides = draws.sample(_SIDES, 2)
    for shape, side in zip(ends, sides, strict=True):
        first, second = shape, middle
        if not draws.chance(_MIDDLE_LAST_RATE[17]):
            first, second, side = middle, shape, _opposite(side, _SIDES)
        story.tell(f"The {first} is {side} the {second}.")
    for _ in range(8):
        asked = draws.sample((0, 1), 2)
        (x, y), (other_x, other_y) = (_SIDES[sides[each]] for each in asked)
        yes = draws.chance(0.5)
        side = draws.choice(
            [
                name
                for name, (right, up) in _SIDES.items()
                if ((x - other_x) * right + (y - other_y) * up > 0) == yes
            ]
        )
        first, second = (ends[each] for each in asked)
        question = f"Is the {first} {side} the {second}?"
        story.ask(question, "yes" if yes else "no", asked)
    return story


def path(draws):
    """Task 19: a way of two steps; three more rooms lie beside it."""
    start, middle, end, *others = draws.sample(ROOMS, 6)
    first = draws.choice(list(_COMPASS))
    back = _opposite(first, _COMPASS)
    second = draws.choice([each for each in _COMPASS if each != back])
    free = [
        (room, side)
        for room, taken in (
            (start, (first,)),
            (middle, (back, second)),
            (end, (_opposite(second, _COMPASS),)),
        )
        for side in _COMPASS
        if side not in taken
    ]
    relations = [(start, back, middle), (end, second, middle)]
    relations += [
        (other, side, room)
        for other, (room, side) in zip(
            others, draws.sample(free, 3), strict=True
        )
    ]
    story, places = Story(), {}
    for number in draws.shuffled(range(len(relations))):
        last = draws.chance(_MIDDLE_LAST_RATE[19])
        places[number] = _tell_compass(story, *relations[number], last)
    story.ask(
        f"How do you go from the {start} to the {end}?",
        f"{first[0]},{second[0]}",
        [places[0], places[1]],
    )
    return story


def _tell_compass(story, room, side, other, other_last):
    """Says where a room is from another, or the other way round."""
    if not other_last:
        room, side, other = other, _opposite(side, _COMPASS), room
    return story.tell(f"The {room} is {side} of the {other}.")


def _opposite(side, sides):
    x, y = sides[side]
    return next(each for each in sides if sides[each] == (-x, -y))
