"""The folder of the official files, where it is at hand."""

import os

import pytest


@pytest.fixture(scope="session")
def official_folder():
    folder = os.environ.get("KERAS_DL4_DATA")
    if not folder or not os.path.isdir(os.path.join(folder, "babi")):
        pytest.skip("not run: no data")
    return folder
