"""The model against the full tensor in NumPy, and against the log-bilinear."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.models import LogBilinearLanguageModel
from keras_dl4.models import MultiplicativeLanguageModel
from tests.models import sentence_model_reference as reference

WORDS = ["", "[UNK]", *"abcdef"]
TOKENS = np.array([[2, 3, 4, 5, 7], [6, 0, 0, 0, 0], [4, 4, 1, 0, 0]])


def small(rng, **options):
    settings = {"content_dim": 3, "num_factors": 6} | options
    model = MultiplicativeLanguageModel(WORDS, 4, 3, **settings)
    for weight in model.trainable_weights:
        weight.assign(rng.normal(size=weight.shape))
    return model


def test_model_is_that_of_the_paper(rng):
    model = small(rng)
    content = rng.normal(size=(3, 3)).astype("float32")
    logits = model({"tokens": TOKENS, "content": content})
    assert logits.shape == (3, 6, len(WORDS))
    for row, n in ((0, 0), (0, 2), (0, 5), (1, 1), (2, 3)):
        expected = reference.multiplicative_scores(
            model, TOKENS[row], n, content[row]
        )
        np.testing.assert_allclose(
            logits[row, n], expected, rtol=1e-4, atol=1e-3
        )


def test_sentence_at_once_is_word_by_word(rng):
    model = small(rng)
    content = rng.normal(size=(3, 3)).astype("float32")
    logits = model({"tokens": TOKENS, "content": content})
    context = np.zeros((3, 3), "int32")
    for n in range(6):
        found = model.next_word_log_probabilities(
            {"context": context, "content": content}
        )
        np.testing.assert_allclose(
            found, ops.log_softmax(logits[:, n]), rtol=1e-3, atol=1e-3
        )
        if n < 5:
            context = np.c_[context[:, 1:], TOKENS[:, n]]


def test_constant_content_leaves_the_log_bilinear_model(rng):
    """With `W_d u = 1` and as many factors as units, for any R."""
    model = small(rng, content_dim=1, num_factors=4)
    model.words.attribute_factors.assign(np.ones((1, 4)))
    model.words.vector_factors.assign(np.eye(4))
    plain = LogBilinearLanguageModel(WORDS, 4, 3)
    plain.words.assign(model.words.word_factors)
    plain.bias.assign(model.words.bias)
    plain.context_matrices.assign(model.context_matrices)
    content = np.ones((3, 1), "float32")
    np.testing.assert_allclose(
        model({"tokens": TOKENS, "content": content}),
        plain({"tokens": TOKENS}),
        atol=1e-4,
    )


def test_number_of_weights_is_that_of_the_paper():
    """`ctx K^2 + F (K + D + V) + V`."""
    model = MultiplicativeLanguageModel(
        WORDS, 4, 3, content_dim=5, num_factors=6
    )
    model.build({"tokens": (None, None), "content": (None, 5)})
    expected = 3 * 4**2 + 6 * (4 + 5 + len(WORDS)) + len(WORDS)
    assert sum(ops.size(w) for w in model.trainable_weights) == expected


def test_bad_arguments_and_data_are_refused(rng):
    for options in ({"content_dim": 0}, {"num_factors": 1.5}):
        with pytest.raises(ValueError, match="must be an int of at least 1"):
            MultiplicativeLanguageModel(WORDS, **options)
    model = small(rng)
    model.compile(keras.optimizers.SGD(), run_eagerly=True)
    bad = np.full((3, 3), np.nan)
    with pytest.raises(ValueError, match="The data must be finite"):
        model.fit({"tokens": TOKENS, "content": bad})
    with pytest.raises(ValueError, match="must be a dict of .*'content'"):
        model.fit({"tokens": TOKENS})
    for content in (np.ones((3, 2)), np.ones((3, 3, 1))):
        with pytest.raises(ValueError, match=r"'content' \(batch, 3\)"):
            model.fit({"tokens": TOKENS, "content": content})
