"""Captions, against the list of all sentences that there could be."""

import itertools

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4 import layers
from keras_dl4 import models
from keras_dl4.datasets import TagStructures

WORDS = ["", "[UNK]", "red", "blue", "ring", "star"]
NUM_TAGS, DIM = 4, 6
STRUCTURES = TagStructures([[1, 2], [1, 2, 3], [3]], [5, 3, 1])
KNOWN = range(2, len(WORDS))


def embedding_of(words=WORDS, dim=DIM, encoder="bag_of_words", built=True):
    embedding = models.VisualSemanticEmbedding(
        None, layers.CaptionEncoder(len(words), dim, encoder), dim, words
    )
    if built:
        embedding.build({"image": (None, 5), "tokens": (None, None)})
    return embedding


def captioner_of(embedding=None, structures=STRUCTURES, **options):
    model = models.SCNLM(
        WORDS,
        NUM_TAGS,
        4,
        2,
        content_dim=DIM,
        tag_dim=5,
        num_factors=7,
        future_tags=1,
        embedding=embedding,
        structures=structures,
        **options,
    )
    rng = np.random.default_rng(1)
    for variable in model.trainable_variables:
        # Larger than at the start, so that words differ in probability.
        values = 0.8 * rng.normal(size=variable.shape)
        variable.assign(values)
    return model


@pytest.fixture(scope="module")
def captioner():
    keras.utils.set_random_seed(0)
    return captioner_of(embedding_of())


def pictures(number=3):
    rng = np.random.default_rng(2)
    return rng.normal(size=(number, 5)).astype("float32")


def all_sentences(model, content, tags):
    """`(log-probability, words)` of one content and structure.

    By the model of whole sentences, not by that of the next word.
    """
    length = np.count_nonzero(tags)
    words = list(itertools.product(KNOWN, repeat=length))
    number = len(words)
    logits = model(
        {
            "tokens": np.array(words),
            "tags": np.tile(tags[:length], (number, 1)),
            "content": np.tile(content, (number, 1)),
        }
    )
    logits = ops.convert_to_numpy(logits).astype("float64")
    logits -= logits.max(axis=-1, keepdims=True)
    log_probs = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    targets = np.array([[*each, 0] for each in words])
    chosen = np.take_along_axis(log_probs, targets[..., None], axis=-1)
    return list(zip(chosen.sum(axis=(1, 2)), words, strict=True))


def numpy_of(structure):
    return keras.tree.map_structure(ops.convert_to_numpy, structure)


def test_sentences_are_the_most_probable_of_the_length(captioner):
    rng = np.random.default_rng(3)
    content = rng.normal(size=(2, DIM)).astype("float32")
    tags = np.array([[1, 3, 2], [2, 1, 0]])
    tokens, scores = numpy_of(captioner.generate(content, tags, 64))
    assert tokens.shape == (2, 64, 3) and scores.shape == (2, 64)
    for row in range(2):
        expected = sorted(
            all_sentences(captioner, content[row], tags[row]), reverse=True
        )[:16]
        for place, (score, words) in enumerate(expected):
            padded = [*words, *[0] * (3 - len(words))]
            assert tokens[row, place].tolist() == padded
            np.testing.assert_allclose(scores[row, place], score, rtol=1e-4)


@pytest.mark.parametrize("weights", [(1.0, 0.1), (0.0, 1.0), (2.0, 0.0)])
def test_captions_are_the_best_of_all_sentences(captioner, weights):
    """Of all structures, judged by the strings that they are."""
    cosine_weight, language_weight = weights
    images = pictures()
    texts, scores = captioner.caption(
        images,
        4,
        beam_width=64,
        cosine_weight=cosine_weight,
        language_weight=language_weight,
        batch_size=2,
    )
    vectors = numpy_of(captioner.embedding.encode_image(images))
    for number, vector in enumerate(vectors):
        found = []
        for tags in STRUCTURES.sequences:
            sentences = all_sentences(captioner, vector, np.array(tags))
            strings = [
                " ".join(WORDS[word] for word in words)
                for _, words in sentences
            ]
            encoded = numpy_of(captioner.embedding.encode_text(strings))
            for text, cosine, (log_prob, _) in zip(
                strings, encoded @ vector, sentences, strict=True
            ):
                score = cosine_weight * cosine + language_weight * log_prob
                found.append((score, text))
        expected = sorted(found, reverse=True)[:4]
        np.testing.assert_allclose(
            scores[number], [score for score, _ in expected], rtol=1e-4
        )
        if language_weight:  # a bag of words has ties
            assert texts[number] == [text for _, text in expected]


FEW_WORDS = TagStructures([[1, 2], [2], [3, 1, 1]], [1, 1, 1])


def test_what_does_not_exist_is_ranked_last():
    """Of one word there are four sentences, of which 8 are asked."""
    network = captioner_of(embedding_of(), FEW_WORDS).caption_network(
        24, beam_width=8, language_weight=0.0
    )
    found = network.predict(pictures(), verbose=0)
    is_there = np.isfinite(found["log_probability"])
    np.testing.assert_array_equal(is_there, np.tile(np.arange(24) < 20, (3, 1)))
    np.testing.assert_array_equal(np.isneginf(found["score"]), ~is_there)
    scores = found["score"][:, :20]
    assert np.all(np.diff(scores, axis=1) <= 0.0)
    np.testing.assert_allclose(scores, found["cosine"][:, :20], rtol=1e-6)


