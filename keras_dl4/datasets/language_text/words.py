"""Texts as words, and words as ids."""

import collections
import re

import numpy as np

END = "<eos>"
UNKNOWN = "<unk>"
# A run of letters, digits and apostrophes, or one other mark.
_WORD_OR_MARK = re.compile(r"[\w']+|[^\w\s]")


def split_words(text, is_tokenized=True):
    """The words of a text, with a word for the end of each line.

    Args:
        text: String.
        is_tokenized: Boolean, whether there is white space between all words,
            as in WikiText, which are then left as they are. If not, words are
            put into lower case, and marks are words of their own. Defaults to
            `True`.

    Returns:
        List of strings. `"<eos>"` ends a line, also one without words.

    Example:

    >>> text = "So much, so little."
    >>> keras_dl4.datasets.language_text.split_words(text)
    ['So', 'much,', 'so', 'little.', '<eos>']
    >>> keras_dl4.datasets.language_text.split_words(text, False)
    ['so', 'much', ',', 'so', 'little', '.', '<eos>']
    """
    lines = text.removesuffix("\n").split("\n") if text else []
    words = []
    for line in lines:
        if is_tokenized:
            words += line.split()
        else:
            words += _WORD_OR_MARK.findall(line.lower())
        words.append(END)
    return words


def make_vocabulary(words, min_count=1):
    """The words that a model is to know, of the text it is trained on.

    Args:
        words: List of strings.
        min_count: Positive int, how often a word must occur. Defaults to `1`.

    Returns:
        List of strings: `"<unk>"` for all other words, then `"<eos>"`, then
        the rest, the most frequent first.

    Raises:
        ValueError: If `min_count` is not positive.

    Example:

    >>> words = "to be or not to be".split()
    >>> keras_dl4.datasets.language_text.make_vocabulary(words, min_count=2)
    ['<unk>', '<eos>', 'be', 'to']
    """
    if min_count < 1:
        raise ValueError(
            f"`min_count` must be at least 1. Received: min_count={min_count}"
        )
    counts = collections.Counter(words)
    known = {word for word, count in counts.items() if count >= min_count}
    rest = known - {UNKNOWN, END}
    return [UNKNOWN, END, *sorted(rest, key=lambda w: (-counts[w], w))]


def encode_words(words, vocabulary):
    """Ids of words.

    Args:
        words: List of strings.
        vocabulary: List of strings, as of `make_vocabulary`.

    Returns:
        Int32 array `(count,)`: the place of each word in the vocabulary, and
        of `"<unk>"` where it has none.

    Raises:
        ValueError: If there is no `"<unk>"` in the vocabulary, or a word
            occurs twice.

    Example:

    >>> vocabulary = ["<unk>", "<eos>", "be", "to"]
    >>> keras_dl4.datasets.language_text.encode_words(
    ...     ["to", "have"], vocabulary
    ... )
    array([3, 0], dtype=int32)
    """
    ids = {word: number for number, word in enumerate(vocabulary)}
    if UNKNOWN not in ids or len(ids) < len(vocabulary):
        raise ValueError(
            f"The vocabulary must hold {UNKNOWN!r}, and no word twice. "
            f"Received: {len(vocabulary)} words, {len(ids)} different ones. "
            "Use what `make_vocabulary` returns."
        )
    unknown = ids[UNKNOWN]
    return np.array([ids.get(word, unknown) for word in words], "int32")
