import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.layers import SentenceEncoder
from keras_dl4.layers import TemporalEncoding


@pytest.fixture
def story(rng):
    story = rng.integers(1, 7, (3, 5, 4))
    story[0, 2:] = 0
    story[1, 4:] = 0
    return story


def encoded_by_vectors(story, table, time, encoding):
    words = keras.layers.Embedding(7, 3, mask_zero=True)
    words.build()
    words.embeddings.assign(table)
    temporal = TemporalEncoding(5)
    temporal.build((None, 5, 3))
    temporal.vectors.assign(time)
    return ops.convert_to_numpy(
        temporal(SentenceEncoder(encoding)(words(story)))
    )


def encoded_by_words(story, table, time, encoding):
    words = keras.layers.Embedding(7 + 5, 3, mask_zero=True)
    words.build()
    words.embeddings.assign(np.concatenate([table, time]))
    temporal = TemporalEncoding(5, "word", vocabulary_size=7)
    return ops.convert_to_numpy(
        SentenceEncoder(encoding)(words(temporal(story)))
    )


def test_vectors_and_words_are_the_same_with_bags_of_words(story, rng):
    table = rng.normal(size=(7, 3)).astype("float32")
    time = rng.normal(size=(5, 3)).astype("float32")
    arguments = story, table, time, "bow"
    np.testing.assert_allclose(
        encoded_by_vectors(*arguments),
        encoded_by_words(*arguments),
        atol=1e-6,
    )


def test_vectors_and_words_differ_with_positions(story, rng):
    table = rng.normal(size=(7, 3)).astype("float32")
    time = rng.normal(size=(5, 3)).astype("float32")
    arguments = story, table, time, "position"
    difference = encoded_by_vectors(*arguments) - encoded_by_words(*arguments)
    assert np.abs(difference).max() > 0.1


def test_age_is_added_to_sentences_that_are_there(rng):
    layer = TemporalEncoding(6)
    inputs = rng.normal(size=(2, 4, 3)).astype("float32")
    mask = np.array([[True, True, False, False], [True] * 4])
    added = ops.convert_to_numpy(layer(inputs, mask=mask)) - inputs
    vectors = ops.convert_to_numpy(layer.vectors)
    assert vectors.shape == (6, 3)
    np.testing.assert_allclose(added[0, :2], vectors[:2], atol=1e-6)
    np.testing.assert_array_equal(added[0, 2:], np.zeros((2, 3)))
    np.testing.assert_allclose(added[1], vectors[:4], atol=1e-6)
    np.testing.assert_allclose(layer(inputs), inputs + vectors[:4], atol=1e-6)


def test_vectors_start_small():
    layer = TemporalEncoding(300)
    layer.build((None, 300, 100))
    assert 0.09 < ops.convert_to_numpy(layer.vectors).std() < 0.11


def test_noise_makes_sentences_older_in_training_only():
    story = np.ones((400, 10, 1), "int32")
    layer = TemporalEncoding(12, "word", 2, random_noise=0.3, seed=0)
    quiet = ops.convert_to_numpy(layer(story))[..., 1] - 2
    noisy = ops.convert_to_numpy(layer(story, training=True))[..., 1] - 2
    np.testing.assert_array_equal(quiet, np.tile(np.arange(10), (400, 1)))
    shift = noisy - quiet
    assert shift.min() == 0
    assert shift.max() == 3
    assert noisy.max() == 11  # and not 12, of which the memory has none
    assert (np.diff(noisy, axis=1) >= 0).all()
    # Of 0 to 3 empty memories, 1.5 on average, half lie before a sentence in
    # the middle.
    assert 0.55 < shift[:, 4].mean() < 0.95


def test_noise_depends_on_the_sentences_that_are_there():
    story = np.zeros((200, 10, 1), "int32")
    story[:, :1] = 1
    layer = TemporalEncoding(10, "word", 2, random_noise=0.3, seed=0)
    noisy = ops.convert_to_numpy(layer(story, training=True))[..., 1]
    assert set(noisy[:, 0]) == {2, 3}
    assert not noisy[:, 1:].any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "none"}, "leave the layer out"),
        ({"memory_size": 0}, "`memory_size` must be a positive int"),
        ({"mode": "word"}, "`vocabulary_size` must be a positive int"),
        ({"random_noise": 1.5}, "a number from 0 to 1"),
    ],
)
def test_bad_argument_raises(options, message):
    with pytest.raises(ValueError, match=message):
        TemporalEncoding(**options)


@pytest.mark.parametrize("shape", [(4, 3), (2, 6, 3), (2, 2, 4, 3)])
def test_bad_shape_raises(shape):
    with pytest.raises(ValueError, match="Cut the oldest sentences"):
        TemporalEncoding(5)(np.ones(shape, "float32"))
