"""Every public docstring agrees with its code, and its example runs."""

import doctest
import importlib
import importlib.util
import sys

import keras
import numpy as np
import pytest

import keras_dl4
from tests import docstring_linter
from tests.docstring_linter import lint
from tests.docstring_linter import name_problems
from tests.public_api import public_objects

PUBLIC = public_objects()
EXAMPLES = [name for name in PUBLIC if ">>>" in (PUBLIC[name].__doc__ or "")]


@pytest.mark.parametrize("name", PUBLIC)
def test_docstring_agrees_with_code(name):
    assert lint(PUBLIC[name]) == []


@pytest.mark.parametrize("name", PUBLIC)
def test_public_name_is_spelled_out(name):
    assert name_problems(name.split(".")[-1]) == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_docstring_example_runs(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result, report = run_doctest(PUBLIC[name].__doc__, name)
    assert result.attempted > 0
    assert result.failed == 0, report


def run_doctest(docstring, name):
    """Runs an example with what a reader would have imported."""
    module = importlib.import_module(name.rpartition(".")[0])
    known = {"keras": keras, "keras_dl4": keras_dl4, "np": np}
    known |= {public: getattr(module, public) for public in module.__all__}
    test = doctest.DocTestParser().get_doctest(docstring, known, name, None, 0)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    report = []
    result = runner.run(test, out=report.append)
    return result, "".join(report)


GOOD = '''
class Scale:
    """Multiplies by a factor.

    Args:
        factor: Float, what to multiply by.
        clip: Float or `None`, the largest result, or `None` for no
            bound. Defaults to `None`.
        name: String, name of the layer. Defaults to `"scale"`.

    Call arguments:
        inputs: Float.

    Returns:
        Float.

    Raises:
        ValueError: If `factor` is zero.

    Example:

    >>> Scale(2.0)
    """

    def __init__(self, factor, clip=None, *, name="scale"):
        check(factor)

    def call(self, inputs):
        return inputs


def check(factor):
    if not factor:
        raise ValueError("zero")


def unused():
    raise KeyError("not reached from Scale")
'''


@pytest.fixture
def scale_class(tmp_path, monkeypatch):
    """`scale_class(source)`: the class, in a module that is on disk."""

    def load(source):
        path = tmp_path / "made_up.py"
        path.write_text(source)
        name = "keras_dl4.made_up"
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        monkeypatch.setitem(sys.modules, name, module)
        docstring_linter.names_in.cache_clear()
        return module.Scale

    return load


def test_linter_accepts_good_docstring(scale_class):
    assert lint(scale_class(GOOD)) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("        factor: Float, what to multiply by.\n", "", "lacks `factor`"),
        ("factor: Float", "scale: Float", "the signature has not"),
        ("self, factor, clip=None", "self, clip=None, factor=1", "order"),
        ("`None`.\n", "`1.0`.\n", "states the default `1.0`; it is `None`"),
        (' Defaults to `"scale"`.', "", "does not state its default"),
        ('`"scale"`', "`scale`", "states the default `scale`"),
        ("multiply by.", "see. Defaults to `1`.", "default and has none"),
        ("ValueError: If", "TypeError: If", "documents TypeError, never"),
        ("Raises:\n        ValueError: If `factor` is zero.", "", "raises Val"),
        (
            "        check(factor)",
            "        pass",
            "ValueError, never",
        ),
        ('"zero")', '"zero")\n    raise OSError', "raises OSError, not"),
        ("Returns:", "Call arguments:", "are not in the order"),
        ("Raises:", "Args:", "are not in the order"),
        (">>> Scale(2.0)", "Scale(2.0)", "no `Example:`"),
        ("return inputs", '"""Multiplies."""', "`call` has a docstring"),
    ],
)
def test_linter_reports_bad_docstring(scale_class, old, new, problem):
    assert old in GOOD
    found = lint(scale_class(GOOD.replace(old, new)))
    assert any(problem in sentence for sentence in found), found


def test_missing_docstring_is_reported(scale_class):
    scale = scale_class(GOOD)
    scale.__doc__ = None
    assert lint(scale) == ["there is no docstring"]


@pytest.mark.parametrize("name", ["beta", "BetaGate", "γ", "key_sigma", "k"])
def test_greek_or_short_name_is_reported(name):
    assert name_problems(name)


def test_failing_doctest_is_reported():
    result, report = run_doctest(">>> 1 + 1\n3\n", "keras_dl4.ops.x")
    assert result.failed == 1
    assert "Expected:" in report
