"""Visual-semantic embeddings that read and write text, as SavedModels."""

import keras
import numpy as np
import pytest

from keras_dl4 import layers
from keras_dl4 import models
from keras_dl4 import serving
from keras_dl4.datasets import TagStructures

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="only TensorFlow exports"
)

WORDS = ["", "[UNK]", "a", "blue", "circle", "red", "élan"]
TEXTS = ["A red,\u3000(blue) circle!", "", "élan\nfoo a", "... ?"]


def embedding_of(vocabulary=WORDS):
    image_encoder = keras.Sequential(
        [
            keras.layers.Conv2D(3, 3, activation="tanh"),
            keras.layers.GlobalAveragePooling2D(),
        ]
    )
    encoder = layers.CaptionEncoder(len(WORDS), 6, "peephole_lstm")
    model = models.VisualSemanticEmbedding(
        image_encoder, encoder, 6, vocabulary
    )
    model.build({"image": (None, 8, 9, 2), "tokens": (None, None)})
    return model


def captioner_of(embedding):
    structures = TagStructures([[1, 2, 3], [1, 3], [2]], [5, 3, 1])
    model = models.SCNLM(
        WORDS,
        4,
        4,
        2,
        content_dim=6,
        tag_dim=5,
        num_factors=7,
        future_tags=1,
        embedding=embedding,
        structures=structures,
    )
    rng = np.random.default_rng(1)
    for variable in model.trainable_variables:
        # Larger than at the start, so that words differ in probability.
        variable.assign(0.8 * rng.normal(size=variable.shape))
    return model


def pictures(number=3):
    rng = np.random.default_rng(2)
    return rng.uniform(size=(number, 8, 9, 2)).astype("float32")


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    keras.utils.set_random_seed(0)
    path = tmp_path_factory.mktemp("model") / "1"
    captioner = captioner_of(embedding_of())
    report = serving.export_visual_semantic_embedding(
        captioner.embedding,
        path,
        captioner,
        num_candidates=3,
        beam_width=2,
        language_weight=0.4,
    )
    return captioner, report, tf.saved_model.load(str(path))


def test_signatures_take_images_and_strings(exported):
    image = {"image": {"dtype": "float32", "shape": (None, 8, 9, 2)}}
    text = {"text": {"dtype": "string", "shape": (None,)}}
    vector = {"embedding": {"dtype": "float32", "shape": (None, 6)}}
    caption = {
        "caption": {"dtype": "string", "shape": (None, 3)},
        "score": {"dtype": "float32", "shape": (None, 3)},
    }
    score = {"score": {"dtype": "float32", "shape": (None,)}}
    assert exported[1]["signatures"] == {
        "encode_image": {"inputs": image, "outputs": vector},
        "encode_text": {"inputs": text, "outputs": vector},
        "score": {"inputs": {**image, **text}, "outputs": score},
        "caption": {"inputs": image, "outputs": caption},
        "serve": {"inputs": image, "outputs": caption},
        "serving_default": {"inputs": image, "outputs": caption},
    }


def test_texts_are_read_as_by_the_model(exported):
    captioner, _, loaded = exported
    expected = captioner.embedding.encode_text(TEXTS)
    assert len({row.tobytes() for row in expected.numpy()}) == 3
    found = loaded.signatures["encode_text"](text=tf.constant(TEXTS))
    np.testing.assert_allclose(found["embedding"], expected, atol=1e-6)
    alone = loaded.signatures["encode_text"](text=tf.constant([""]))
    np.testing.assert_allclose(alone["embedding"], expected[1:2], atol=1e-6)


def test_scores_are_those_of_pairs(exported):
    captioner, _, loaded = exported
    scores = captioner.embedding.score(pictures(4), TEXTS)
    found = loaded.signatures["score"](
        image=tf.constant(pictures(4)), text=tf.constant(TEXTS)
    )
    np.testing.assert_allclose(found["score"], np.diag(scores), atol=1e-6)


@pytest.mark.parametrize("number", [1, 4])
def test_captions_are_those_of_the_captioner(exported, number):
    captioner, _, loaded = exported
    texts, scores = captioner.caption(
        pictures(number), 3, beam_width=2, language_weight=0.4
    )
    found = loaded.signatures["caption"](image=tf.constant(pictures(number)))
    strings = [
        [text.decode() for text in row] for row in found["caption"].numpy()
    ]
    assert strings == texts
    np.testing.assert_allclose(found["score"], scores, atol=1e-5)


def test_without_captioner_images_are_encoded(tmp_path):
    model = embedding_of()
    report = serving.export_visual_semantic_embedding(model, tmp_path / "1")
    assert "caption" not in report["signatures"]
    serve = tf.saved_model.load(str(tmp_path / "1")).signatures["serve"]
    np.testing.assert_allclose(
        serve(image=tf.constant(pictures()))["embedding"],
        model.encode_image(pictures()),
        atol=1e-6,
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: (embedding_of(None), None), "vocabulary=None"),
        (
            lambda: (
                models.VisualSemanticEmbedding(
                    None, layers.CaptionEncoder(7, 6), 6, WORDS
                ),
                None,
            ),
            "built=False",
        ),
        (lambda: (embedding_of(), captioner_of(None)), "embedding=None"),
        (
            lambda: (embedding_of(), captioner_of(embedding_of())),
            "two spaces",
        ),
    ],
)
def test_what_cannot_be_served_is_refused(tmp_path, make, message):
    model, captioner = make()
    with pytest.raises(ValueError, match=message):
        serving.export_visual_semantic_embedding(
            model, tmp_path / "1", captioner
        )
    assert not list(tmp_path.iterdir())


def test_model_that_differs_in_a_clean_process_is_removed(tmp_path):
    with pytest.raises(ValueError, match="differs"):
        serving.export_visual_semantic_embedding(
            embedding_of(), tmp_path / "1", tolerance=-1.0
        )
    assert not list(tmp_path.iterdir())
