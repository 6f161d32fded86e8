"""Committed records are complete."""

import json
import pathlib

from tests.results.made_up_records import made_up_record

ROOT = pathlib.Path(__file__).parents[2]
REQUIRED = ("command", "commit", "versions", "machine", "minutes", "curve")


def committed_records():
    paths = sorted((ROOT / "results").glob("*/*.json"))
    paths += sorted((ROOT / "saved_models").glob("*/result.json"))
    return [
        path
        for path in paths
        if not path.stem.startswith(("benchmark", "parity"))
    ]


def missing_parts(record):
    """What a record does not say of how it came about."""
    missing = [name for name in REQUIRED if not record.get(name)]
    if record.get("settings", {}).get("seed") is None:
        missing.append("seed")
    return missing


def test_committed_records_say_how_they_came_about():
    paths = committed_records()
    assert paths
    for path in paths:
        assert missing_parts(json.loads(path.read_text())) == [], path


def test_missing_parts_are_found():
    record = made_up_record({}, seed=0)
    assert missing_parts(record) == []
    del record["settings"]["seed"], record["commit"]
    assert missing_parts(record | {"curve": []}) == ["commit", "curve", "seed"]
