"""The words of the captions: each has one tag and at most one meaning."""

from keras_dl4.datasets.shape_scenes.attributes import BACKGROUNDS
from keras_dl4.datasets.shape_scenes.attributes import COLORS
from keras_dl4.datasets.shape_scenes.attributes import POSITIONS
from keras_dl4.datasets.shape_scenes.attributes import SHAPES

# "END" is for the end of a sentence, which a language model adds.
TAGS = (
    "DT",
    "CD",
    "JJ-SIZE",
    "JJ-COLOR",
    "JJ-TEX",
    "NN-SHAPE",
    "NN-BG",
    "VB",
    "EX",
    "IN",
    "REL",
    "END",
)
ADJECTIVES = {
    "small": ("small", "little"),
    "large": ("large", "big"),
    "solid": ("solid", "plain"),
    "striped": ("striped",),
    **{color: (color,) for color in COLORS},
}
ADJECTIVE_KINDS = {
    "JJ-SIZE": "size",
    "JJ-COLOR": "color",
    "JJ-TEX": "texture",
}
BACKGROUND_WORDS = {
    **{name: (name,) for name in BACKGROUNDS},
    "gray": ("gray", "grey"),
}
PLURALS = {shape: f"{shape}s" for shape in (*SHAPES, "shape")}
PLURALS["cross"] = "crosses"
NUMBERS = ("one", "two", "three", "four")
SAME_COLOR = "same color as"
RELATION_PHRASES = {
    "left of": (("left", "of"), ("to", "the", "left", "of")),
    "right of": (("right", "of"), ("to", "the", "right", "of")),
    "above": (("above",), ("over",)),
    "below": (("below",), ("under",)),
    SAME_COLOR: (("the", "same", "color", "as"),),
}


def _meanings(synonyms):
    return {word: name for name, words in synonyms.items() for word in words}


MEANINGS = _meanings(ADJECTIVES)
BACKGROUND_MEANINGS = _meanings(BACKGROUND_WORDS)
SINGULARS = {plural: shape for shape, plural in PLURALS.items()}
RELATION_MEANINGS = _meanings(RELATION_PHRASES)
_TAG_WORDS = {
    "DT": ("a", "an", "the"),
    "CD": NUMBERS,
    "JJ-SIZE": ADJECTIVES["small"] + ADJECTIVES["large"],
    "JJ-COLOR": tuple(COLORS),
    "JJ-TEX": ADJECTIVES["solid"] + ADJECTIVES["striped"],
    "NN-SHAPE": (*PLURALS, *SINGULARS),
    "NN-BG": ("background", *BACKGROUND_MEANINGS, *POSITIONS),
    "VB": ("is", "are"),
    "EX": ("there",),
    "IN": ("and", "on", "against", "at"),
    "REL": (
        *("left", "right", "to", "of", "above", "over", "below", "under"),
        *("same", "color", "as"),
    ),
}
WORD_TAGS = {word: tag for tag, words in _TAG_WORDS.items() for word in words}
# 0 is for padding, 1 for words that are not here.
VOCABULARY = ("", "[UNK]", *sorted(WORD_TAGS))


def article(word):
    """Gives "a" or "an", as the next word asks for."""
    return "an" if word[0] in "aeiou" else "a"
