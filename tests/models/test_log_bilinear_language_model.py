"""The model against NumPy, one word at a time, and what all of them share."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.models import LogBilinearLanguageModel
from tests.models import sentence_model_reference as reference

WORDS = ["", "[UNK]", *"abcdef"]
TOKENS = np.array([[2, 3, 4, 5, 7], [6, 0, 0, 0, 0], [4, 4, 1, 0, 0]])
LENGTHS = (5, 1, 3)


def small(context_size=3, **options):
    return LogBilinearLanguageModel(WORDS, 4, context_size, **options)


def spread_out(model, rng):
    """Larger weights than at the start, which change every answer."""
    for weight in model.weights[: len(model.trainable_weights)]:
        weight.assign(rng.normal(size=weight.shape))
    return model


def compiled(model, rate=0.05, run_eagerly=True, **options):
    optimizer = keras.optimizers.Adam(rate)
    model.compile(optimizer, run_eagerly=run_eagerly, **options)
    return model


def expected_losses(model, tokens=TOKENS, lengths=LENGTHS):
    """`{(sentence, place): loss}`, with one more place for the end."""
    return {
        (row, n): -reference.log_softmax(
            reference.log_bilinear_scores(model, tokens[row], n)
        )[(*tokens[row][:length], 0)[n]]
        for row, length in enumerate(lengths)
        for n in range(length + 1)
    }


@pytest.mark.parametrize("context_size", [1, 3, 7])
def test_model_is_that_of_the_paper(context_size, rng):
    model = spread_out(small(context_size), rng)
    logits = model({"tokens": TOKENS})
    assert logits.shape == (3, 6, len(WORDS))
    for row, n in expected_losses(model):
        np.testing.assert_allclose(
            logits[row, n],
            reference.log_bilinear_scores(model, TOKENS[row], n),
            rtol=1e-4,
            atol=1e-4,
        )


def test_sentence_at_once_is_word_by_word(rng):
    model = spread_out(small(), rng)
    logits = model({"tokens": TOKENS})
    context = np.zeros((3, 3), "int32")
    for n in range(6):
        found = model.next_word_log_probabilities({"context": context})
        np.testing.assert_allclose(
            found, ops.log_softmax(logits[:, n]), rtol=1e-4, atol=1e-4
        )
        if n < 5:
            context = np.c_[context[:, 1:], TOKENS[:, n]]


def test_padding_changes_nothing(rng):
    model = spread_out(small(), rng)
    padded = np.pad(TOKENS, [(0, 0), (0, 4)])
    np.testing.assert_allclose(
        model({"tokens": padded})[:, :6], model({"tokens": TOKENS}), atol=1e-5
    )
    for each in (padded, TOKENS):
        losses = list(expected_losses(model).values())
        found = compiled(model).evaluate({"tokens": each}, verbose=0)
        np.testing.assert_allclose(
            found, [np.mean(losses), np.exp(np.mean(losses))], rtol=1e-5
        )


def test_perplexity_counts_words_not_batches(rng):
    """Batches of 6 + 4 and of 2 places; the mean of batches is another."""
    model = compiled(spread_out(small(), rng))
    tokens, lengths = TOKENS[[0, 2, 1]], (5, 3, 1)
    losses = expected_losses(model, tokens, lengths)
    logs = model.evaluate(
        {"tokens": tokens}, batch_size=2, return_dict=True, verbose=0
    )
    exact = np.exp(np.mean(list(losses.values())))
    np.testing.assert_allclose(logs["perplexity"], exact, rtol=1e-5)
    assert abs(np.exp(logs["loss"]) - exact) > 0.01 * exact


def test_sentences_may_be_weighted(rng):
    model = compiled(spread_out(small(), rng))
    weights = np.array([0.0, 2.0, 0.5])
    losses = expected_losses(model)
    total = sum(weights[row] for row, _ in losses)
    expected = sum(weights[row] * x for (row, _), x in losses.items()) / total
    found = model.evaluate({"tokens": TOKENS}, sample_weight=weights, verbose=0)
    np.testing.assert_allclose(found[0], expected, rtol=1e-5)


def test_weighted_sentences_may_be_split_for_validation(rng):
    model = compiled(spread_out(small(), rng))
    data = {"tokens": np.tile(TOKENS, (4, 1))}
    weights = np.arange(1.0, 13.0)
    history = model.fit(
        data, sample_weight=weights, validation_split=0.25, verbose=0
    )
    expected = model.evaluate(
        {"tokens": TOKENS}, TOKENS, sample_weight=weights[9:], verbose=0
    )
    np.testing.assert_allclose(
        history.history["val_loss"], expected[0], rtol=1e-5
    )


def test_fit_learns_sentences_and_their_ends():
    model = compiled(small(), run_eagerly=False, weighted_metrics=["accuracy"])
    data = {"tokens": np.tile(TOKENS, (20, 1))}
    before = model.evaluate(data, verbose=0, return_dict=True)
    assert before["perplexity"] > 7
    model.fit(data, batch_size=6, epochs=6, verbose=0)
    after = model.evaluate(data, verbose=0, return_dict=True)
    # The first word is one of three; all others follow from those before.
    assert after["perplexity"] < 3 ** (3 / 12) + 0.1
    assert after["accuracy"] == pytest.approx(10 / 12)


class Batches(keras.utils.PyDataset):
    """With image ids, as a visual-semantic embedding is trained on them."""

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return {"tokens": TOKENS}, np.arange(3)


def test_targets_of_a_data_set_are_not_looked_at():
    compiled(small()).fit(Batches(), validation_data=Batches(), verbose=0)


def test_saved_model_goes_on(tmp_path):
    model = compiled(small())
    model.fit({"tokens": TOKENS}, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.vocabulary == WORDS
    for each in (model, again):
        each.fit({"tokens": TOKENS}, shuffle=False, verbose=0)
    for one, two in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"vocabulary": ["a", "b"]}, "must be a list of words"),
        ({"vocabulary": [*WORDS, "a"]}, "each word once"),
        (
            {"embedding_dim": 2.0},
            "`embedding_dim` must be an int of at least 1",
        ),
        ({"context_size": 0}, "`context_size` must be an int of at least 1"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        LogBilinearLanguageModel(**{"vocabulary": WORDS} | arguments)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (TOKENS, "must be a dict of 'tokens'.*Received: ndarray"),
        ({"tokens": TOKENS[0]}, r"must be a dict.*\(5,\)"),
        ({"words": TOKENS}, "must be a dict of 'tokens'"),
        ({"tokens": TOKENS + 1}, "must be ints from 0 to 7"),
        ({"tokens": TOKENS / 1}, "must be ints from 0 to 7"),
        ({"tokens": TOKENS[:, ::-1]}, "pad on the right"),
        ({"tokens": np.zeros((2, 3), int)}, "Leave empty sentences out"),
    ],
)
def test_bad_data_is_refused(x, message):
    model = compiled(small())
    for function in (model.fit, model.evaluate):
        with pytest.raises(ValueError, match=message):
            function(x, verbose=0)
    with pytest.raises(ValueError, match=message):
        model.fit({"tokens": TOKENS}, validation_data=x, verbose=0)


def test_targets_and_losses_of_ones_own_are_refused():
    with pytest.raises(ValueError, match="brings its own loss"):
        small().compile("adam", "mse")
    with pytest.raises(ValueError, match="Leave it out"):
        compiled(small()).fit({"tokens": TOKENS}, TOKENS[:, 1:], verbose=0)
    with pytest.raises(ValueError, match="'context'"):
        small().next_word_log_probabilities({"tokens": TOKENS})
