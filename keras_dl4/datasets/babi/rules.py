"""Tasks 15 and 16: from a kind to one of it, and from one to its kind."""

from keras_dl4.datasets.babi.story import Story

_PLURALS = {"mouse": "mice", "cat": "cats", "wolf": "wolves", "sheep": "sheep"}
_FEARFUL = ("Gertrude", "Winona", "Jessica", "Emily")
_ANIMALS = ("swan", "lion", "frog", "rhino")
_COLORS = ("white", "gray", "green", "yellow")
_COLORED = ("Lily", "Bernhard", "Brian", "Julius", "Greg")
_SAME_COLOR_RATE = 0.5  # of a color that the kind is known to have


def deduction(draws):
    """Task 15: what a kind of animal fears, each of the kind does."""
    story, fears, kinds = Story(), {}, {}
    while len(fears) < len(_PLURALS) or len(kinds) < len(_FEARFUL):
        kind = draws.choice(list(_PLURALS))
        if draws.chance(0.5):
            if kind in fears:
                continue
            feared = draws.choice([each for each in _PLURALS if each != kind])
            subject = _PLURALS[kind].capitalize()
            place = story.tell(f"{subject} are afraid of {_PLURALS[feared]}.")
            fears[kind] = (feared, place)
        else:
            name = draws.choice(_FEARFUL)
            if kind in fears and name not in kinds:
                kinds[name] = (kind, story.tell(f"{name} is a {kind}."))
    for _ in range(4):
        name = draws.choice(_FEARFUL)
        kind, place = kinds[name]
        feared, reason = fears[kind]
        story.ask(f"What is {name.lower()} afraid of?", feared, [place, reason])
    return story


def induction(draws):
    """Task 16: an animal has the color of another of its kind.

    Of several it is the one whose kind was told last, as in the official
    files, where the animals of a kind may differ. There are never two others
    there, and so not here.
    """
    while True:
        story, kinds, colors, asked = _animals(draws)
        kind, place = kinds.pop(asked)
        others = [each for each in kinds if kinds[each][0] == kind]
        if len(others) not in (0, 2):
            break
    other = max(others, key=lambda each: kinds[each][1])
    color, seen = colors[other]
    story.ask(f"What color is {asked}?", color, [place, kinds[other][1], seen])
    return story


def _animals(draws):
    """Tells kind and color of all but the color of one, who is asked for."""
    story, kinds, colors = Story(), {}, {}
    while True:
        name = draws.choice([each for each in _COLORED if each not in colors])
        if name not in kinds:
            kind = draws.choice(_ANIMALS)
            kinds[name] = (kind, story.tell(f"{name} is a {kind}."))
        elif len(colors) == len(_COLORED) - 1:
            return story, kinds, colors, name
        else:
            color = _color_like(kinds[name][0], kinds, colors, draws)
            colors[name] = (color, story.tell(f"{name} is {color}."))


def _color_like(kind, kinds, colors, draws):
    """The color last told of the kind, or any."""
    known = [colors[each][0] for each in colors if kinds[each][0] == kind]
    if known and draws.chance(_SAME_COLOR_RATE):
        return known[-1]
    return draws.choice(_COLORS)
