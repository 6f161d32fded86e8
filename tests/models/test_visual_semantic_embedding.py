import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.layers import CaptionEncoder
from keras_dl4.losses import PairwiseRankingLoss
from keras_dl4.models import VisualSemanticEmbedding

WORDS = ["", "[UNK]", "red", "blue", "circle", "square"]
TEXTS = ["red circle", "blue circle", "red square", "blue square"]
TOKENS = np.array([[2, 4], [3, 4], [2, 5], [3, 5]])
FEATURES = np.array(
    [[1, 0, 1, 0], [0, 1, 1, 0], [1, 0, 0, 1], [0, 1, 0, 1]], "float32"
)
PAIRS = {"image": FEATURES, "tokens": TOKENS}


def make_model(encoder="bag_of_words", image_encoder=None, **kwargs):
    return VisualSemanticEmbedding(
        image_encoder,
        CaptionEncoder(len(WORDS), 8, encoder),
        8,
        WORDS,
        **kwargs,
    )


def values(tensor):
    return ops.convert_to_numpy(tensor)


def compiled(loss=None, **kwargs):
    model = make_model(**kwargs)
    model.compile(keras.optimizers.Adam(0.05), loss)
    return model


@pytest.fixture(scope="module")
def trained():
    keras.utils.set_random_seed(0)
    model = compiled(PairwiseRankingLoss(0.5))
    model.fit(PAIRS, np.arange(4), epochs=60, verbose=0)
    model.build_index(FEATURES, batch_size=3)
    return model


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def test_vectors_are_those_of_the_paper():
    """x = W_I q and v, of length one, and the loss of their products."""
    model = compiled()
    outputs = model(PAIRS)
    matrix, table = (
        model.projection.get_weights()[0],
        model.sentence_encoder.words.get_weights()[0],
    )
    images = unit(FEATURES @ matrix)
    texts = unit(table[TOKENS].sum(1))
    np.testing.assert_allclose(outputs["image"], images, atol=1e-5)
    np.testing.assert_allclose(outputs["text"], texts, atol=1e-5)
    scores = images @ texts.T
    np.testing.assert_allclose(model.score(FEATURES, TEXTS), scores, atol=1e-5)
    ids = np.array([3, 5, 3, 9])
    costs = [
        max(0.0, 0.2 - scores[n, n] + s)
        for n in range(4)
        for k in range(4)
        if ids[k] != ids[n]
        for s in (scores[n, k], scores[k, n])
    ]
    found = model.evaluate(PAIRS, ids, verbose=0)
    np.testing.assert_allclose(found, sum(costs) / 4, rtol=1e-5)


def test_texts_find_their_images(trained):
    places, scores = trained.search(TEXTS, k=2)
    assert places.shape == scores.shape == (4, 2)
    np.testing.assert_array_equal(places[:, 0], range(4))
    assert np.all(scores[:, 0] > scores[:, 1])
    one, _ = trained.search("A blue CIRCLE!", k=9)
    assert one.shape == (4,) and one[0] == 1


@pytest.mark.parametrize("image", [1, -3, FEATURES[1]])
def test_blue_circle_minus_blue_plus_red_is_a_red_circle(trained, image):
    places, _ = trained.analogy(image, minus="blue", plus="red", k=9)
    assert places[0] == 0
    # A picture that is asked about by its place is no answer.
    assert (1 in places) == (np.ndim(image) > 0)


def test_images_may_keep_their_lengths():
    model = make_model(normalize_images=False)
    lengths = np.linalg.norm(values(model(PAIRS)["image"]), axis=1)
    assert np.abs(lengths - 1.0).max() > 0.01


def test_any_network_encodes_images():
    encoder = keras.Sequential(
        [keras.layers.Conv2D(3, 3), keras.layers.GlobalAveragePooling2D()]
    )
    model = make_model("peephole_lstm", encoder)
    model.compile("adam")
    pairs = {**PAIRS, "image": np.ones((4, 8, 8, 3), "float32")}
    model.fit(pairs, np.arange(4), verbose=0)
    assert len(encoder.trainable_variables) == 2


def test_fixed_word_vectors_are_set_by_name():
    sentences = CaptionEncoder(6, 8, "bag_of_words", 3, trainable_words=False)
    model = VisualSemanticEmbedding(None, sentences, 8, WORDS)
    number = model.set_word_vectors(["green", "square", "red"], np.eye(3))
    assert number == 2
    table = sentences.words.get_weights()[0]
    np.testing.assert_array_equal(table[[5, 2]], np.eye(3)[1:])


