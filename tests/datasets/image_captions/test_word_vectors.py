import gzip

import numpy as np
import pytest

from keras_dl4.datasets.image_captions import load_word_vectors

ROWS = ["the 0.5 -1 2e-3", "red 1 2 3", ". 4 5 6"]
VECTORS = [[0.5, -1, 2e-3], [1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize("header", [[], ["3 3"]])
@pytest.mark.parametrize("name", ["vectors.txt", "vectors.txt.gz"])
def test_text_files_are_read(tmp_path, header, name):
    path, text = tmp_path / name, "\n".join(header + ROWS).encode()
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    words, vectors = load_word_vectors(path)
    assert words == ("the", "red", ".")
    np.testing.assert_allclose(vectors, VECTORS)
    assert vectors.dtype == np.float32
    words, vectors = load_word_vectors(path, ["red", "blue", "the", "red"])
    assert words == ("red", "the")
    np.testing.assert_allclose(vectors, [VECTORS[1], VECTORS[0]])


def test_arrays_are_read(tmp_path):
    path = tmp_path / "vectors.npz"
    half = np.array(VECTORS, "float16")
    np.savez(path, words=np.array(["the", "red", "."]), vectors=half)
    words, vectors = load_word_vectors(path, ["red"])
    assert words == ("red",)
    np.testing.assert_array_equal(vectors, [[1, 2, 3]])


def test_words_with_spaces_and_odd_characters_are_read(tmp_path):
    path = tmp_path / "vectors.txt"
    path.write_text("the 1 2\na b 3 4\nx\x85y 5 6\n", encoding="utf-8")
    assert load_word_vectors(path)[0] == ("the", "a b", "x\x85y")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("the 1 2\nred 1", "Line 2 of .*a new word and 2 numbers"),
        ("the 1 2\nthe 1 2", "Line 2 of .*'the' and 2"),
        ("3 2\nthe 1 2\nred 1 2", "must have 3 words.*Received: 2"),
        ("the 1 2\nred 1 x", "Line 2 of .*must hold numbers"),
        ("the 1 2\nred 1 nan", "must be finite"),
        ("blue 1 2", "none of 2 words"),
    ],
)
def test_bad_text_files_raise(tmp_path, text, message):
    path = tmp_path / "vectors.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        load_word_vectors(path, ["the", "red"])


def test_bad_arrays_raise(tmp_path):
    path = tmp_path / "vectors.npz"
    np.savez(path, words=np.array(["a", "a"]), vectors=np.ones((2, 3)))
    with pytest.raises(ValueError, match="2 words, 1 different ones"):
        load_word_vectors(path)
    np.savez(path, words=np.array(["a", "b"]))
    with pytest.raises(ValueError, match=r"Received: \['words'\]"):
        load_word_vectors(path)


def test_truncated_files_raise(tmp_path):
    path = tmp_path / "vectors.txt.gz"
    path.write_bytes(gzip.compress("\n".join(ROWS).encode())[:-10])
    with pytest.raises(ValueError, match="must be a whole file"):
        load_word_vectors(path)
    path = tmp_path / "vectors.npz"
    np.savez(path, words=np.array(["a"]), vectors=np.ones((1, 3)))
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ValueError, match="must be a whole file"):
        load_word_vectors(path)


def test_missing_file_raises(tmp_path):
    with pytest.raises(FileNotFoundError, match="no_such.txt"):
        load_word_vectors(tmp_path / "no_such.txt")
