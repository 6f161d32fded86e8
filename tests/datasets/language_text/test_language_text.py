"""Texts, their words, and how these are laid out to predict the next."""

import gzip
import hashlib
import os

import numpy as np
import pytest

from keras_dl4.datasets import language_text
from keras_dl4.datasets.language_text import loading


@pytest.fixture
def small_file(tmp_path, monkeypatch):
    """A folder with a small file in place of a real one."""
    (tmp_path / "lm").mkdir()
    path = tmp_path / "lm" / "wikitext2.valid.txt.gz"
    path.write_bytes(gzip.compress(" = A = \n\n né <unk> .\n".encode()))
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setitem(loading.FILES, "wikitext2.valid", (path.name, found))
    monkeypatch.delenv("KERAS_DL4_DATA", raising=False)
    return path


def test_known_file_is_read_from_either_folder(small_file, monkeypatch):
    expected = " = A = \n\n né <unk> .\n"
    for folder in (small_file.parent, small_file.parents[1]):
        text = language_text.load("wikitext2.valid", folder)
        assert text == expected
    monkeypatch.setenv("KERAS_DL4_DATA", str(small_file.parent))
    assert language_text.load("wikitext2.valid") == expected
    assert language_text.load(small_file) == expected


def test_missing_files_are_named(small_file, tmp_path):
    with pytest.raises(FileNotFoundError, match="KERAS_DL4_DATA"):
        language_text.load("wikitext2.valid")
    with pytest.raises(FileNotFoundError, match="wikitext2.test.txt.gz"):
        language_text.load("wikitext2.test", tmp_path)
    with pytest.raises(FileNotFoundError, match="one of"):
        language_text.load(tmp_path / "other.txt")


def test_bad_files_are_refused(small_file, tmp_path):
    content = small_file.read_bytes()
    small_file.write_bytes(content[:-9])
    with pytest.raises(ValueError, match="sha256"):
        language_text.load("wikitext2.valid", tmp_path)
    with pytest.raises(ValueError, match="whole text"):
        language_text.load(small_file)
    (tmp_path / "latin.txt").write_bytes("né".encode("latin-1"))
    with pytest.raises(ValueError, match="whole text"):
        language_text.load(tmp_path / "latin.txt")


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("wikitext2.valid", 217_646),
        ("wikitext2.test", 245_569),
        ("tinyshakespeare", 202_651 + 40_000),
    ],
)
def test_real_files_have_the_published_counts(name, count):
    folder = os.environ.get("KERAS_DL4_DATA")
    if not folder or not os.path.isdir(os.path.join(folder, "lm")):
        pytest.skip("not run: no data")
    text = language_text.load(name)
    assert len(language_text.split_words(text)) == count


def test_lines_end_in_a_word_even_empty_ones():
    words = language_text.split_words(" a b \n\nc")
    assert words == ["a", "b", "<eos>", "<eos>", "c", "<eos>"]
    assert language_text.split_words("a\n") == ["a", "<eos>"]
    assert language_text.split_words("") == []


def test_vocabulary_is_of_frequent_words_and_others_are_unknown():
    words = "b a <eos> b c <unk> <eos> a".split()
    vocabulary = language_text.make_vocabulary(words)
    assert vocabulary == ["<unk>", "<eos>", "a", "b", "c"]
    assert language_text.make_vocabulary(words, 2) == vocabulary[:4]
    ids = language_text.encode_words(["c", "d", "<eos>"], vocabulary)
    assert ids.tolist() == [4, 0, 1]
    with pytest.raises(ValueError, match="no word twice"):
        language_text.encode_words(["c"], ["<unk>", "c", "c"])
    with pytest.raises(ValueError, match="must hold"):
        language_text.encode_words(["c"], ["c"])
    with pytest.raises(ValueError, match="min_count"):
        language_text.make_vocabulary(words, 0)


@pytest.mark.parametrize("size", [1, 3, 20])
def test_windows_hold_what_comes_before_newest_first(size, rng):
    ids = rng.integers(2, 9, 11)
    x, y = language_text.word_windows(ids, size)
    assert x.shape == (11, size) and x.dtype == y.dtype == np.int32
    for place in range(11):
        before = ids[:place][::-1][:size].tolist()
        assert x[place].tolist() == before + [1] * (size - len(before))
        assert y[place] == ids[place]


@pytest.mark.parametrize(("count", "size", "length"), [(12, 3, 2), (11, 4, 5)])
def test_streams_go_on_from_batch_to_batch(count, size, length, rng):
    ids = rng.integers(2, 9, count)
    x, y, weight = language_text.word_streams(ids, size, length)
    assert weight.sum() == count
    # Row by row through all batches, the text comes out again.
    inside, before, after = (
        np.concatenate([each[row::size].ravel() for row in range(size)])
        for each in (weight > 0, x, y)
    )
    assert after[inside].tolist() == ids.tolist()
    assert before[inside].tolist() == [1, *ids[:-1]]


@pytest.mark.parametrize(
    ("ids", "size", "message"),
    [([], 1, "at least one"), ([0.5], 1, "int array"), ([1], 0, "positive")],
)
def test_bad_ids_and_sizes_are_refused(ids, size, message):
    with pytest.raises(ValueError, match=message):
        language_text.word_windows(ids, size)
    with pytest.raises(ValueError, match=message):
        language_text.word_streams(ids, size, 1)


def test_generated_text_repeats_what_a_line_is_about():
    text = language_text.generate(3000, seed=1)
    assert text == language_text.generate(3000, seed=1)
    assert text != language_text.generate(3000, seed=2)
    words = language_text.split_words(text)
    assert 3000 <= len(words) < 3100
    things = set("ball book kite drum coat lamp".split())
    lines = [things & set(line.split()) for line in text.splitlines()]
    assert {len(found) for found in lines} == {1}
    assert set.union(*lines) == things
    for arguments in ((0, 1), (1, -1)):
        with pytest.raises(ValueError, match="num_words"):
            language_text.generate(*arguments)
