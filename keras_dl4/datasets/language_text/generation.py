"""A small text that a memory of a few dozen words helps to predict."""

import numpy as np

_NAMES = "anna ben clara david emma felix".split()
_THINGS = "ball book kite drum coat lamp".split()
_COLORS = "red blue green black".split()
_PLACES = "garden kitchen school harbor".split()
_OPENINGS = (
    "{name} has a {color} {thing} .",
    "there is a {color} {thing} in the {place} , says {name} .",
)
_SENTENCES = (
    "the {thing} is {color} .",
    "{name} takes the {thing} to the {place} .",
    "in the {place} {name} looks at the {color} {thing} .",
    "who has the {thing} ? {name} has it .",
    "where is {name} ? in the {place} .",
)


def generate(num_words, seed=0):
    """Makes up a text, for examples and tests without a file.

    Each line is about one person, thing, color and place, which are drawn at
    random and named again and again: who remembers the line knows them.

    Args:
        num_words: Positive int, the least number of words, with one for the
            end of each line.
        seed: Int >= 0; the same one gives the same text. Defaults to `0`.

    Returns:
        String, words and marks separated by white space.

    Raises:
        ValueError: If the number is not positive, or the seed negative.

    Example:

    >>> text = keras_dl4.datasets.language_text.generate(200)
    >>> text.splitlines()[0].split(" . ")[0]
    'felix has a green drum'
    """
    if num_words < 1 or seed < 0:
        raise ValueError(
            "`num_words` must be positive, and `seed` not negative. Received: "
            f"num_words={num_words}, seed={seed}"
        )
    rng = np.random.default_rng(seed)
    lines, count = [], 0
    while count < num_words:
        about = {
            kind: choices[rng.integers(len(choices))]
            for kind, choices in (
                ("name", _NAMES),
                ("thing", _THINGS),
                ("color", _COLORS),
                ("place", _PLACES),
            )
        }
        sentences = [_OPENINGS[rng.integers(len(_OPENINGS))]]
        chosen = rng.permutation(len(_SENTENCES))[: rng.integers(2, 5)]
        sentences += [_SENTENCES[number] for number in chosen]
        lines.append(" ".join(sentences).format(**about))
        count += len(lines[-1].split()) + 1
    return "\n".join(lines) + "\n"
