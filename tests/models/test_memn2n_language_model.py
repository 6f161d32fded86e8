"""The model against NumPy, one text at a time, and in training."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.datasets import language_text
from keras_dl4.models import MemN2NLanguageModel


def small(vocabulary=9, **options):
    settings = {"embedding_dim": 5, "num_hops": 3, "memory_size": 6}
    return MemN2NLanguageModel(vocabulary, **settings | options)


def spread_out(model, rng):
    """Larger weights than at the start, which change every answer."""
    for weight in model.weights:
        weight.assign(rng.normal(size=weight.shape))
    return model


def predict(model, words, num_linear, query):
    """Section 5 of the paper, in float64, with a loop for each index."""
    A, C = np.split(model.words.numpy().astype("float64"), 2, axis=1)
    TA, TC = np.split(model.times.numpy().astype("float64"), 2, axis=1)
    H = model.transition.numpy().T
    u = np.full(A.shape[1], query)
    weightings = []
    for _ in range(model.num_hops):
        scores = [u @ (A[word] + TA[i]) for i, word in enumerate(words)]
        p = np.exp(np.array(scores) - max(scores))
        p /= p.sum()
        o = sum(p[i] * (C[word] + TC[i]) for i, word in enumerate(words))
        u = H @ u + o
        for unit in range(num_linear, len(u)):
            u[unit] = max(u[unit], 0.0)
        weightings.append(p)
    return model.answers.numpy().T @ u, weightings


@pytest.mark.parametrize(
    ("options", "num_linear", "query"),
    [
        ({}, 2, 0.1),
        ({"num_linear_units": 0, "query_value": -0.7}, 0, -0.7),
        ({"num_linear_units": 5, "num_hops": 1}, 5, 0.1),
    ],
    ids=str,
)
def test_model_is_that_of_the_paper(options, num_linear, query, rng):
    model = spread_out(small(return_attention=True, **options), rng)
    for length in (6, 4):  # a full memory, and one that is not
        inputs = rng.integers(9, size=(3, length))
        outputs = model(inputs)
        for row in range(3):
            logits, attention = predict(model, inputs[row], num_linear, query)
            scale = np.abs(logits).max()
            np.testing.assert_allclose(
                outputs["logits"][row] / scale, logits / scale, atol=1e-5
            )
            np.testing.assert_allclose(
                outputs["attention"][row], attention, atol=1e-5
            )


def test_initial_weights_and_their_number():
    model = MemN2NLanguageModel(1000)
    # A, C and W, the time vectors of the first two, and H.
    size = sum(weight.shape[0] * weight.shape[1] for weight in model.weights)
    assert size == 3 * 150_000 + 2 * 100 * 150 + 150 * 150
    for weight in model.weights:
        weight = ops.convert_to_numpy(weight)
        assert weight.std() == pytest.approx(0.05, rel=0.03)
        assert abs(weight.mean()) < 0.002


def compiled(model):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.02), loss, metrics=["accuracy"])
    return model


def test_fit_learns_to_repeat_what_came_before(rng):
    """The word three places back comes again: time alone tells which."""
    ids = np.tile(rng.integers(2, 8, (60, 3)), (1, 4)).ravel()
    x, y = language_text.word_windows(ids, 6)
    keep = np.arange(len(y)) % 12 >= 3
    x, y = x[keep], y[keep]
    model = compiled(small(embedding_dim=12, return_attention=True))
    fitted = {"batch_size": 54, "validation_data": (x, y), "verbose": 0}
    history = model.fit(x, y, epochs=15, **fitted).history
    assert history["val_accuracy"][-1] > 0.95


def test_saved_model_goes_on(tmp_path, rng):
    words = list("abcdefghi")
    model = compiled(small(words))
    x, y = language_text.word_windows(rng.integers(9, size=40), 6)
    model.fit(x, y, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(x), model(x))
    assert again.vocabulary == words
    for each in (model, again):
        each.fit(x, y, shuffle=False, verbose=0)
    np.testing.assert_array_equal(again(x), model(x))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"vocabulary": 0}, "vocabulary_size"),
        ({"vocabulary": ["a", "b", "a"]}, "each word once"),
        ({"embedding_dim": 2.0}, "embedding_dim"),
        ({"num_hops": True}, "num_hops"),
        ({"memory_size": 0}, "memory_size"),
        ({"num_linear_units": 6}, "from 0 to 5"),
        ({"query_value": np.nan}, "query_value"),
        ({"initial_stddev": 0.0}, "initial_stddev"),
    ],
    ids=str,
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        small(**arguments)


def test_bad_data_is_refused(rng):
    model = compiled(small())
    x, y = language_text.word_windows(rng.integers(9, size=40), 6)
    with pytest.raises(ValueError, match="n from 1 to 6"):
        model(np.zeros((4, 7), "int32"))
    for bad_x, bad_y in ((x + 1, y), (x, y - 9), (x / 2, y)):
        with pytest.raises(ValueError, match="must be ids"):
            model.fit(bad_x, bad_y)
        with pytest.raises(ValueError, match="must be ids"):
            model.fit(x, y, validation_data=(bad_x, bad_y))
        with pytest.raises(ValueError, match="must be ids"):
            model.evaluate(bad_x, bad_y)
