"""No public name, and no saved class's key, changes by accident.

After a change made on purpose, write the file anew and commit it:
`.venv/bin/python tests/test_api_surface.py`
"""

import importlib
import json
import pathlib
import sys

import keras

RECORD = pathlib.Path(__file__).with_name("api_surface.json")
if __name__ == "__main__":
    sys.path.insert(0, str(RECORD.parents[1]))

from tests.public_api import public_modules  # noqa: E402
from tests.public_api import public_objects  # noqa: E402


def api_surface():
    """`{dotted name: registered key of a serializable class, or None}`."""
    return {
        name: registered_key(public_object)
        for name, public_object in sorted(public_objects().items())
    }


def registered_key(public_object):
    """The key under which Keras saves a class, if it is registered."""
    name = keras.saving.get_registered_name(public_object)
    return name if ">" in name else None


def test_public_names_are_recorded():
    recorded = json.loads(RECORD.read_text())
    assert api_surface() == recorded, (
        "The public API differs from tests/api_surface.json. Models that "
        "users have saved name these classes; if the change is meant, run "
        "`.venv/bin/python tests/test_api_surface.py` and note it in "
        "CHANGELOG.md."
    )


def test_every_public_module_lists_its_names():
    for name in public_modules():
        assert importlib.import_module(name).__all__, name


def test_every_registered_key_is_in_our_package():
    for name, key in api_surface().items():
        assert key is None or key == f"keras_dl4>{name.split('.')[-1]}"


if __name__ == "__main__":
    RECORD.write_text(json.dumps(api_surface(), indent=2) + "\n")
    print(f"wrote {RECORD}")
