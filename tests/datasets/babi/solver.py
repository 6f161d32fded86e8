"""Answers questions from sentences alone; shares no code with the generator.

`solve(task, facts, question)` gets nothing but the supporting sentences, in
the order of the supports. `follow(story)` reads a whole story.
"""

import re

MOVE = r"(?:went to|journeyed to|travelled to|went back to|moved to)"
GET = r"(?:got|grabbed|took|picked up)"
DROP = r"(?:dropped|discarded|left|put down)"
GIVE = r"(?:gave|handed|passed)"
COMPASS = {"north": 1j, "south": -1j, "east": 1, "west": -1}
SIDES = {"above": 1j, "below": -1j, "to the right of": 1, "to the left of": -1}
FEARFUL = {"mice": "mouse", "cats": "cat", "wolves": "wolf", "sheep": "sheep"}
TIMES = ["yesterday", "this morning", "this afternoon", "this evening"]
MOTIVES = {
    "hungry": ("kitchen", "apple"),
    "thirsty": ("kitchen", "milk"),
    "bored": ("garden", "football"),
    "tired": ("bedroom", "pajamas"),
}


def solve(task, facts, question):
    return SOLVERS[task](facts, question)


def groups(pattern, text):
    """The groups of a pattern that must match the whole text."""
    match = re.fullmatch(pattern, text)
    assert match, f"{text!r} is not of the form {pattern!r}"
    return match.groups()


def room_of(fact):
    return groups(r".* the (\w+)\.", fact)[0]


def where_is_person(facts, question):
    (person,) = groups(r"Where is (\w+)\?", question)
    assert person in facts[0]
    for fact in facts[1:]:  # goes on about whoever it was
        assert re.search(r" (he|she|they) ", fact)
    return room_of(facts[-1])


def where_is_thing(facts, question):
    (thing,) = groups(r"Where is the (\w+)\?", question)
    deed, walk = facts
    person, said = groups(
        rf"(\w+) (?:{GET}|{DROP}) the (\w+)(?: there)?\.", deed
    )
    walker, room = groups(rf"(\w+) {MOVE} the (\w+)\.", walk)
    assert (walker, said) == (person, thing)
    return room


def where_was_thing(facts, question):
    thing, room = groups(r"Where was the (\w+) before the (\w+)\?", question)
    assert where_is_thing(facts[:2], f"Where is the {thing}?") == room
    return where_is_thing([facts[0], facts[2]], f"Where is the {thing}?")


def which_side(facts, question):
    first, side, second = groups(r"The (\w+) is (\w+) of the (\w+)\.", facts[0])
    step = COMPASS[side]
    beside = {(second, step): first, (first, -step): second}
    forward = re.fullmatch(r"What is (\w+) of the (\w+)\?", question)
    if forward:
        return beside[forward[2], COMPASS[forward[1]]]
    room, side = groups(r"What is the (\w+) (\w+) of\?", question)
    return beside[room, -COMPASS[side]]


def who_gave_what(facts, question):
    parts = groups(rf"(\w+) {GIVE} the (\w+) to (\w+)\.", facts[0])
    giver, thing, receiver = parts
    answers = {
        f"What did {giver} give to {receiver}?": thing,
        f"Who gave the {thing} to {receiver}?": giver,
        f"Who gave the {thing}?": giver,
        f"Who did {giver} give the {thing} to?": receiver,
        f"Who received the {thing}?": receiver,
    }
    return answers[question]


def is_person_there(facts, question):
    person, room = groups(r"Is (\w+) in the (\w+)\?", question)
    either = re.fullmatch(
        r"(\w+) is either in the (\w+) or the (\w+)\.", facts[0]
    )
    if either:
        assert either[1] == person
        return "maybe" if room in either.groups()[1:] else "no"
    negative = re.fullmatch(r"(\w+) is (?:no longer|not) in the .*", facts[0])
    who, said = groups(
        rf"(\w+) (?:{MOVE}|is in|is no longer in|is not in) the (\w+)\.",
        facts[0],
    )
    assert who == person
    if negative:
        assert said == room  # of others nothing is known
        return "no"
    return "yes" if said == room else "no"


def carried(facts, person):
    """Things that a person carries, in the order first mentioned."""
    has = {}
    for fact in facts:
        if taken := re.fullmatch(
            rf"{person} {GET} the (\w+)(?: there)?\.", fact
        ):
            has[taken[1]] = True
        elif left := re.fullmatch(
            rf"{person} (?:{DROP}|{GIVE}) the (\w+)(?: there| to \w+)?\.", fact
        ):
            has[left[1]] = False
        else:
            (thing,) = groups(rf"\w+ {GIVE} the (\w+) to {person}\.", fact)
            has[thing] = True
    return [thing for thing, is_carried in has.items() if is_carried]


