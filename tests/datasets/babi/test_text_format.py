"""The official text format: what is read, written back, and refused."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from keras_dl4.datasets.babi import StoryQuestions
from keras_dl4.datasets.babi import format_questions
from keras_dl4.datasets.babi import parse
from keras_dl4.datasets.babi import read_file
from keras_dl4.datasets.babi import write_file

SPACED = """\
1 Mary got the milk there.
2 John moved to the bedroom.
3 What is Mary carrying? \tmilk\t1
4 Mary grabbed the apple there.
5 What is Mary carrying? \tmilk,apple\t4 1
1 John went to the office.
2 Where is John? \toffice\t1
"""
CLOSE = """\
1 Sumit is tired.
2 Where will sumit go?\tbedroom\t1
3 Sumit went back to the bedroom.
4 Why did sumit go to the bedroom?\ttired\t1
5 Why did sumit go to the bedroom?\ttired\t1
"""


def test_sentences_are_counted_without_question_lines():
    questions = parse(SPACED)
    assert questions.stories[1] == [
        "Mary got the milk there.",
        "John moved to the bedroom.",
        "Mary grabbed the apple there.",
    ]
    assert questions.questions[1] == "What is Mary carrying?"
    assert questions.answers == ["milk", "milk,apple", "office"]
    assert questions.supports == [[0], [2, 0], [0]]  # in the file's order
    assert questions.story_ids == [0, 0, 1]
    assert questions.stories[2] == ["John went to the office."]


@pytest.mark.parametrize(("text", "spaced"), [(SPACED, True), (CLOSE, False)])
def test_text_comes_back_byte_for_byte(text, spaced, tmp_path):
    assert format_questions(parse(text), spaced) == text
    path = tmp_path / "questions.txt"
    path.write_bytes(text.encode())
    write_file(tmp_path / "again.txt", read_file(path), spaced)
    assert (tmp_path / "again.txt").read_bytes() == text.encode()
    assert len(list(tmp_path.iterdir())) == 2  # nothing left over


def test_question_without_supports_may_lack_the_last_tab():
    for line in ("2 A?\ta\n", "2 A?\ta\t\n"):
        assert parse("1 A.\n" + line).supports == [[]]
    assert format_questions(parse("1 A.\n2 A?\ta\t\n")) == "1 A.\n2 A?\ta\n"


def test_windows_line_ends_are_read(tmp_path):
    (tmp_path / "q.txt").write_bytes(CLOSE.replace("\n", "\r\n").encode())
    assert read_file(tmp_path / "q.txt") == parse(CLOSE)


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ("3 What", "What", 3, "must start with a line number"),
        ("3 What", "three What", 3, "must start with a line number"),
        ("4 Mary", "\n4 Mary", 4, "must start with a line number.*: ''"),
        ("4 Mary", "5 Mary", 4, "number 4 or 1"),
        ("1 Mary", "2 Mary", 1, "must have the number 1"),
        ("2 John moved to the bedroom.", "2  ", 2, "must have a sentence"),
        ("What is Mary carrying? \tmilk\t1", " \tmilk\t1", 3, "must have a qu"),
        ("\tmilk\t1", "\t\t1", 3, "its answer"),
        ("\tmilk\t1", "\tmilk\t1\t2", 3, "tabs between the three"),
        ("\tmilk\t1", "\tmilk\tone", 3, "Received: 'one'"),
        ("\tmilk\t1", "\tmilk\t4", 3, "Received: '4'"),  # not yet told
        ("\tmilk,apple\t4 1", "\tmilk,apple\t3 1", 5, "Received: '3'"),
        ("\toffice\t1", "\toffice\t0", 7, "Received: '0'"),
        ("\toffice\t1", f"\toffice\t{'9' * 5000}", 7, "must be supported"),
        ("4 Mary", f"{'9' * 5000} Mary", 4, "must start with a line number"),
        ("2 Where is John? \toffice\t1\n", "", 6, "ends without one"),
        ("5 What is Mary carrying? \tmilk,apple\t4 1\n", "", 4, "ends without"),
    ],
)
def test_malformed_line_is_named(old, new, line, problem):
    assert SPACED.count(old) >= 1
    broken = SPACED.replace(old, new, 1)
    with pytest.raises(ValueError, match=f"^story, line {line}: .*{problem}"):
        parse(broken, source="story")


def test_errors_of_a_file_name_it(tmp_path):
    (tmp_path / "bad.txt").write_text("1 A.\n")
    with pytest.raises(ValueError, match="bad.txt, line 1: "):
        read_file(tmp_path / "bad.txt")
    (tmp_path / "bytes.txt").write_bytes(b"1 A.\n2 \xff.\n")
    with pytest.raises(ValueError, match="bytes.txt, line 2: .* UTF-8"):
        read_file(tmp_path / "bytes.txt")
    (tmp_path / "emptied.txt").write_bytes(b"")
    with pytest.raises(ValueError, match="emptied.txt must hold questions"):
        read_file(tmp_path / "emptied.txt")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"questions": ["A?\n", "B?"]}, "'A\\?\\\\n' for question 0"),
        ({"answers": ["a", "a\tb"]}, "for question 1"),
        ({"answers": ["", "b"]}, "Received: '' for question 0"),
        ({"stories": [["a."], [" a."]]}, "must begin with that of"),
        ({"stories": [["a.\r"], ["a.\r"]]}, "without tabs, line"),
        ({"supports": [[1], []]}, "from 0 to 0 in the story. Received: 1"),
        ({"supports": [[-1], []]}, "Received: -1"),
    ],
)
def test_what_could_not_be_read_back_is_not_written(change, problem, tmp_path):
    good = StoryQuestions(
        [["a."], ["a."]], ["A?", "B?"], ["a", "b"], [[0], []], [0, 0]
    )
    with pytest.raises(ValueError, match=problem):
        write_file(tmp_path / "q.txt", dataclasses.replace(good, **change))
    assert list(tmp_path.iterdir()) == []


words = st.text(st.characters(codec="utf-8"), min_size=1).filter(
    lambda text: text == text.strip() and not set(text) & set("\t\r\n")
)


@st.composite
def made_up_questions(draw):
    columns = [[] for _ in range(5)]
    for story_id in range(draw(st.integers(0, 3))):
        story = []
        for _ in range(draw(st.integers(1, 3))):
            story = story + draw(st.lists(words, min_size=1, max_size=3))
            places = st.integers(0, len(story) - 1)
            row = (story, draw(words), draw(words), draw(st.lists(places)))
            for column, value in zip(columns, (*row, story_id), strict=True):
                column.append(value)
    return StoryQuestions(*columns)


@settings(deadline=None)
@given(made_up_questions(), st.booleans())
def test_what_is_written_reads_back_the_same(questions, spaced):
    assert parse(format_questions(questions, spaced)) == questions
