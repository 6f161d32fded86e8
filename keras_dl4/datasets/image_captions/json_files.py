"""Reads JSON, compressed or not, and says what is wrong with it."""

import gzip
import json
import os
import tempfile
import zlib


def read_json(path):
    """The content of a file; gzip is told by the name."""
    opener = gzip.open if os.fspath(path).endswith(".gz") else open
    try:
        with opener(path, "rt", encoding="utf-8") as file:
            return json.load(file)
    except (ValueError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(
            f"{os.fspath(path)} must be a whole JSON file. Received: {error}. "
            "Fetch it again."
        ) from error


def write_json(path, content):
    """Writes under another name first, so that no half of a file is left."""
    folder = os.path.dirname(os.path.abspath(path))
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=folder, delete=False
    ) as file:
        json.dump(content, file)
    os.replace(file.name, path)


def field(entry, name, kind, place):
    """A value of a JSON object, of the type that it should be of."""
    value = entry.get(name) if isinstance(entry, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError(
            f"{place} must have `{name}`, of type {kind.__name__}. Received: "
            f"{value!r}."
        )
    return value