def how_many(facts, question):
    (person,) = groups(r"How many objects is (\w+) carrying\?", question)
    return ["none", "one", "two", "three"][len(carried(facts, person))]


def which_ones(facts, question):
    (person,) = groups(r"What is (\w+) carrying\?", question)
    return ",".join(carried(facts, person)) or "nothing"


def where_before(facts, question):
    person, room = groups(r"Where was (\w+) before the (\w+)\?", question)
    found = []
    for fact in facts:
        (time,) = [i for i, when in enumerate(TIMES) if when in fact.lower()]
        assert f"{person} " in fact
        found.append((time, re.search(r"the (\w+)", fact)[1]))
    (time, said), (before, answer) = found
    assert said == room
    assert before == time - 1
    return answer


def what_is_feared(facts, question):
    (name,) = groups(r"What is (\w+) afraid of\?", question)
    who, kind = groups(r"(\w+) is a (\w+)\.", facts[0])
    fearful, feared = groups(r"(\w+) are afraid of (\w+)\.", facts[1])
    assert who.lower() == name
    assert FEARFUL[fearful.lower()] == kind
    return FEARFUL[feared]


def which_color(facts, question):
    (name,) = groups(r"What color is (\w+)\?", question)
    who, kind = groups(r"(\w+) is a (\w+)\.", facts[0])
    other, other_kind = groups(r"(\w+) is a (\w+)\.", facts[1])
    seen, color = groups(r"(\w+) is (\w+)\.", facts[2])
    assert (who, kind, other) == (name, other_kind, seen)
    assert who != other
    return color


def places(facts, pattern, steps):
    """`{name: place}` of all that facts relate, the first one at 0."""
    related = [groups(pattern, fact) for fact in facts]
    found = {related[0][0]: 0}
    for _ in related:
        for first, side, second in related:
            if second in found:
                found.setdefault(first, found[second] + steps[side])
            if first in found:
                found.setdefault(second, found[first] - steps[side])
    return found


def is_on_side(facts, question):
    sides = "|".join(SIDES)
    first, side, second = groups(rf"Is the (.*) ({sides}) the (.*)\?", question)
    found = places(facts, rf"The (.*) is ({sides}) the (.*)\.", SIDES)
    difference = found[first] - found[second]
    return "yes" if (difference * SIDES[side].conjugate()).real > 0 else "no"


def does_it_fit(facts, question):
    larger = []
    for fact in facts:
        pattern = r"The (.*) (is bigger than|fits inside) the (.*)\."
        first, verb, second = groups(pattern, fact)
        pair = (first, second) if verb == "is bigger than" else (second, first)
        larger.append(pair)
    (a, b), (c, d) = larger
    assert b == c or a == d
    largest, smallest = (a, d) if b == c else (c, b)
    if question.startswith("Is"):
        first, second = groups(r"Is the (.*) bigger than the (.*)\?", question)
    else:
        second, first = groups(r"Does the (.*) fit in the (.*)\?", question)
    assert {first, second} == {largest, smallest}
    return "yes" if first == largest else "no"


def which_way(facts, question):
    pattern = r"How do you go from the (\w+) to the (\w+)\?"
    start, end = groups(pattern, question)
    letters = {step: side[0] for side, step in COMPASS.items()}
    steps = []
    here = start
    for fact in facts:
        first, side, second = groups(r"The (\w+) is (\w+) of the (\w+)\.", fact)
        step = COMPASS[side] if here == second else -COMPASS[side]
        here = {first: second, second: first}[here]
        steps.append(letters[step])
    assert here == end
    return ",".join(steps)


def which_motive(facts, question):
    name, motive = groups(r"(\w+) is (\w+)\.", facts[0])
    room, thing = MOTIVES[motive]
    name = name.lower()
    answers = {
        f"Where will {name} go?": room,
        f"Why did {name} go to the {room}?": motive,
        f"Why did {name} get the {thing}?": motive,
    }
    return answers[question]


SOLVERS = {
    1: where_is_person,
    2: where_is_thing,
    3: where_was_thing,
    4: which_side,
    5: who_gave_what,
    6: is_person_there,
    7: how_many,
    8: which_ones,
    9: is_person_there,
    10: is_person_there,
    11: where_is_person,
    12: where_is_person,
    13: where_is_person,
    14: where_before,
    15: what_is_feared,
    16: which_color,
    17: is_on_side,
    18: does_it_fit,
    19: which_way,
    20: which_motive,
}
