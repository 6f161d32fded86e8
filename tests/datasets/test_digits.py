"""Digits from both sources, and files that are missing or broken."""

import hashlib
import os
import pathlib
import sys

import keras
import numpy as np
import pytest

from keras_dl4.datasets import digits
from keras_dl4.datasets import load_digits


@pytest.fixture
def arrays(rng):
    """What a file mnist.npz holds, but small."""
    return {
        "x_train": rng.integers(0, 256, (12, 28, 28), dtype="uint8"),
        "y_train": rng.integers(0, 10, 12, dtype="uint8"),
        "x_test": rng.integers(0, 256, (5, 28, 28), dtype="uint8"),
        "y_test": rng.integers(0, 10, 5, dtype="uint8"),
    }


@pytest.fixture
def mnist_file(tmp_path, monkeypatch, arrays):
    """A small file mnist.npz whose sum passes for that of MNIST."""
    path = tmp_path / "data" / "mnist.npz"
    path.parent.mkdir()
    np.savez(path, **arrays)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(digits, "_MNIST_SHA256", {found})
    monkeypatch.setattr(digits, "_KERAS_SHA256", found)
    monkeypatch.delenv("KERAS_DL4_DATA", raising=False)
    return path


@pytest.fixture
def keras_home(tmp_path, monkeypatch):
    home = tmp_path / "home"
    monkeypatch.setenv("KERAS_HOME", str(home))
    return home


@pytest.fixture
def downloads(monkeypatch, mnist_file):
    """What Keras was asked to download; it fetches `mnist_file`."""
    asked = []

    def get_file(fname, origin, file_hash, cache_dir):
        asked.append((origin, file_hash))
        path = pathlib.Path(cache_dir) / "datasets" / fname
        path.parent.mkdir(parents=True)
        path.write_bytes(mnist_file.read_bytes())
        if hashlib.sha256(path.read_bytes()).hexdigest() != file_hash:
            raise ValueError("Incomplete or corrupted file detected.")
        return str(path)

    monkeypatch.setattr(keras.utils, "get_file", get_file)
    return asked


def assert_holds(loaded, arrays):
    for split, (x, y) in zip(("train", "test"), loaded, strict=True):
        expected = arrays[f"x_{split}"][..., None] / 255.0
        np.testing.assert_allclose(x, expected, atol=1e-7)
        np.testing.assert_array_equal(y, arrays[f"y_{split}"])
        assert (x.dtype, y.dtype) == (np.float32, np.int32)


def test_sklearn_digits_are_laid_out_like_mnist():
    pytest.importorskip("sklearn")
    (x_train, y_train), (x_test, y_test) = load_digits()
    assert x_train.shape == (1437, 28, 28, 1)
    assert x_test.shape == (360, 28, 28, 1)
    assert (x_train.dtype, y_train.dtype) == (np.float32, np.int32)
    for x, y in ((x_train, y_train), (x_test, y_test)):
        assert x.min() == 0.0
        assert 0.9 < x.max() <= 1.0
        assert len(x) == len(y)
        assert np.bincount(y).min() >= 0.07 * len(y)
        margin = x.copy()
        margin[:, 4:24, 4:24] = 0.0
        assert not margin.any()


def enlarged_reference(images):
    """20 x 20 from 8 x 8, a pixel at a time: both hats, as in a warp."""
    result = np.zeros((len(images), 20, 20))
    for row, column in np.ndindex(20, 20):
        y, x = (row + 0.5) * 0.4 - 0.5, (column + 0.5) * 0.4 - 0.5
        for i, j in np.ndindex(8, 8):
            weight = max(0, 1 - abs(y - i)) * max(0, 1 - abs(x - j))
            if weight:
                result[:, row, column] += weight * images[:, i, j]
    return result.reshape(-1, 400)


