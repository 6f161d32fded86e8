"""Makes the captions of a scene, all of them true."""

import dataclasses

from keras_dl4.datasets.shape_scenes.lexicon import ADJECTIVES
from keras_dl4.datasets.shape_scenes.lexicon import BACKGROUND_WORDS
from keras_dl4.datasets.shape_scenes.lexicon import NUMBERS
from keras_dl4.datasets.shape_scenes.lexicon import PLURALS
from keras_dl4.datasets.shape_scenes.lexicon import RELATION_PHRASES
from keras_dl4.datasets.shape_scenes.lexicon import SAME_COLOR
from keras_dl4.datasets.shape_scenes.lexicon import WORD_TAGS
from keras_dl4.datasets.shape_scenes.lexicon import article

# In this order, one caption each.
FAMILIES = ("full", "partial", "relation", "inverse", "count")
# Random numbers for the captions of a scene; they use fewer.
NUM_DRAWS = 96
MIN_LENGTH, MAX_LENGTH = 4, 14


@dataclasses.dataclass(frozen=True)
class TaggedCaption:
    """A caption with the tag of each word.

    Args:
        tokens: Tuple of strings.
        slots: Tuple of ints, the number of the object that a word belongs to,
            or -1.
        family: String: `"full"` describes all objects, `"partial"` one of
            them, `"relation"` says how two stand, `"inverse"` the same from
            the other side, `"count"` counts or names the background.

    Example:

    >>> caption = TaggedCaption(("a", "red", "circle"), (0, 0, 0), "partial")
    >>> caption.text, caption.tags
    ('a red circle', ('DT', 'JJ-COLOR', 'NN-SHAPE'))
    """

    tokens: tuple
    slots: tuple
    family: str

    @property
    def text(self):
        """String, the words separated by spaces."""
        return " ".join(self.tokens)

    @property
    def tags(self):
        """Tuple of strings, a tag for each word."""
        return tuple(WORD_TAGS[token] for token in self.tokens)


class Choices:
    """Takes decisions by numbers in [0, 1), one after the other."""

    def __init__(self, numbers):
        self._numbers = iter(numbers)

    def chance(self, probability):
        return next(self._numbers) < probability

    def one_of(self, options):
        return options[int(next(self._numbers) * len(options))]


def captions_of(scene, choices, config):
    """One caption of each family.

    Args:
        scene: `Scene`.
        choices: `Choices` with `NUM_DRAWS` numbers.
        config: `SceneConfig`.

    Returns:
        Tuple of `TaggedCaption`.
    """
    kinds = ["size", "color"]
    if config.textures > 1:
        kinds.insert(1, "texture")
    pair = _related_pair(scene, choices)
    made = (
        _full(scene, choices, kinds, config.has_positions),
        _partial(scene, choices, kinds, config.has_positions),
        _related(scene, choices, pair, kinds, config.has_positions),
        _related(scene, choices, pair and pair[::-1], kinds, False),
        _count(scene, choices),
    )
    return tuple(
        TaggedCaption(
            tuple(word for words, _ in parts for word in words),
            tuple(slot for words, slot in parts for _ in words),
            family,
        )
        for family, parts in zip(FAMILIES, made, strict=True)
    )


def phrase(thing, kinds, choices, determiner="a", noun=None):
    """Words for a thing, with its values of some kinds."""
    words = [choices.one_of(ADJECTIVES[getattr(thing, k)]) for k in kinds]
    words.append(noun or thing.shape)
    if determiner == "a":
        determiner = article(words[0])
    return [determiner, *words]


def _length(parts):
    return sum(len(words) for words, _ in parts)


def _opened(parts, choices, verb="is"):
    """With "there is" in front, where that fits, and where it has to be."""
    length = _length(parts)
    if length < MIN_LENGTH or (
        length + 2 <= MAX_LENGTH and choices.chance(0.4)
    ):
        return [(["there", verb], -1), *parts]
    return parts


