"""The official files, where they are at hand."""

import functools
import os

import pytest

from keras_dl4.datasets.babi import load


@pytest.fixture(scope="session")
def official_folder():
    folder = os.environ.get("KERAS_DL4_DATA")
    if not folder or not os.path.isdir(os.path.join(folder, "babi")):
        pytest.skip("not run: no data")
    return folder


@pytest.fixture(scope="session")
def official(official_folder):
    """`official(task, size)`: a data set, read once."""

    @functools.cache
    def read(task, size="1k"):
        return load(task, "official", size, official_folder)

    return read
