"""The model against NumPy, and what structure does to it."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.models import SCNLM
from tests.models import sentence_model_reference as reference

WORDS = ["", "[UNK]", *"abcdef"]
TOKENS = np.array([[2, 3, 4, 5, 7], [6, 0, 0, 0, 0], [4, 4, 1, 0, 0]])
TAGS = np.array([[1, 2, 3, 4, 4], [2, 0, 0, 0, 0], [3, 3, 1, 0, 0]])


def small(rng, **options):
    settings = {"content_dim": 3, "tag_dim": 5, "num_factors": 6} | options
    model = SCNLM(WORDS, 5, 4, 3, **settings)
    for weight in model.trainable_weights:
        weight.assign(0.5 * rng.normal(size=weight.shape))
    return model


def inputs(rng):
    content = rng.normal(size=(3, 3)).astype("float32")
    return {"tokens": TOKENS, "tags": TAGS, "content": content}


@pytest.mark.parametrize("future_tags", [0, 1, 3, 6])
def test_model_is_that_of_the_paper(future_tags, rng):
    model, x = small(rng, future_tags=future_tags), inputs(rng)
    logits = model(x)
    assert logits.shape == (3, 6, len(WORDS))
    for row, n in ((0, 0), (0, 2), (0, 5), (1, 1), (2, 3)):
        u_hat = reference.attributes(model, TAGS[row], n, x["content"][row])
        expected = reference.multiplicative_scores(model, TOKENS[row], n, u_hat)
        np.testing.assert_allclose(
            logits[row, n], expected, rtol=1e-4, atol=1e-4
        )


def test_sentence_at_once_is_word_by_word(rng):
    model, x = small(rng, future_tags=2), inputs(rng)
    logits = model(x)
    context, ahead = np.zeros((3, 3), "int32"), np.pad(TAGS, [(0, 0), (0, 3)])
    for n in range(6):
        found = model.next_word_log_probabilities(
            {
                "context": context,
                "tags": ahead[:, n : n + 3],
                "content": x["content"],
            }
        )
        np.testing.assert_allclose(
            found, ops.log_softmax(logits[:, n]), rtol=1e-4, atol=1e-4
        )
        if n < 5:
            context = np.c_[context[:, 1:], TOKENS[:, n]]


def test_only_tags_of_the_word_and_behind_it_are_looked_at(rng):
    model, x = small(rng, future_tags=1), inputs(rng)
    other = TAGS.copy()
    other[0, 3] = 1
    before, after = model(x), model({**x, "tags": other})
    changed = np.any(ops.convert_to_numpy(before != after), axis=(0, 2))
    np.testing.assert_array_equal(changed, [0, 0, 1, 1, 0, 0])


@pytest.mark.parametrize("future_tags", [0, 3])
def test_number_of_weights_is_that_of_the_paper(future_tags):
    V, K, D, G, F, k = len(WORDS), 4, 3, 5, 6, future_tags
    model = SCNLM(
        WORDS,
        7,
        K,
        3,
        content_dim=D,
        tag_dim=G,
        num_factors=F,
        future_tags=k,
    )
    expected = 3 * K**2 + F * (K + G + V) + V  # multiplicative, by u_hat
    expected += 7 * G + (k + 1) * G**2 + G * D + G
    assert sum(ops.size(w) for w in model.trainable_weights) == expected


def test_structure_and_content_are_both_learned():
    """Content chooses the letter, the tag its place; words say neither."""
    letters = np.array([[2, 3], [3, 2], [4, 5], [5, 4]])
    tags = np.array([[1, 2], [2, 1]] * 2)
    x = {
        "tokens": np.tile(letters, (8, 1)),
        "tags": np.tile(tags, (8, 1)),
        "content": np.tile(np.repeat(np.eye(2), 2, axis=0), (8, 1)),
    }
    model = SCNLM(WORDS, 3, 6, 2, content_dim=2, tag_dim=8, num_factors=8)
    model.compile(keras.optimizers.Adam(0.03))
    model.fit(x, batch_size=8, epochs=20, verbose=0)
    found = model.evaluate(x, verbose=0, return_dict=True)
    assert found["perplexity"] < 1.1


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="`num_tags` must be an int of at"):
        SCNLM(WORDS, 0)
    for options in ({"tag_dim": 0}, {"content_dim": 2.0}):
        with pytest.raises(ValueError, match="must be an int of at least 1"):
            SCNLM(WORDS, 3, **options)
    for bad in (-1, 1.0, True):
        with pytest.raises(ValueError, match="`future_tags` must be an int of"):
            SCNLM(WORDS, 3, future_tags=bad)


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        (TAGS + 3, "Ids of tags must be ints from 0 to 4"),
        (TAGS[:, :4], "Each word must have a tag"),
        (TAGS * (TAGS < 4), "Each word must have a tag"),
        (np.maximum(TAGS, 1), "Each word must have a tag"),
    ],
)
def test_bad_tags_are_refused(tags, message, rng):
    model = small(rng)
    model.compile("sgd", run_eagerly=True)
    with pytest.raises(ValueError, match=message):
        model.fit({**inputs(rng), "tags": tags})
