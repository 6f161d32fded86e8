"""Tasks 9 and 10: where someone is not, or may be."""

from keras_dl4.datasets.babi.story import Story
from keras_dl4.datasets.babi.world import World
from keras_dl4.datasets.babi.world import interview

_UNSURE_PEOPLE = ("Fred", "Mary", "Bill", "Julie")
_UNSURE_ROOMS = ("kitchen", "bedroom", "office", "park", "cinema", "school")
_MOVE_RATE, _IS_RATE = 0.5, 0.25  # the rest is told indirectly


class _Rumors(World):
    """A world in which it is also said where someone is, directly or not."""

    def __init__(self, *args, tell_indirectly, **kwargs):
        super().__init__(*args, **kwargs)
        self.tell_indirectly = tell_indirectly
        self.room = {who: self.draws.choice(self.rooms) for who in self.people}
        self.last = {}  # person: (kind, rooms, place of the sentence)
        self.told = []  # persons, one per sentence

    def act(self):
        kind = self.draws.number()
        if kind < _MOVE_RATE:
            person = self.move()
            self.last[person] = ("in", (self.room[person],), self.place)
        else:
            person = self.draws.choice(self.people)
            new = self.other_room(self.room[person])
            if kind < _MOVE_RATE + _IS_RATE:
                sentence, what = f"{person} is in the {new}.", ("in", (new,))
            else:
                sentence, what = self.tell_indirectly(self, person, new)
            self.last[person] = (*what, self.story.tell(sentence))
            self.room[person] = new
        self.told.append(person)

    def someone_told_of(self):
        """A person of whom it was just told; more likely one who often is."""
        return self.draws.choice(
            [who for who in self.told if self.is_recent(self.last[who][-1])]
        )

    @property
    def place(self):
        return len(self.story.sentences) - 1

    def ask(self, person, room, answer):
        self.story.ask(
            f"Is {person} in the {room}?", answer, [self.last[person][-1]]
        )


def negation(draws):
    """Task 9: somebody left a room; it is not said where to."""

    def tell(world, person, new):
        old = world.room[person]
        verb = draws.choice(("is no longer in", "is not in"))
        return f"{person} {verb} the {old}.", ("not in", (old,))

    world = _Rumors(Story(), draws, tell_indirectly=tell)

    def ask():
        person = world.someone_told_of()
        kind, (room,), _ = world.last[person]
        if kind == "not in":
            world.ask(person, room, "no")
        elif draws.chance(0.5):
            world.ask(person, room, "yes")
        else:
            world.ask(person, world.other_room(room), "no")

    return interview(world, ask)


def indefinite(draws):
    """Task 10: somebody is in one of two rooms."""

    def tell(world, person, new):
        rooms = draws.shuffled([new, draws.choice(world.rooms)])
        sentence = "{} is either in the {} or the {}.".format(person, *rooms)
        return sentence, ("either", tuple(rooms))

    world = _Rumors(
        Story(),
        draws,
        _UNSURE_PEOPLE,
        _UNSURE_ROOMS,
        tell_indirectly=tell,
    )

    def ask():
        person = world.someone_told_of()
        kind, rooms, _ = world.last[person]
        room = world.room[person]
        if not draws.chance(0.5):
            room = world.other_room(room)
        sure = {"in": "yes", "either": "maybe"}[kind]
        world.ask(person, room, sure if room in rooms else "no")

    return interview(world, ask)
