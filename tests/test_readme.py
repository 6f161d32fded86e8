"""The README's Python runs as it stands, and starts early."""

import pathlib
import re

README = pathlib.Path(__file__).parents[1] / "README.md"


def python_blocks(text):
    return re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def test_python_blocks_run_in_order(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    blocks = python_blocks(README.read_text())
    assert blocks
    for number, block in enumerate(blocks):
        exec(compile(block, f"README.md block {number}", "exec"), names)


def test_readme_is_short_and_shows_code_early():
    text = README.read_text()
    assert len(text.splitlines()) <= 200
    assert len(text.split("```python")[0].splitlines()) <= 30


def test_readme_links_to_files_that_exist():
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README.read_text())
    assert links
    for link in links:
        assert (README.parent / link).exists(), f"{link} is not there"


def test_blocks_are_found():
    text = "a\n```python\nx = 1\n```\nb\n```\nshell\n```\n```python\ny\n```\n"
    assert python_blocks(text) == ["x = 1\n", "y\n"]
