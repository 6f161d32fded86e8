"""People who walk about in a house, where tasks 1 to 13 take place."""

import typing


class Place(typing.NamedTuple):
    """Who and what there is."""

    people: tuple
    rooms: tuple
    things: tuple = ()


HOUSE = Place(
    people=("Mary", "Daniel", "John", "Sandra"),
    rooms=("kitchen", "bathroom", "bedroom", "garden", "office", "hallway"),
    things=("apple", "football", "milk"),
)
MOVES = ("went to", "journeyed to", "travelled to", "went back to", "moved to")


def move(story, arrivals, draws, place):
    """Somebody goes to a room, not the one that they are known to be in.

    Args:
        story: `Story`.
        arrivals: `{person: (room, place of the sentence)}`, to be updated.
        draws: `Draws`.
        place: `Place`.
    """
    person = draws.choice(place.people)
    here = arrivals.get(person, ("",))[0]
    room = draws.choice([room for room in place.rooms if room != here])
    sentence = story.tell(f"{person} {draws.choice(MOVES)} the {room}.")
    arrivals[person] = (room, sentence)
