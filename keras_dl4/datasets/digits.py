"""Handwritten digits, from scikit-learn or from MNIST, in one form."""

import hashlib
import io
import os
import tempfile

import keras
import numpy as np

_SOURCES = ("sklearn", "mnist")
_SPLIT_SEED = 0
_NUM_TEST = 360  # of the 1,797 digits of scikit-learn
_SKLEARN_MAXIMUM = 16.0
# A digit of MNIST lies in the middle 20 x 20 pixels of 28 x 28.
_SIZE, _BOX = 28, 20

_MNIST_URL = (
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
)
_KERAS_SHA256 = (
    "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
)
# Two archives of the same arrays: that of Keras, and one packed from PNG files
# whose arrays have the published sums of the original files.
_MNIST_SHA256 = {
    _KERAS_SHA256,
    "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64",
}


def load_digits(source="sklearn", data_dir=None):
    """Loads real handwritten digits as images of 28 x 28 pixels.

    Use `"sklearn"` where nothing may be downloaded, `"mnist"` to compare with
    published figures.

    `"sklearn"`: the 1,797 digits of 8 x 8 pixels that come with scikit-learn,
    enlarged bilinearly to 20 x 20 pixels in the middle of 28 x 28, as MNIST is
    laid out. 1,437 are for training, 360 for testing; the split is always the
    same. The same people wrote both.

    `"mnist"`: 60,000 and 10,000 digits in their original order. The file is
    `mnist.npz` in `data_dir`, or else in the directory that the environment
    variable `KERAS_DL4_DATA` names. Where neither is given, Keras downloads it
    once and keeps it in its cache. The sha256 is checked each time.

    Args:
        source: String, `"sklearn"` or `"mnist"`. Defaults to `"sklearn"`.
        data_dir: String or path, the directory of `mnist.npz`; not for
            `"sklearn"`. Defaults to `None`.

    Returns:
        `((x_train, y_train), (x_test, y_test))`, NumPy arrays: images of shape
        `(num_images, 28, 28, 1)`, float32 from 0 to 1, and labels of shape
        `(num_images,)`, int32 from 0 to 9.

    Raises:
        ValueError: If `source` is unknown, or if the file is truncated or not
            MNIST.
        FileNotFoundError: If the directory does not hold `mnist.npz`.
        ImportError: If scikit-learn is needed and not installed.
        OSError: If the download fails.

    Example:

    >>> (x_train, y_train), (x_test, y_test) = load_digits()
    >>> x_train.shape, y_train.dtype, len(x_test)
    ((1437, 28, 28, 1), dtype('int32'), 360)
    """
    if source == "sklearn":
        return _load_sklearn()
    if source == "mnist":
        return _load_mnist(data_dir)
    raise ValueError(
        f"`source` must be one of {', '.join(map(repr, _SOURCES))}. "
        f"Received: source={source!r}."
    )


def _load_sklearn():
    try:
        import sklearn.datasets
    except ImportError as error:
        raise ImportError(
            "These digits come with scikit-learn. Install it with: "
            "pip install 'keras_dl4[datasets]'"
        ) from error
    digits = sklearn.datasets.load_digits()
    small = (digits.images / _SKLEARN_MAXIMUM).astype("float32")
    enlarge = _enlargement(small.shape[1], _BOX)
    images = np.zeros((len(small), _SIZE, _SIZE, 1), "float32")
    margin = (_SIZE - _BOX) // 2
    inside = slice(margin, margin + _BOX)
    images[:, inside, inside, 0] = enlarge @ small @ enlarge.T
    labels = digits.target.astype("int32")
    order = np.random.default_rng(_SPLIT_SEED).permutation(len(images))
    test, train = order[:_NUM_TEST], order[_NUM_TEST:]
    return (images[train], labels[train]), (images[test], labels[test])


def _enlargement(size, new_size):
    """The matrix that interpolates `size` values linearly at `new_size`."""
    centers = (np.arange(new_size) + 0.5) * size / new_size - 0.5
    distances = np.abs(centers[:, None] - np.arange(size))
    return np.maximum(0.0, 1.0 - distances).astype("float32")


def _load_mnist(data_dir):
    folder = data_dir or os.environ.get("KERAS_DL4_DATA")
    path = os.path.join(folder, "mnist.npz") if folder else _downloaded()
    if not os.path.isfile(path):
        named_by = "data_dir" if data_dir else "KERAS_DL4_DATA"
        raise FileNotFoundError(
            f"There is no file mnist.npz in the directory that {named_by} "
            f"names. Received: {folder!r}. Put the file there, or name no "
            "directory and Keras will download it."
        )
    with open(path, "rb") as file:
        content = file.read()
    found = hashlib.sha256(content).hexdigest()
    if found not in _MNIST_SHA256:
        raise ValueError(
            f"{path} is truncated or not MNIST: its sha256 must be one of "
            f"{sorted(_MNIST_SHA256)}. Received: {found} ({len(content)} "
            "bytes). Fetch the file again."
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return tuple(
            (
                arrays[f"x_{split}"][..., None].astype("float32") / 255.0,
                arrays[f"y_{split}"].astype("int32"),
            )
            for split in ("train", "test")
        )


def _downloaded():
    """The path of MNIST in the cache of Keras, where it is put if need be.

    Keras downloads into a folder of its own, which goes whatever happens:
    only a file that is whole gets into the cache.
    """
    home = os.environ.get("KERAS_HOME") or os.path.expanduser("~/.keras")
    path = os.path.join(home, "datasets", "mnist.npz")
    if _is_whole(path):
        return path
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="partial-", dir=home) as folder:
        try:
            partial = keras.utils.get_file(
                "mnist.npz",
                origin=_MNIST_URL,
                file_hash=_KERAS_SHA256,
                cache_dir=folder,
            )
        except Exception as error:  # Keras raises bare ones
            raise OSError(
                f"MNIST could not be downloaded from {_MNIST_URL}: {error}. "
                "Name the directory of a file mnist.npz by `data_dir` or by "
                "KERAS_DL4_DATA, or use the source 'sklearn'."
            ) from error
        os.replace(partial, path)
    return path


def _is_whole(path):
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() in _MNIST_SHA256
