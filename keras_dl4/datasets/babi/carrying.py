"""Tasks 5 to 8: who gave what to whom, and who is where or carries what."""

from keras_dl4.datasets.babi.story import Story
from keras_dl4.datasets.babi.world import THINGS
from keras_dl4.datasets.babi.world import World
from keras_dl4.datasets.babi.world import interview

_GIVING_PEOPLE = ("Mary", "Fred", "Bill", "Jeff")
# By task: the weight of those who carry nothing, among whom to ask for.
_EMPTY_WEIGHT = {7: 3.0, 8: 1.5}
_NUMBERS = ("none", "one", "two", "three")


def three_arguments(draws):
    """Task 5: the giver, the thing or the receiver of the last gift."""
    world = World(
        Story(), draws, people=_GIVING_PEOPLE, things=THINGS, gives=True
    )

    def ask():
        gifts = [deed for deed in world.deeds if deed.kind == "give"]
        if gifts and world.is_recent(gifts[-1].place):
            question, answer = _question_of_gift(gifts[-1], draws)
            world.story.ask(question, answer, [gifts[-1].place])

    return interview(world, ask)


def _question_of_gift(gift, draws):
    asked = draws.below(3)
    short = draws.chance(0.5)
    if asked == 0:
        question = f"What did {gift.person} give to {gift.receiver}?"
        return question, gift.thing
    if asked == 1:
        receiver = "" if short else f" to {gift.receiver}"
        return f"Who gave the {gift.thing}{receiver}?", gift.person
    if short:
        return f"Who received the {gift.thing}?", gift.receiver
    question = f"Who did {gift.person} give the {gift.thing} to?"
    return question, gift.receiver


def yes_no(draws):
    """Task 6: whether someone is in a room."""
    world = World(Story(), draws, things=THINGS)

    def ask():
        person = world.someone_who_moved()
        if person is None:
            return
        room, place = world.arrivals[person][-1]
        yes = draws.chance(0.5)
        asked = room if yes else world.other_room(room)
        world.story.ask(
            f"Is {person} in the {asked}?", "yes" if yes else "no", [place]
        )

    return interview(world, ask)


def counting(draws):
    """Task 7: how many things someone carries, by all that was done."""
    world = World(Story(), draws, things=THINGS, gives=True)

    def ask():
        deeds = {}
        for deed in world.deeds:
            for person in filter(None, (deed.person, deed.receiver)):
                deeds.setdefault(person, []).append(deed)
        weights = {
            who: len(each) ** 2
            for who, each in deeds.items()
            if world.is_recent(each[-1].place)
        }
        if not weights:
            return
        person = _someone(world, weights, _EMPTY_WEIGHT[7])
        world.story.ask(
            f"How many objects is {person} carrying?",
            _NUMBERS[len(world.carried[person])],
            [deed.place for deed in deeds[person]],
        )

    return interview(world, ask)


def lists(draws):
    """Task 8: which things someone carries, in the order first taken."""
    world = World(Story(), draws, things=THINGS)

    def ask():
        deeds = {}  # person: {thing: list of deeds}
        for deed in world.deeds:
            of_person = deeds.setdefault(deed.person, {})
            of_person.setdefault(deed.thing, []).append(deed)
        weights = {
            who: sum(map(len, each.values()))
            for who, each in deeds.items()
            if world.is_recent(max(deed[-1].place for deed in each.values()))
        }
        if not weights:
            return
        person = _someone(world, weights, _EMPTY_WEIGHT[8])
        carried = [
            thing for thing in deeds[person] if thing in world.carried[person]
        ]
        world.story.ask(
            f"What is {person} carrying?",
            ",".join(carried) or "nothing",
            [deed.place for each in deeds[person].values() for deed in each],
        )

    return interview(world, ask)


def _someone(world, weights, empty_weight):
    """A person by weights, those who carry nothing more likely."""
    return world.draws.weighted(
        {
            person: weight * (1 if world.carried[person] else empty_weight)
            for person, weight in weights.items()
        }
    )
