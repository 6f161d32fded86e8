"""Reads captions by the grammar that they are made by."""

import dataclasses

from keras_dl4.datasets.shape_scenes.attributes import POSITIONS
from keras_dl4.datasets.shape_scenes.lexicon import ADJECTIVE_KINDS
from keras_dl4.datasets.shape_scenes.lexicon import BACKGROUND_MEANINGS
from keras_dl4.datasets.shape_scenes.lexicon import MEANINGS
from keras_dl4.datasets.shape_scenes.lexicon import NUMBERS
from keras_dl4.datasets.shape_scenes.lexicon import PLURALS
from keras_dl4.datasets.shape_scenes.lexicon import RELATION_MEANINGS
from keras_dl4.datasets.shape_scenes.lexicon import SINGULARS
from keras_dl4.datasets.shape_scenes.lexicon import WORD_TAGS
from keras_dl4.datasets.shape_scenes.lexicon import article


@dataclasses.dataclass
class Phrase:
    """What is said of one thing, or of a number of things.

    Args:
        values: Dictionary from kinds ("color", ...) to lists of values; two
            values of a kind contradict each other.
        count: Int, how many things, or `None` where no number is stated.
    """

    values: dict
    count: int | None = None

    def add(self, kind, value):
        """Notes a value; saying it twice is ungrammatical."""
        values = self.values.setdefault(kind, [])
        if value in values:
            raise _UngrammaticalError
        values.append(value)


@dataclasses.dataclass
class Claim:
    """What a caption says: its things, how they stand, on which ground."""

    phrases: list
    relation: str | None = None
    background: str | None = None


class _UngrammaticalError(Exception):
    pass


def parse(tokens):
    """The `Claim` of a sequence of words, or `None` if there is none.

    caption    = "the background is" GROUND
               | ["there" VERB] phrase {"and" phrase} [ground]
               | ["there" VERB] phrase RELATION phrase [ground]
               | phrase VERB (ADJECTIVE | place | RELATION phrase) [ground]
    phrase     = (ARTICLE | NUMBER) {ADJECTIVE} SHAPE [place]
    place      = "at the" POSITION
    ground     = ("on" | "against") ARTICLE GROUND "background"
    """
    reader = _Reader(tokens)
    try:
        claim = _caption(reader)
        reader.require(not reader.rest)
    except _UngrammaticalError:
        return None
    return claim


class _Reader:
    """Takes words from the front."""

    def __init__(self, tokens):
        self.rest = list(tokens)

    def require(self, condition):
        if not condition:
            raise _UngrammaticalError

    def tag(self):
        return WORD_TAGS.get(self.rest[0]) if self.rest else None

    def starts(self, *words):
        return self.rest[: len(words)] == list(words)

    def take(self):
        self.require(self.rest)
        return self.rest.pop(0)

    def accept(self, *words):
        """Takes these words if they come next, and says whether."""
        found = self.starts(*words)
        if found:
            del self.rest[: len(words)]
        return found

    def expect(self, *words):
        self.require(self.accept(*words))

    def meaning(self, meanings):
        """Takes a word of a table, and gives what it stands for."""
        word = self.take()
        self.require(word in meanings)
        return meanings[word]


def _caption(reader):
    if reader.accept("the", "background", "is"):
        return Claim([], background=reader.meaning(BACKGROUND_MEANINGS))
    verb = None
    if reader.accept("there"):
        verb = reader.take()
    phrase = _phrase(reader)
    claim = Claim([phrase])
    is_predicate = verb is None and reader.tag() == "VB"
    if is_predicate:
        verb = reader.take()
    if verb is not None:
        is_plural = phrase.count is not None and phrase.count > 1
        reader.require(verb == ("are" if is_plural else "is"))
    if is_predicate and reader.tag() in ADJECTIVE_KINDS:
        _adjective(reader, phrase)
    elif is_predicate and reader.starts("at"):
        _place(reader, phrase)
    else:
        claim.relation = _relation(reader)
        if claim.relation is not None:
            claim.phrases.append(_phrase(reader))
            reader.require(all(p.count is None for p in claim.phrases))
        else:
            reader.require(not is_predicate)
            while reader.accept("and"):
                claim.phrases.append(_phrase(reader))
    if reader.accept("on") or reader.accept("against"):
        determiner = reader.take()
        reader.require(reader.rest)
        reader.require(determiner in ("the", article(reader.rest[0])))
        claim.background = reader.meaning(BACKGROUND_MEANINGS)
        reader.expect("background")
    return claim


def _phrase(reader):
    phrase = Phrase({})
    determiner = reader.take()
    if determiner in NUMBERS:
        phrase.count = NUMBERS.index(determiner) + 1
    else:
        reader.require(WORD_TAGS.get(determiner) == "DT" and reader.rest)
        reader.require(determiner in ("the", article(reader.rest[0])))
    while reader.tag() in ADJECTIVE_KINDS:
        _adjective(reader, phrase)
    noun = reader.take()
    if phrase.count is not None and phrase.count > 1:
        reader.require(noun in SINGULARS)
        noun = SINGULARS[noun]
    reader.require(noun in PLURALS)
    if noun != "shape":
        phrase.add("shape", noun)
    if reader.starts("at"):
        _place(reader, phrase)
    return phrase


def _adjective(reader, phrase):
    kind = ADJECTIVE_KINDS[reader.tag()]
    phrase.add(kind, MEANINGS[reader.take()])


def _place(reader, phrase):
    reader.expect("at", "the")
    position = reader.take()
    reader.require(position in POSITIONS)
    phrase.add("position", position)


def _relation(reader):
    """Takes a relation if one comes next."""
    for words, relation in RELATION_MEANINGS.items():
        if reader.accept(*words):
            return relation
    return None
