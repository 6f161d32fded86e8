import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.layers import CaptionEncoder

ENCODERS = ("peephole_lstm", "lstm", "bag_of_words")


def values(tensor):
    return ops.convert_to_numpy(tensor)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def lstm_reference(words, weights):
    """Equations (1) to (5), word after word; gates in the order i, f, c, o."""
    kernel, recurrent, *rest = weights
    *peepholes, bias = rest if len(rest) > 1 else (None, *rest)
    peephole = np.zeros((3, len(recurrent)))
    if peepholes[0] is not None:
        peephole = np.stack(peepholes).reshape(3, -1)
    m = c = np.zeros(len(recurrent))
    for x in words:
        i, f, g, o = np.split(x @ kernel + m @ recurrent + bias, 4)
        i, f = sigmoid(i + peephole[0] * c), sigmoid(f + peephole[1] * c)
        c = f * c + i * np.tanh(g)
        m = sigmoid(o + peephole[2] * c) * np.tanh(c)
    return m


def test_lstm_reads_to_the_last_word():
    encoder = CaptionEncoder(9, 3, "lstm", word_dim=5)
    found = values(encoder(np.array([[4, 2, 7, 0, 0], [1, 1, 8, 3, 5]])))
    table, weights = encoder.words.get_weights()[0], encoder.sentence
    for ids, vector in zip(([4, 2, 7], [1, 1, 8, 3, 5]), found, strict=True):
        expected = lstm_reference(table[ids], weights.get_weights())
        np.testing.assert_allclose(vector, expected, atol=1e-5)


def test_bag_of_words_is_linear():
    encoder = CaptionEncoder(9, 3, "bag_of_words")
    blue_car, blue, red, red_car = values(
        encoder(np.array([[4, 2], [4, 0], [5, 0], [5, 2]]))
    )
    np.testing.assert_allclose(blue_car - blue + red, red_car, atol=1e-6)
    assert encoder.projection is None


@pytest.mark.parametrize(
    "options", [{"word_dim": 5}, {"trainable_words": False}]
)
def test_bag_of_words_is_projected_where_it_has_to_be(options):
    encoder = CaptionEncoder(9, 3, "bag_of_words", **options)
    found = values(encoder(np.array([[4, 2, 0]])))
    table, matrix = (each.get_weights()[0] for each in encoder._layers[::2])
    np.testing.assert_allclose(
        found, (table[4] + table[2])[None] @ matrix, atol=1e-6
    )


@pytest.mark.parametrize("encoder", ENCODERS)
def test_padding_changes_nothing(encoder):
    layer = CaptionEncoder(9, 3, encoder)
    short, padded = layer(np.array([[4, 2]])), layer(np.array([[4, 2, 0, 0]]))
    np.testing.assert_allclose(values(short), values(padded), atol=1e-6)
    np.testing.assert_array_equal(values(layer(np.zeros((1, 3), int))), 0.0)


def test_words_start_from_the_initializer():
    ones = keras.initializers.Ones()
    layer = CaptionEncoder(9, 3, "bag_of_words", words_initializer=ones)
    other = CaptionEncoder.from_config(layer.get_config())
    for each in (layer, other):
        found = values(each(np.array([[4, 2, 0]])))
        np.testing.assert_array_equal(found, [[2.0, 2.0, 2.0]])


@pytest.mark.parametrize("encoder", ENCODERS)
def test_fixed_words_stay(encoder, rng):
    vectors = rng.normal(size=(2, 5)).astype("float32")
    layer = CaptionEncoder(9, 3, encoder, 5, trainable_words=False)
    layer.set_word_vectors([3, 8], vectors)
    model = keras.Sequential([keras.Input((4,), dtype="int32"), layer])
    model.compile("adam", "mse")
    before = values(layer.words.embeddings)
    model.fit(np.array([[3, 8, 1, 0]] * 2), np.ones((2, 3)), verbose=0)
    np.testing.assert_array_equal(layer.words.embeddings, before)
    np.testing.assert_array_equal(before[[3, 8]], vectors)
    assert layer.trainable_variables


def test_bad_arguments_raise():
    with pytest.raises(ValueError, match="`encoder` must be one of.*'gru'"):
        CaptionEncoder(9, 3, "gru")
    for sizes in ((0, 3), (9, 1.5), (9, 3, "lstm", -1)):
        with pytest.raises(ValueError, match="must be a positive int"):
            CaptionEncoder(*sizes)
    with pytest.raises(ValueError, match="Pad captions to one length"):
        CaptionEncoder(9, 3)(np.zeros((2, 3, 4), int))


@pytest.mark.parametrize(
    ("ids", "vectors", "message"),
    [
        ([1], np.ones((1, 4)), "Make the encoder with `word_dim=`"),
        ([[1]], np.ones((1, 1, 3)), "must be of shape"),
        ([9], np.ones((1, 3)), "Ids must be from 0 to 8"),
        ([1], np.full((1, 3), np.nan), "vectors finite"),
    ],
)
def test_word_vectors_that_do_not_fit_raise(ids, vectors, message):
    with pytest.raises(ValueError, match=message):
        CaptionEncoder(9, 3).set_word_vectors(ids, vectors)
