"""Rooms with people and things, what they do, and what a reader knows of it."""

import typing

MOVES = ("went to", "journeyed to", "travelled to", "went back to", "moved to")
_GETS = ("got", "grabbed", "took", "picked up")
_DROPS = ("dropped", "discarded", "left", "put down")
_GIVES = ("gave", "handed", "passed")
# How often things are done where they can be. A walk to the room where
# somebody is already does not count, hence 5 of 6.
_WEIGHTS = {"move": 5 / 6, "get": 1.0, "drop": 1.0, "give": 4.0}
_THERE_RATE = 0.2  # of "there" after a thing that is put down
# How often two turn out to be in one room where that is open, and by how much
# less a thing does for each that is carried already, as in the official files.
_MEETING_RATE, _FOUND_RATIO = 0.25, 0.6
# The newest sentence that supports an answer is one of so many, as it is in the
# official files.
RECENT_SENTENCES = 5

ROOMS = ("kitchen", "bathroom", "bedroom", "garden", "office", "hallway")
PEOPLE = ("Mary", "Daniel", "John", "Sandra")
THINGS = ("apple", "football", "milk")


class Arrival(typing.NamedTuple):
    """Somebody came to a room, as a sentence of the story says."""

    room: str
    place: int


class Deed(typing.NamedTuple):
    """Somebody got, dropped or gave a thing, as a sentence says."""

    kind: str
    person: str
    thing: str
    receiver: str | None
    place: int


class World:
    """People who walk about and carry things; all they do is told.

    Where people and things are at first is open, until people go somewhere
    or come across them.

    Args:
        story: `Story` to tell it in.
        draws: `Draws`.
        people: Tuple of strings. Defaults to `PEOPLE`.
        rooms: Tuple of strings. Defaults to `ROOMS`.
        things: Tuple of strings; empty if people only walk. Defaults to `()`.
        gives: Boolean, whether people give things to each other. Defaults to
            `False`.
        there_rate: Float from 0 to 1, how often "there" stands after a thing
            that is taken. Defaults to `1.0`.

    Example:

    >>> world = World(Story(), Draws(0))
    >>> person = world.move()
    >>> [arrival.place for arrival in world.arrivals[person]]
    [0]
    """

    def __init__(
        self,
        story,
        draws,
        people=PEOPLE,
        rooms=ROOMS,
        things=(),
        *,
        gives=False,
        there_rate=1.0,
    ):
        self.story = story
        self.draws = draws
        self.people = people
        self.rooms = rooms
        self.gives = gives
        self.there_rate = there_rate
        self.room = dict.fromkeys(people)  # person: room, None while open
        self.floor = dict.fromkeys(things)  # thing: room, None while open
        self.carried = {person: [] for person in people}
        self.arrivals = {}  # person: list of `Arrival`
        self.deeds = []

    def act(self):
        """Somebody does something that can be done."""
        person = self.draws.choice(self.people)
        carried = self.carried[person]
        rate = _MEETING_RATE * _FOUND_RATIO ** len(carried)
        free = [
            each
            for each in self.floor
            if self._meets(person, self.floor[each], rate)
        ]
        others = [
            each
            for each in self.people
            if self.gives
            and each != person
            and self._meets(person, self.room[each], _MEETING_RATE)
        ]
        possible = {"move": True, "get": free, "drop": carried}
        possible["give"] = carried and others
        kind = self.draws.weighted(
            {kind: _WEIGHTS[kind] for kind, can in possible.items() if can}
        )
        if kind == "move":
            self.move(person)
        elif kind == "get":
            self._get(person, self.draws.choice(free))
        elif kind == "drop":
            self._drop(person, self.draws.choice(carried))
        else:
            thing, receiver = map(self.draws.choice, (carried, others))
            self._give(person, thing, receiver)

    def move(self, person=None):
        """Somebody, or that person, goes to another room; returns who."""
        if person is None:
            person = self.draws.choice(self.people)
        room = self.other_room(self.room[person])
        place = self.story.tell(
            f"{person} {self.draws.choice(MOVES)} the {room}."
        )
        self.arrive(person, room, place)
        return person

    def arrive(self, person, room, place):
        self.room[person] = room
        self.arrivals.setdefault(person, []).append(Arrival(room, place))

    def other_room(self, *but):
        return self.draws.choice([r for r in self.rooms if r not in but])

    def is_recent(self, place, window=RECENT_SENTENCES):
        """Whether a sentence is recent enough to be asked about."""
        return len(self.story.sentences) - place <= window

    def someone_who_moved(self, window=RECENT_SENTENCES):
        """A person who just arrived somewhere, or `None`.

        More likely one who often did.
        """
        weights = {
            person: len(each)
            for person, each in self.arrivals.items()
            if self.is_recent(each[-1].place, window)
        }
        return self.draws.weighted(weights) if weights else None

    def _meets(self, person, room, rate):
        """Whether a person is in the room that somebody or something is in."""
        here = self.room[person]
        if here is None or room is None:
            return self.draws.chance(rate)
        return here == room

    def _get(self, person, thing):
        del self.floor[thing]
        self.carried[person].append(thing)
        self._do("get", person, thing, _GETS, self.there_rate)

    def _drop(self, person, thing):
        self.carried[person].remove(thing)
        self.floor[thing] = self.room[person]
        self._do("drop", person, thing, _DROPS, _THERE_RATE)

    def _give(self, person, thing, receiver):
        self.carried[person].remove(thing)
        self.carried[receiver].append(thing)
        room = self.room[person] or self.room[receiver]
        self.room[person] = self.room[receiver] = room
        place = self.story.tell(
            f"{person} {self.draws.choice(_GIVES)} the {thing} to {receiver}."
        )
        self.deeds.append(Deed("give", person, thing, receiver, place))

    def _do(self, kind, person, thing, verbs, there_rate):
        there = " there" if self.draws.chance(there_rate) else ""
        place = self.story.tell(
            f"{person} {self.draws.choice(verbs)} the {thing}{there}."
        )
        self.deeds.append(Deed(kind, person, thing, None, place))


def interview(world, ask, num_questions=5):
    """Two things happen, a question follows if one can be asked, and again.

    Args:
        world: `World`.
        ask: Function without arguments that asks a question, if it can.
        num_questions: Int >= 1. Defaults to `5`.

    Returns:
        The `Story`.
    """
    while len(world.story.questions) < num_questions:
        world.act()
        world.act()
        ask()
    return world.story
