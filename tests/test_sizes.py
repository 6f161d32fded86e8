"""Files, functions and constructors stay small enough to read."""

import ast
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[1]
FOLDERS = ("keras_dl4", "tests", "examples", "benchmarks", "results")
FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*.py")
)

MAX_FILE_LINES = 300
MAX_FILE_LINES_WITH_REASON = 400
MAX_FUNCTION_LINES = 60
MAX_POSITIONAL_ARGUMENTS = 7
MAX_ARGUMENTS = 16
BANNED_NAMES = {"utils", "util", "helpers", "base", "common", "misc"}

# File: why it cannot be split. This list should not grow.
LONG_FILES = {
    "examples/gan_mnist.py": "one script, a third of it presets and options",
    "examples/ntm_tasks.py": "one script, a third of it tables and arguments",
    "examples/sc_nlm_scenes.py": (
        "one script: two models are trained, and captions judged"
    ),
    "examples/spatial_transformer_digits.py": "one script, much of it options",
    "examples/variational_autoencoder_digits.py": (
        "one script, a third of it presets and options"
    ),
    "examples/visual_semantic_embedding_emoji.py": (
        "one script: two evaluations, and figures of each"
    ),
    "examples/visual_semantic_embedding_scenes.py": (
        "one script: three evaluations, and figures of each"
    ),
    "keras_dl4/layers/ntm_cell.py": "one class; a quarter is its docstring",
}


def size_problems(source):
    """Functions and constructors of a source that are too large.

    The lines of a docstring do not count: an interface may be described at
    length, what it does may not take long.
    """
    problems = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            lines = code_lines(node)
            if lines > MAX_FUNCTION_LINES:
                problems.append(f"{node.name}: {lines} lines")
        elif isinstance(node, ast.ClassDef):
            problems += constructor_problems(node)
    return problems


def code_lines(function):
    lines = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is not None:
        docstring = function.body[0]
        lines -= docstring.end_lineno - docstring.lineno + 1
    return lines


def constructor_problems(class_node):
    for node in class_node.body:
        if getattr(node, "name", None) != "__init__":
            continue
        positional = len(node.args.posonlyargs + node.args.args) - 1
        total = positional + len(node.args.kwonlyargs)
        if positional > MAX_POSITIONAL_ARGUMENTS or total > MAX_ARGUMENTS:
            return [
                f"{class_node.name}: {positional} positional arguments, "
                f"{total} in all"
            ]
    return []


@pytest.mark.parametrize("path", FILES)
def test_file_is_short(path):
    allowed = MAX_FILE_LINES
    if path in LONG_FILES:
        allowed = MAX_FILE_LINES_WITH_REASON
    assert len((ROOT / path).read_text().splitlines()) <= allowed


@pytest.mark.parametrize("path", FILES)
def test_functions_and_constructors_are_small(path):
    assert size_problems((ROOT / path).read_text()) == []


@pytest.mark.parametrize("path", FILES)
def test_file_name_says_what_is_inside(path):
    assert pathlib.Path(path).stem not in BANNED_NAMES


def test_long_files_are_still_long():
    for path, reason in LONG_FILES.items():
        assert reason
        lines = len((ROOT / path).read_text().splitlines())
        assert lines > MAX_FILE_LINES, f"{path} needs no exception any more"


def function_source(num_lines, docstring=""):
    return f"def f():\n{docstring}" + "    pass\n" * (num_lines - 1)


def constructor_source(num_positional, num_keyword_only):
    names = [f"a{i}" for i in range(num_positional)]
    names += ["*"] + [f"k{i}" for i in range(num_keyword_only)]
    return (
        f"class A:\n    def __init__(self, {', '.join(names)}, **kwargs):\n"
        "        pass\n"
    )


@pytest.mark.parametrize(
    "source",
    [
        function_source(60),
        function_source(60, docstring='    """a\n\n    b\n    """\n'),
        constructor_source(7, 9),
    ],
)
def test_largest_allowed_size_passes(source):
    assert size_problems(source) == []


@pytest.mark.parametrize(
    "source",
    [function_source(61), constructor_source(8, 1), constructor_source(7, 10)],
)
def test_too_large_size_is_reported(source):
    assert len(size_problems(source)) == 1
