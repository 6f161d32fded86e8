"""What tests of the files in results/, which is no package, import."""

import importlib
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture
def load(monkeypatch):
    """Imports a file of results/, which is no package."""
    monkeypatch.syspath_prepend(ROOT / "results")
    return importlib.import_module


@pytest.fixture
def fill_readme(load):
    return load("fill_readme")