@pytest.mark.parametrize("weights", [(1.0, 0.1), (-1.0, 0.0)])
def test_equal_captions_come_once(weights):
    """Five structures of two lengths: 4 + 16 different sentences."""
    cosine_weight, language_weight = weights
    structures = TagStructures([[1, 2], [2, 1], [3, 3], [3], [1]], [1] * 5)
    model = captioner_of(embedding_of(), structures)
    network = model.caption_network(
        25,
        beam_width=16,
        cosine_weight=cosine_weight,
        language_weight=language_weight,
    )
    found = network.predict(pictures(), verbose=0)
    vectors = numpy_of(model.embedding.encode_image(pictures()))
    for number, vector in enumerate(vectors):
        best = {}
        for tags in structures.sequences:
            for log_prob, words in all_sentences(model, vector, np.array(tags)):
                ids = np.array([words])
                text = numpy_of(model.embedding.encode_text(ids))[0]
                score = cosine_weight * text @ vector
                score += language_weight * log_prob
                best[words] = max(score, best.get(words, -np.inf))
        assert len(best) == 20
        rows, scores = found["tokens"][number], found["score"][number]
        chosen = [tuple(row[row > 0].tolist()) for row in rows]
        assert set(chosen[:20]) == set(best) and not any(chosen[20:])
        expected = [best[words] for words in chosen[:20]]
        np.testing.assert_allclose(scores[:20], expected, rtol=1e-3, atol=1e-5)
        assert np.all(np.diff(scores[:20]) <= 0.0)
        assert np.all(np.isneginf(scores[20:]))
    assert not found["tags"][:, 20:].any()


def test_details_of_captions_agree(captioner):
    network = captioner.caption_network(
        5, beam_width=3, cosine_weight=0.7, language_weight=0.2
    )
    found = network.predict(pictures(), verbose=0)
    np.testing.assert_allclose(
        found["score"],
        0.7 * found["cosine"] + 0.2 * found["log_probability"],
        rtol=1e-5,
    )
    assert np.all(np.diff(found["score"], axis=1) <= 0.0)
    np.testing.assert_array_equal(found["tokens"] > 0, found["tags"] > 0)
    known = {tuple(each) for each in STRUCTURES.sequences}
    assert {tuple(t[t > 0]) for t in found["tags"].reshape(-1, 3)} <= known
    assert len(np.unique(found["tags"].reshape(-1, 3), axis=0)) > 1
    assert 1 not in found["tokens"]


def test_network_is_made_once(captioner):
    network = captioner.caption_network(2)
    assert captioner.caption_network(2) is network
    assert captioner.caption_network(2, seed=1) is not network
    # It is no part of the captioner, of whose weights it is made.
    assert not [w for w in captioner.weights if w.path.startswith("caption")]


def test_fewer_structures_can_be_drawn(captioner):
    network = captioner.caption_network(1, num_structures=1)
    found = network.predict(pictures(), verbose=0)["tags"]
    drawn = STRUCTURES.sample(1, 0)
    np.testing.assert_array_equal(found, np.tile(drawn[None], (3, 1, 1)))


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="compiles by TensorFlow"
)
@pytest.mark.parametrize("jit_compile", [True, False])
def test_compiled_equals_eager(captioner, jit_compile):
    import tensorflow as tf

    network = captioner.caption_network(3)
    compiled = tf.function(network, jit_compile=jit_compile)
    expected = numpy_of(network(pictures()))
    for name, found in compiled(pictures()).items():
        np.testing.assert_allclose(
            found, expected[name], rtol=1e-4, atol=1e-5, err_msg=name
        )


def test_captioner_is_saved_with_its_embedding(tmp_path):
    keras.utils.set_random_seed(0)
    embedding = embedding_of(encoder="peephole_lstm")
    embedding.compile(keras.optimizers.Adam(0.1))
    tokens = np.array([[2, 4, 0], [3, 5, 2]])
    pairs = {"image": pictures(2), "tokens": tokens}
    embedding.fit(pairs, np.arange(2), verbose=0)
    model = captioner_of(embedding)
    model.compile(keras.optimizers.Adam(0.1))
    sentences = {
        "tokens": tokens,
        "tags": np.array([[1, 2, 0], [1, 2, 3]]),
        "content": numpy_of(embedding.encode_text(tokens)),
    }
    before = [w.numpy() for w in embedding.weights]
    model.fit(sentences, epochs=2, verbose=0)
    for weight, old in zip(embedding.weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), old)
    assert not embedding.trainable_weights

    model.save(tmp_path / "captioner.keras")
    loaded = keras.saving.load_model(tmp_path / "captioner.keras")
    expected, found = (m.caption(pictures(), 2) for m in (model, loaded))
    assert found[0] == expected[0]
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-5)
    # Both go on alike.
    for each in (model, loaded):
        each.fit(sentences, epochs=1, shuffle=False, verbose=0)
    np.testing.assert_allclose(
        loaded.caption(pictures(), 2)[1],
        model.caption(pictures(), 2)[1],
        rtol=1e-4,
    )