def test_sklearn_digits_are_enlarged_and_keep_their_labels():
    datasets = pytest.importorskip("sklearn.datasets")
    (x_train, y_train), (x_test, y_test) = load_digits()
    found = np.concatenate([x_train, x_test])[:, 4:24, 4:24].reshape(-1, 400)
    labels = np.concatenate([y_train, y_test])
    original = datasets.load_digits()
    expected = enlarged_reference(original.images / 16.0)
    # Which of the original ones each is: the nearest.
    squares = (expected**2).sum(axis=1) - 2.0 * found @ expected.T
    which = squares.argmin(axis=1)
    np.testing.assert_array_equal(np.sort(which), np.arange(1797))
    np.testing.assert_allclose(found, expected[which], atol=1e-6)
    np.testing.assert_array_equal(labels, original.target[which])


def test_split_is_always_the_same():
    pytest.importorskip("sklearn")
    _, (x, y) = load_digits()
    np.random.seed(3)
    _, (again, _) = load_digits("sklearn")
    np.testing.assert_array_equal(x, again)
    assert y[:8].tolist() == [6, 6, 6, 2, 5, 6, 6, 2]


def test_mnist_file_is_read_from_data_dir(mnist_file, arrays, monkeypatch):
    assert_holds(load_digits("mnist", mnist_file.parent), arrays)
    monkeypatch.setenv("KERAS_DL4_DATA", "/nowhere")
    assert_holds(load_digits("mnist", str(mnist_file.parent)), arrays)


def test_mnist_file_is_read_from_environment(mnist_file, arrays, monkeypatch):
    monkeypatch.setenv("KERAS_DL4_DATA", str(mnist_file.parent))
    assert_holds(load_digits("mnist"), arrays)


def test_missing_file_error_says_where_it_was_looked_for(tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match="that data_dir names"):
        load_digits("mnist", tmp_path)
    monkeypatch.setenv("KERAS_DL4_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="that KERAS_DL4_DATA names"):
        load_digits("mnist")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["truncated", "one byte", "empty"])
def test_damaged_file_is_refused(mnist_file, damage):
    content = bytearray(mnist_file.read_bytes())
    if damage == "one byte":
        content[3000] ^= 1
    mnist_file.write_bytes(
        content[: {"truncated": 5000, "empty": 0}.get(damage)]
    )
    with pytest.raises(ValueError, match="truncated or not MNIST.*sha256"):
        load_digits("mnist", mnist_file.parent)
    assert os.listdir(mnist_file.parent) == ["mnist.npz"]


def test_file_is_downloaded_once(downloads, arrays, keras_home):
    assert_holds(load_digits("mnist"), arrays)
    assert downloads == [(digits._MNIST_URL, digits._KERAS_SHA256)]
    assert_holds(load_digits("mnist"), arrays)
    assert len(downloads) == 1
    assert os.listdir(keras_home) == ["datasets"]
    assert os.listdir(keras_home / "datasets") == ["mnist.npz"]


def test_damaged_cache_is_downloaded_again(downloads, arrays, keras_home):
    cached = keras_home / "datasets" / "mnist.npz"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"half")
    assert_holds(load_digits("mnist"), arrays)
    assert len(downloads) == 1


def test_failed_download_leaves_nothing_behind(
    downloads, mnist_file, keras_home
):
    mnist_file.write_bytes(mnist_file.read_bytes()[:100])
    with pytest.raises(OSError, match="could not be downloaded.*Name the dir"):
        load_digits("mnist")
    assert os.listdir(keras_home) == ["datasets"]
    assert os.listdir(keras_home / "datasets") == []


@pytest.mark.parametrize("source", ["MNIST", "", None, 3])
def test_unknown_source_error_lists_the_sources(source):
    with pytest.raises(ValueError, match="one of 'sklearn', 'mnist'. Rec"):
        load_digits(source)


def test_missing_sklearn_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match=r"pip install 'keras_dl4\[datasets"):
        load_digits()


def test_real_mnist_is_complete_and_in_order():
    folder = os.environ.get("KERAS_DL4_DATA")
    if not folder or not os.path.exists(os.path.join(folder, "mnist.npz")):
        pytest.skip("not run: no data")
    (x_train, y_train), (x_test, y_test) = load_digits("mnist")
    assert x_train.shape == (60000, 28, 28, 1)
    assert x_test.shape == (10000, 28, 28, 1)
    assert y_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert y_test[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    np.testing.assert_allclose(x_train.mean(), 0.13066, atol=1e-5)
    np.testing.assert_allclose(x_train.std(), 0.30811, atol=1e-5)
