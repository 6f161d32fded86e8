"""The models that are shipped can be served and do what is said of them."""

import os
import pathlib

import numpy as np
import pytest

from keras_dl4.datasets import CopyTask
from keras_dl4.datasets import distort_digits
from keras_dl4.datasets import load_digits
from keras_dl4.serving import check_saved_model

tf = pytest.importorskip("tensorflow")

ROOT = pathlib.Path(__file__).parents[1]
# `make saved-models` asks for new ones to be tested before they replace these.
FOLDER = ROOT / os.environ.get("KERAS_DL4_SAVED_MODELS", "saved_models")
NTM_COPY = FOLDER / "ntm_copy/1"
DIGITS = FOLDER / "spatial_transformer_digits/1"


@pytest.fixture(scope="module")
def ntm_copy():
    # Yielded rather than its signature, which does not keep it alive.
    yield tf.saved_model.load(str(NTM_COPY))


def test_ntm_copy_keeps_the_serving_contract():
    report = check_saved_model(NTM_COPY)
    assert report["signatures"]["serving_default"] == {
        "inputs": {"sequence": {"dtype": "float32", "shape": (None, None, 9)}},
        "outputs": {"logits": {"dtype": "float32", "shape": (None, None, 8)}},
    }


@pytest.mark.parametrize(
    ("length", "most_wrong"), [(20, 0.0), (30, 0.0), (50, 0.0), (120, 0.01)]
)
def test_ntm_copy_copies(ntm_copy, length, most_wrong):
    # A seed that neither training, validation nor the example's tests use.
    x, y, weight = CopyTask(20, seed=2_000_000_033).batch_of(length)
    serve = ntm_copy.signatures["serving_default"]
    logits = serve(sequence=tf.constant(x))["logits"].numpy()
    answer = weight > 0
    assert answer.sum() == 20 * length
    wrong = np.mean((logits[answer] > 0) != (y[answer] > 0.5))
    assert wrong <= most_wrong


def test_digits_keep_the_serving_contract():
    report = check_saved_model(DIGITS)
    shape = (None, 42, 42, 1)
    assert report["signatures"]["serving_default"] == {
        "inputs": {"image": {"dtype": "float32", "shape": shape}},
        "outputs": {"logits": {"dtype": "float32", "shape": (None, 10)}},
    }


def test_digits_are_recognized():
    _, (x, y) = load_digits()
    # A seed that neither training, validation nor the example's tests use.
    data = distort_digits(
        "RTS", x, y, seed=2_000_000_033, num_examples=500, fixed_epoch=True
    )
    images, labels = data.arrays()
    loaded = tf.saved_model.load(str(DIGITS))
    logits = loaded.signatures["serving_default"](image=tf.constant(images))
    wrong = np.mean(np.argmax(logits["logits"], axis=-1) != labels)
    assert wrong <= 0.1
