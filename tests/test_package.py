"""The package itself: its sub-packages and its version."""

import importlib
import importlib.metadata

import pytest

import keras_dl4
from tests.import_rules import LAZY_KINDS
from tests.public_api import public_modules


def test_every_public_module_is_an_attribute():
    listed = {f"keras_dl4.{name}" for name in keras_dl4.__all__}
    assert listed == {*public_modules(), "keras_dl4.__version__"}
    for name in public_modules():
        module = getattr(keras_dl4, name.removeprefix("keras_dl4."))
        assert module is importlib.import_module(name)


def test_lazy_sub_packages_are_those_of_the_import_rules():
    assert set(keras_dl4._LAZY) == LAZY_KINDS


def test_unknown_attribute_error_names_it():
    with pytest.raises(AttributeError, match="'keras_dl4'.*'model'"):
        keras_dl4.model  # noqa: B018


def test_version_is_that_of_the_installed_package():
    assert keras_dl4.__version__ == importlib.metadata.version("keras_dl4")
