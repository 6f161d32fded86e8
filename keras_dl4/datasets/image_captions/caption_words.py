"""Words of captions as ids."""

import collections

import numpy as np

_SPECIAL_WORDS = ("", "[UNK]")


def make_vocabulary(captions, min_count=1):
    """The words that a model is to know, of the captions it is trained on.

    Args:
        captions: Sequence of captions, sequences of words. Leave out those to
            test with.
        min_count: Positive int, how often a word must occur. Defaults to `1`.

    Returns:
        List of strings: `""`, which pads, `"[UNK]"` for all other words, then
        the rest, the most frequent first.

    Raises:
        ValueError: If `min_count` is not positive.

    Example:

    >>> make_vocabulary([("a", "red", "dog"), ("a", "dog")], min_count=2)
    ['', '[UNK]', 'a', 'dog']
    """
    if min_count < 1:
        raise ValueError(
            f"`min_count` must be at least 1. Received: min_count={min_count}."
        )
    counts = collections.Counter(word for words in captions for word in words)
    known = {word for word, count in counts.items() if count >= min_count}
    rest = sorted(
        known.difference(_SPECIAL_WORDS), key=lambda w: (-counts[w], w)
    )
    return [*_SPECIAL_WORDS, *rest]


def encode_captions(captions, vocabulary, length=None):
    """Ids of the words of captions, or of their tags.

    Args:
        captions: Sequence of captions, sequences of words.
        vocabulary: Sequence of strings, `""` first, the word of each id, such
            as `make_vocabulary` returns, or `["", *tags]`.
        length: Positive int, words in a row, behind which a caption is cut;
            or `None` for those of the longest caption. Defaults to `None`.

    Returns:
        Int32 array `(num_captions, length)`, 0 behind the last word; other
        words are `"[UNK]"`.

    Raises:
        ValueError: If the vocabulary does not start with `""`, or has a word
            twice, or has neither a word nor `"[UNK]"`.

    Example:

    >>> vocabulary = ["", "[UNK]", "a", "dog"]
    >>> encode_captions([("a", "red", "dog"), ("a", "dog")], vocabulary)
    array([[2, 1, 3],
           [2, 3, 0]], dtype=int32)
    """
    ids = {word: number for number, word in enumerate(vocabulary)}
    if len(ids) < len(vocabulary) or ids.get("") != 0:
        raise ValueError(
            "The vocabulary must start with '', and have each word once. "
            f"Received: {len(vocabulary)} words, {len(ids)} different ones. "
            "Use what `make_vocabulary` returns."
        )
    unknown = ids.get("[UNK]")
    if length is None:
        length = max(map(len, captions), default=0)
    rows = np.zeros((len(captions), length), "int32")
    for row, words in zip(rows, captions, strict=True):
        found = [ids.get(word, unknown) for word in words[:length]]
        if None in found:
            raise ValueError(
                "A vocabulary without '[UNK]' must have all words. Received: "
                f"{words[found.index(None)]!r}. Add it, or '[UNK]'."
            )
        row[: len(found)] = found
    return rows
