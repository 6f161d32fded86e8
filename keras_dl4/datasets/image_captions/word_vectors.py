"""Vectors of words, from the files that word2vec and GloVe write."""

import gzip
import os
import zipfile
import zlib

import numpy as np


def load_word_vectors(path, vocabulary=None):
    r"""Reads word vectors that others have trained.

    A text file has a line for each word, the word and its numbers separated
    by spaces; word2vec puts a line with the number of words and of numbers in
    front, GloVe does not. Either may be compressed. An `.npz` file has arrays
    `words` and `vectors`.

    Args:
        path: String or path, of a `.npz` file, of a `.gz` file, or of plain
            text.
        vocabulary: Sequence of strings, the words to keep, in the order of the
            result, or `None` for all in the order of the file. Words that the
            file lacks are left out. Defaults to `None`.

    Returns:
        `(words, vectors)`, a tuple of strings, and a float32 array
        `(num_words, size)`.

    Raises:
        ValueError: If a line has another number of numbers, a word comes twice,
            a number is not finite, there are fewer words than announced, or
            none that is asked for.
        FileNotFoundError: If there is no such file.

    Example:

    >>> with open("vectors.txt", "w") as file:
    ...     _ = file.write("the 0.5 1.0\nred -1.0 0.25\n")
    >>> words, vectors = load_word_vectors("vectors.txt", ["blue", "red"])
    >>> words, vectors.tolist()
    (('red',), [[-1.0, 0.25]])
    """
    path = os.fspath(path)
    if not os.path.isfile(path):
        raise FileNotFoundError(
            f"There must be a file {path!r}. Received: none of that name. "
            "Check the path."
        )
    wanted = None if vocabulary is None else set(vocabulary)
    read = _read_arrays if path.endswith(".npz") else _read_text
    try:
        found = read(path, wanted)
    except (EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path} must be a whole file. Received: {error}. Fetch it again."
        ) from error
    words = tuple(found)
    if vocabulary is not None:
        words = tuple(
            word for word in dict.fromkeys(vocabulary) if word in found
        )
    if not words:
        raise ValueError(
            f"{path} must have a word that is asked for. Received: none of "
            f"{len(wanted or ())} words. Is its text in lower case?"
        )
    vectors = np.array([found[word] for word in words], "float32")
    if not np.isfinite(vectors).all():
        raise ValueError(
            f"Vectors of {path} must be finite. Received: NaN or infinity."
        )
    return words, vectors


def _read_arrays(path, wanted):
    with open(path, "rb") as file, np.load(file) as arrays:
        missing = {"words", "vectors"} - set(arrays.files)
        if missing:
            raise ValueError(
                f"{path} must have the arrays `words` and `vectors`. Received: "
                f"{arrays.files}."
            )
        words, vectors = arrays["words"].tolist(), arrays["vectors"]
    if len(set(words)) != len(words) or vectors.shape[:1] != (len(words),):
        raise ValueError(
            f"{path} must have a vector for each word, once. Received: "
            f"{len(words)} words, {len(set(words))} different ones, and "
            f"vectors of shape {vectors.shape}."
        )
    return {
        word: vector
        for word, vector in zip(words, vectors, strict=True)
        if wanted is None or word in wanted
    }


def _read_text(path, wanted):
    """`{word: vector}` of the words that are wanted."""
    found, seen = {}, set()
    announced = size = None
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8", newline="\n") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip()
            if number == 1:
                announced, size = _header(line)
                if announced is not None:
                    continue
            word, *numbers = line.rsplit(" ", size)
            if len(numbers) != size or word in seen:
                raise ValueError(
                    f"Line {number} of {path} must be a new word and {size} "
                    f"numbers. Received: {word!r} and {len(numbers)}."
                )
            seen.add(word)
            if wanted is None or word in wanted:
                found[word] = _as_numbers(numbers, number, path)
    if announced not in (None, len(seen)):
        raise ValueError(
            f"{path} must have {announced} words, as it says. Received: "
            f"{len(seen)}. Fetch it again."
        )
    return found


def _header(line):
    """`(number of words or None, size)` from the first line."""
    parts = line.split(" ")
    if len(parts) == 2 and all(part.isdecimal() for part in parts):
        return int(parts[0]), int(parts[1])
    return None, len(parts) - 1


def _as_numbers(texts, number, path):
    try:
        return np.array(texts, "float32")
    except ValueError as error:
        raise ValueError(
            f"Line {number} of {path} must hold numbers. Received: {error}."
        ) from error
