"""Task 20: where people go, and why they do what they do."""

from keras_dl4.datasets.babi.story import Story
from keras_dl4.datasets.babi.world import MOVES

_PEOPLE = ("Sumit", "Yann", "Jason", "Antoine")
_MOTIVES = {  # where it leads to, and what is taken there
    "hungry": ("kitchen", "apple"),
    "thirsty": ("kitchen", "milk"),
    "bored": ("garden", "football"),
    "tired": ("bedroom", "pajamas"),
}
_GETS = ("got", "grabbed", "took", "picked up")


def motivation(draws):
    """Task 20: a state, a walk and a deed, each followed by a question."""
    story, motives, done, taken = Story(), {}, {}, set()
    while True:
        able = [
            person
            for person in _PEOPLE
            if done.get(person, 0) < 2
            or (done[person] == 2 and motives[person][0] not in taken)
        ]
        if not able:
            return story
        person = draws.choice(able)
        step = done.get(person, 0)
        done[person] = step + 1
        if step == 0:
            motive = draws.choice(list(_MOTIVES))
            motives[person] = (motive, story.tell(f"{person} is {motive}."))
        motive, place = motives[person]
        room, thing = _MOTIVES[motive]
        name = person.lower()
        if step == 0:
            story.ask(f"Where will {name} go?", room, [place])
        elif step == 1:
            story.tell(f"{person} {draws.choice(MOVES)} the {room}.")
            story.ask(f"Why did {name} go to the {room}?", motive, [place])
        else:
            taken.add(motive)
            story.tell(f"{person} {draws.choice(_GETS)} the {thing} there.")
            story.ask(f"Why did {name} get the {thing}?", motive, [place])
