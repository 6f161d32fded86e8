"""Tasks 1 to 3: where people and things are, by one, two or three facts."""

from keras_dl4.datasets.babi.story import Story
from keras_dl4.datasets.babi.world import THINGS
from keras_dl4.datasets.babi.world import World
from keras_dl4.datasets.babi.world import interview

_SELDOM_THERE = 0.2
_PAST_RATE = 0.4  # of questions that could be asked, as in the official files


def one_fact(draws):
    """Task 1: the last move of someone answers."""
    world = World(Story(), draws)

    def ask():
        person = world.someone_who_moved()
        room, place = world.arrivals[person][-1]
        world.story.ask(f"Where is {person}?", room, [place])

    return interview(world, ask)


def two_facts(draws):
    """Task 2: who has or had a thing, and where that person was then."""
    world = World(Story(), draws, things=THINGS)

    def ask():
        known = _recent(world, _whereabouts(world))
        if known:
            deed, arrival = draws.choice(known)
            world.story.ask(
                f"Where is the {deed.thing}?",
                arrival.room,
                [deed.place, arrival.place],
            )

    return interview(world, ask)


def three_facts(draws):
    """Task 3: where a thing was carried from."""
    world = World(Story(), draws, things=THINGS, there_rate=_SELDOM_THERE)

    def ask():
        known = _recent(world, _journeys(world))
        if known and draws.chance(_PAST_RATE):
            deed, before, after = draws.choice(known)
            world.story.ask(
                f"Where was the {deed.thing} before the {after.room}?",
                before.room,
                [deed.place, after.place, before.place],
            )

    return interview(world, ask)


def _recent(world, known):
    """Those of several supports of which one is recent."""
    return [
        supports
        for supports in known
        if world.is_recent(max(each.place for each in supports))
    ]


def _last_deeds(world):
    """The last that was done with each thing."""
    return {deed.thing: deed for deed in world.deeds}.values()


def _whereabouts(world):
    """Pairs of a `Deed` and an `Arrival` that say together where a thing is.

    A thing that lies is where somebody put it down; one that is carried is
    asked for only when it has moved.
    """
    known = []
    for deed in _last_deeds(world):
        arrivals = world.arrivals.get(deed.person, ())
        if deed.kind == "drop":
            arrivals = [each for each in arrivals if each.place < deed.place]
            known += [(deed, each) for each in arrivals[-1:]]
        elif arrivals and arrivals[-1].place > deed.place:
            known.append((deed, arrivals[-1]))
    return known


def _journeys(world):
    """Triples of a `Deed` and the `Arrival` before and that after a walk."""
    known = []
    taken = {}  # thing: place of the sentence
    for deed in world.deeds:
        if deed.kind == "get":
            taken[deed.thing] = deed.place
    for deed in _last_deeds(world):
        arrivals = world.arrivals.get(deed.person, ())
        if deed.kind == "drop":
            arrivals = [each for each in arrivals if each.place < deed.place]
        if len(arrivals) < 2:
            continue
        before, after = arrivals[-2:]
        # A carried thing was taken before both, one that lies before the last.
        first = before if deed.kind == "get" else after
        if taken[deed.thing] < first.place:
            known.append((deed, before, after))
    return known
