"""Finds texts that language models are compared on, and checks them."""

import gzip
import hashlib
import os
import zlib

# Name: the file under `lm/`, and its sha256.
FILES = {
    "wikitext2.valid": (
        "wikitext2.valid.txt.gz",
        "3cdd8cb5bb349a05840c7c3bef9578d90d64df77e27e0c25c033ba9342757ee3",
    ),
    "wikitext2.test": (
        "wikitext2.test.txt.gz",
        "688887879b4b526692cb2e423a516dcc5f6584a01fd3f33a8e164fbed2de8090",
    ),
    "tinyshakespeare": (
        "tinyshakespeare.txt.gz",
        "13125fe8f49092165d7d489e3944db52d1ba546e64a60080cc9523bcd0c5e46a",
    ),
}


def load(name_or_path, data_dir=None):
    """Reads a text, one of those known by name or any file.

    Known are `"wikitext2.valid"` and `"wikitext2.test"`, two parts of
    WikiText-2 by words, and `"tinyshakespeare"`. They are looked for in
    `data_dir`, or else where the environment variable `KERAS_DL4_DATA` says,
    there or in the folder `lm`, and never downloaded.

    Args:
        name_or_path: String, one of these names, or the path of a file in
            UTF-8, which is unpacked if it is called `.gz`.
        data_dir: String or path of a directory, for names. Defaults to `None`.

    Returns:
        String.

    Raises:
        ValueError: If a file is truncated, not in UTF-8, or not the known one
            of its name.
        FileNotFoundError: If there is no such file.

    Example:

    >>> import pathlib
    >>> _ = pathlib.Path("poem.txt").write_text("so much depends")
    >>> keras_dl4.datasets.language_text.load("poem.txt")
    'so much depends'

    References:
        - [Pointer Sentinel Mixture Models](https://arxiv.org/abs/1609.07843),
          section 4, which introduces WikiText-2
    """
    if name_or_path in FILES:
        return _read(_find(name_or_path, data_dir))
    if not os.path.isfile(name_or_path):
        raise FileNotFoundError(
            f"There must be such a file, or the name of one of {list(FILES)}. "
            f"Received: name_or_path={name_or_path!r}."
        )
    return _read(name_or_path)


def _find(name, data_dir):
    """The path of a known file, whole."""
    file_name, expected = FILES[name]
    top = data_dir or os.environ.get("KERAS_DL4_DATA")
    if not top:
        raise FileNotFoundError(
            f"{file_name} is not downloaded by this library. Name its "
            "directory by `data_dir` or by the environment variable "
            "KERAS_DL4_DATA. Received: data_dir=None."
        )
    paths = [os.path.join(top, *parts, file_name) for parts in ((), ("lm",))]
    for path in paths:
        if os.path.isfile(path):
            with open(path, "rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != expected:
                raise ValueError(
                    f"{path} is truncated or another file: its sha256 must be "
                    f"{expected}. Received: {found}. Fetch it again."
                )
            return path
    raise FileNotFoundError(
        f"There must be a file {file_name}. Received: data_dir={top!r}. "
        f"Looked for {' and '.join(paths)}."
    )


def _read(path):
    opener = gzip.open if os.fspath(path).endswith(".gz") else open
    try:
        with opener(path, "rt", encoding="utf-8") as file:
            return file.read()
    except (EOFError, zlib.error, gzip.BadGzipFile, UnicodeError) as error:
        raise ValueError(
            f"{os.fspath(path)} must be a whole text in UTF-8. Received: "
            f"{error}. Fetch it again."
        ) from error