def test_word_vectors_of_no_word_are_refused():
    model = make_model()
    with pytest.raises(ValueError, match="none of 2 is among its 6"):
        model.set_word_vectors(["Red", "green"], np.ones((2, 8)))
    model = VisualSemanticEmbedding(None, CaptionEncoder(6, 8), 8)
    with pytest.raises(ValueError, match="in the `vocabulary`"):
        model.set_word_vectors(["red"], np.ones((1, 8)))


@pytest.mark.parametrize(
    "loss",
    [
        {"negatives": "random", "seed": 3},
        {"negatives": "max", "hard_weight": 0.25},
    ],
)
def test_resumed_run_goes_on_bit_for_bit(tmp_path, loss):
    model = compiled(PairwiseRankingLoss(0.9, **loss))
    model.fit(PAIRS, np.arange(4), verbose=0, shuffle=False)
    if model.loss.hard_weight is not None:
        model.loss.hard_weight.assign(0.75)
    model.save(tmp_path / "model.keras")
    other = keras.saving.load_model(tmp_path / "model.keras")
    for each in (model, other):
        each.fit(PAIRS, np.arange(4), verbose=0, shuffle=False)
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    if other.loss.hard_weight is not None:
        assert float(other.loss.hard_weight) == 0.75


def test_another_loss_may_follow_a_built_model():
    model = compiled(PairwiseRankingLoss(negatives="max"))
    model(PAIRS)
    number = len(model.non_trainable_variables)
    model.compile("adam", PairwiseRankingLoss(negatives="sum"))
    assert len(model.non_trainable_variables) == number - 1


@pytest.mark.parametrize(
    ("changes", "ids", "message"),
    [
        ({"image": FEATURES * np.nan}, range(4), "must be finite"),
        ({"tokens": TOKENS + 1}, range(4), "words must be ints from 0 to 5"),
        ({"tokens": TOKENS * 1.0}, range(4), "words must be ints"),
        ({"tokens": TOKENS * 0}, range(4), "caption must have a word"),
        ({}, None, "There must be an image id for each pair"),
        ({}, range(3), "ids for 4 pairs"),
        ({}, range(-1, 3), "Ids of images must be ints"),
        ({}, [0, 1, 2, 2**24], "Ids of images must be ints"),
    ],
)
def test_bad_data_is_refused(changes, ids, message):
    model = compiled()
    ids = None if ids is None else np.array(ids)
    for run in (model.fit, model.evaluate):
        with pytest.raises(ValueError, match=message):
            run({**PAIRS, **changes}, ids, verbose=0)


def test_bad_arguments_are_refused():
    sentences = CaptionEncoder(6, 8)
    for arguments, message in (
        ((None, None), "`sentence_encoder` must be"),
        ((None, sentences, 0), "`embedding_dim` must be"),
        ((None, sentences, 8, ["red"]), "`vocabulary` must be"),
    ):
        with pytest.raises(ValueError, match=message):
            VisualSemanticEmbedding(*arguments)
    with pytest.raises(ValueError, match="Sentences must become"):
        VisualSemanticEmbedding(None, sentences, 9)(PAIRS)
    model = VisualSemanticEmbedding(None, sentences, 8)
    with pytest.raises(ValueError, match="no `vocabulary`"):
        model.encode_text("red")
    with pytest.raises(ValueError, match="Call `build_index"):
        model.search(TOKENS)
    with pytest.raises(ValueError, match="Images must become"):
        model({**PAIRS, "image": np.ones((4, 2, 2))})
    with pytest.raises(ValueError, match="a dict of 'image' and 'tokens'"):
        make_model().build({"image": (None, 4)})
    model.build_index(FEATURES)
    with pytest.raises(ValueError, match="`k` must be a positive int"):
        model.search(TOKENS, k=0)


def test_replicas_share_their_negatives(strategy):
    """On each alone there would be none: both of its pairs are one image."""
    ids = np.array([5, 5, 8, 8])
    one = compiled()
    one(PAIRS)
    start = one.get_weights()
    with strategy.scope():
        two = compiled()
        two(PAIRS)
    two.set_weights(start)
    losses = [
        each.fit(PAIRS, ids, batch_size=4, shuffle=False, verbose=0).history[
            "loss"
        ][0]
        for each in (one, two)
    ]
    assert losses[0] > 0.0
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-5)
    for a, b in zip(one.get_weights(), two.get_weights(), strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-5, atol=1e-6)
    assert any(
        np.any(a != b) for a, b in zip(one.get_weights(), start, strict=True)
    )