def _ground(scene, choices):
    word = choices.one_of(BACKGROUND_WORDS[scene.background])
    return [choices.one_of(("on", "against")), "a", word, "background"]


def _place(thing):
    return ["at", "the", thing.position]


def _full(scene, choices, kinds, has_positions):
    things = scene.objects
    kinds = kinds if len(things) <= 2 else ["color"]
    parts = []
    for slot, thing in enumerate(things):
        words = phrase(thing, kinds, choices)
        if has_positions and len(things) == 1 and choices.chance(0.5):
            words += _place(thing)
        parts += [(["and"], -1)] * (slot > 0) + [(words, slot)]
    if _length(parts) + 4 <= MAX_LENGTH:
        parts.append((_ground(scene, choices), -1))
    return _opened(parts, choices)


def _partial(scene, choices, kinds, has_positions):
    slot = choices.one_of(range(len(scene.objects)))
    thing = scene.objects[slot]
    chosen = [kind for kind in kinds if choices.chance(0.5)]
    noun = None if not chosen or choices.chance(0.8) else "shape"
    words = phrase(thing, chosen, choices, noun=noun)
    if has_positions and choices.chance(0.3):
        words += _place(thing)
    return _opened([(words, slot)], choices)


def _related_pair(scene, choices):
    """Numbers of two objects in a relation, or None."""
    count = len(scene.objects)
    pairs = [
        (a, b)
        for a in range(count)
        for b in range(count)
        if a != b and scene.relation(a, b) is not None
    ]
    return choices.one_of(pairs) if pairs else None


def _related(scene, choices, pair, kinds, has_positions):
    if pair is None:
        return _predicate(scene, choices, kinds, has_positions)
    things = [scene.objects[slot] for slot in pair]
    relation = scene.relation(*pair)
    chosen = ["size", "color"] if choices.chance(0.5) else ["color"]
    if things[0].color == things[1].color and choices.chance(0.5):
        relation, chosen = SAME_COLOR, []
    is_sentence = choices.chance(0.3)
    first, second = (
        phrase(thing, chosen, choices, "the" if is_sentence else "a")
        for thing in things
    )
    between = [*choices.one_of(RELATION_PHRASES[relation])]
    parts = [(first, pair[0]), (["is"] * is_sentence + between, -1)]
    parts.append((second, pair[1]))
    if not is_sentence:
        parts = _opened(parts, choices)
    return parts


def _predicate(scene, choices, kinds, has_positions):
    """Says something of one object: "the small circle is red"."""
    slot = choices.one_of(range(len(scene.objects)))
    thing = scene.objects[slot]
    if has_positions and choices.chance(0.5):
        chosen = [kind for kind in kinds if choices.chance(0.5)]
        said = _place(thing)
    else:
        kind = choices.one_of(kinds)
        others = [other for other in kinds if other != kind]
        chosen = [other for other in others if choices.chance(0.5)]
        said = [choices.one_of(ADJECTIVES[getattr(thing, kind)])]
    return [
        (phrase(thing, chosen, choices, "the"), slot),
        (["is"], -1),
        (said, slot),
    ]


def _count(scene, choices):
    if choices.chance(0.3):
        word = choices.one_of(BACKGROUND_WORDS[scene.background])
        return [(["the", "background", "is", word], -1)]
    thing = choices.one_of(scene.objects)
    noun, color = choices.one_of(
        [
            (thing.shape, None),
            ("shape", None),
            ("shape", thing.color),
            (thing.shape, thing.color),
        ]
    )
    number = sum(
        (noun == "shape" or other.shape == noun)
        and (color is None or other.color == color)
        for other in scene.objects
    )
    words = [NUMBERS[number - 1], *([color] if color else [])]
    words.append(noun if number == 1 else PLURALS[noun])
    parts = [(words, -1)]
    if choices.chance(0.5):
        parts.append((_ground(scene, choices), -1))
    return _opened(parts, choices, "is" if number == 1 else "are")
