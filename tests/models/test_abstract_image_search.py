import numpy as np
import pytest

from keras_dl4.layers import CaptionEncoder
from keras_dl4.models import VisualSemanticEmbedding

WORDS = ["", "[UNK]", "red", "blue", "circle", "square"]
FEATURES = np.array(
    [[1, 0, 1, 0], [0, 1, 1, 0], [1, 0, 0, 1], [0, 1, 0, 1]], "float32"
)


def make_model(**kwargs):
    """One whose space has an axis for each word, so that answers are known."""
    sentences = CaptionEncoder(6, 4, "bag_of_words", dtype=kwargs.get("dtype"))
    model = VisualSemanticEmbedding(None, sentences, 4, WORDS, **kwargs)
    model.build({"image": (None, 4), "tokens": (None, None)})
    model.projection.set_weights([np.eye(4)])
    model.set_word_vectors(WORDS[2:], np.eye(4))
    model.build_index(FEATURES)
    return model


@pytest.fixture(scope="module")
def model():
    return make_model()


@pytest.mark.parametrize("image", [1, np.int64(1), FEATURES[1]])
@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_analogy_is_that_of_the_equation(dtype, image):
    """Cosines with image - minus + plus, in any precision of the model."""
    places, scores = make_model(dtype=dtype).analogy(image, "blue", "red", k=4)
    units = FEATURES / np.sqrt(2)
    query = units[1] - np.eye(4)[1] + np.eye(4)[0]
    expected = units @ query / np.linalg.norm(query)
    assert places[0] == 0
    assert (1 in places) == (np.ndim(image) > 0)
    np.testing.assert_allclose(scores, expected[places], atol=5e-3)


def test_words_of_an_analogy_are_known(model):
    for words in ({"minus": "mauve"}, {"plus": "a mauve one"}):
        name, text = next(iter(words.items()))
        with pytest.raises(ValueError, match=f"`{name}` must.*={text!r}"):
            model.analogy(1, **{"minus": "blue", "plus": "red", **words})
    # Of several words one is enough, and nothing need be taken away.
    places, _ = model.analogy(1, "the Blue one", "red", k=1)
    assert places == [0]
    assert model.analogy(1, "", "red", k=1)[0] == [0]


@pytest.mark.parametrize("place", [1.7, 4, -5, True, np.float32(1.0)])
def test_places_are_ints_of_the_index(model, place):
    with pytest.raises(ValueError, match="int from -4 to 3.*Received: image="):
        model.analogy(place, "blue", "red")


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (FEATURES[:1], r"Images must become .*shape \(1, 1, 4\)"),
        (FEATURES[0] * np.nan, "Vectors of images must be finite"),
    ],
)
def test_image_of_an_analogy_is_one_of_the_kind_in_training(
    model, image, message
):
    with pytest.raises(ValueError, match=message):
        model.analogy(image, "blue", "red")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (np.zeros((1, 2, 2), int), r"Texts must become .*shape \(1, 2, 2\)"),
        (np.zeros((1, 2)), "words must be ints from 0 to 5.*float64"),
        (np.array([[99]]), "words must be ints from 0 to 5.*from 99 to 99"),
        ([[2, -1]], "words must be ints from 0 to 5.*from -1 to 2"),
    ],
)
def test_queries_are_texts_or_ids_of_words(model, query, message):
    with pytest.raises(ValueError, match=message):
        model.search(query)


def test_index_is_of_finite_vectors_of_images():
    model = make_model()
    for images, message in (
        (FEATURES * np.nan, "Vectors of images must be finite"),
        (FEATURES[None], r"Images must become .*shape \(1, 4, 4\)"),
    ):
        with pytest.raises(ValueError, match=message):
            model.build_index(images)


def test_scores_are_products_where_images_keep_their_lengths():
    model = make_model(normalize_images=False)
    expected = FEATURES @ np.eye(4)[1]
    places, scores = model.search("blue", k=4)
    np.testing.assert_allclose(scores, expected[places], atol=1e-6)
    np.testing.assert_allclose(
        model.score(FEATURES, "blue")[:, 0], expected, atol=1e-6
    )
