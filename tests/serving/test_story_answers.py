"""Memory networks that answer text by text."""

import keras
import numpy as np
import pytest

from keras_dl4 import layers
from keras_dl4 import models
from keras_dl4 import serving

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="only TensorFlow exports"
)

WORDS = [
    "",
    "[UNK]",
    "hall",
    "is",
    "it's",
    "kim",
    "the",
    "went",
    "where",
    "élan",
]
STORIES = [
    ("Kim went. It's the HALL!\nÉlan, (is) gone", "Where is Kim?"),
    ("", "Where"),
    ("... \n\n Kim.  ! went?hall\r\nthe.", "“Where” is (the) hall"),
    ("The hall. Kim went. The hall. Kim is. Élan is. The hall.", ""),
    (
        "Kim\u00a0went.\u2003The\u3000hall!\x1cIt's\x85the\vhall.",
        "Where\u2009is",
    ),
]


def vectorizer_of(words=WORDS, memory_size=4):
    return layers.StoryVectorizer(memory_size, words, 5, 4)


def model_of(words=WORDS, memory_size=4, **options):
    return models.MemN2N(words, 6, 2, memory_size, **options)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    keras.utils.set_random_seed(0)
    path = tmp_path_factory.mktemp("model") / "1"
    model = model_of()
    report = serving.export_story_answers(model, vectorizer_of(), path)
    yield model, report, tf.saved_model.load(str(path))


def ask(loaded, questions):
    story, question = zip(*questions, strict=True)
    found = loaded.signatures["answer"](
        story=tf.constant(story), question=tf.constant(question)
    )
    return {name: values.numpy() for name, values in found.items()}


def test_signature_is_from_text_to_text(exported):
    text = {"dtype": "string", "shape": (None,)}
    signatures = exported[1]["signatures"]
    for name in ("answer", "serving_default"):
        assert signatures[name]["inputs"] == {"story": text, "question": text}
        outputs = signatures[name]["outputs"]
        assert outputs["answer"] == text
        assert outputs["probability"] == {"dtype": "float32", "shape": (None,)}
        assert outputs["attention"]["dtype"] == "float32"


@pytest.mark.parametrize("number", range(len(STORIES)))
def test_answers_are_those_of_the_model_to_encoded_text(exported, number):
    """All questions are one batch, each of another length."""
    model, _, loaded = exported
    story, question = STORIES[number]
    inputs = vectorizer_of().encode_text(story, question)
    logits, attention = (x.numpy() for x in model.answer(inputs))
    exponentials = np.exp(logits[0])
    found = {name: x[number] for name, x in ask(loaded, STORIES).items()}
    assert found["answer"].decode() == WORDS[logits[0].argmax()]
    np.testing.assert_allclose(
        found["probability"],
        exponentials.max() / exponentials.sum(),
        rtol=1e-5,
    )
    assert found["attention"].shape == (2, 4)
    np.testing.assert_allclose(found["attention"], attention[0], atol=1e-6)


def test_what_is_too_long_is_cut(exported):
    _, _, loaded = exported
    whole = "Kim is the hall. Kim went. Kim is. The hall. Where is the hall is."
    cut = "Kim went. Kim is. The hall. Where is the hall is."
    more = f"{whole[:-1]} the hall."
    asked = [(text, "Where is Kim?") for text in (whole, cut, more)]
    asked.append((whole, "Where " * 33))
    found = ask(loaded, [*asked, (whole, "Where " * 32)])
    for values in found.values():
        np.testing.assert_array_equal(values[0], values[1])
        np.testing.assert_array_equal(values[0], values[2])
        np.testing.assert_array_equal(values[3], values[4])


def test_longer_question_than_in_training_is_answered_as_explained(exported):
    model, _, loaded = exported
    model.build({"story": (None, 4, 5), "question": (None, 4)})
    asked = ("Kim went. The hall.", "Where is Kim the hall is?")
    expected = model.explain(*asked)
    found = ask(loaded, [asked, ("", "Where")])
    assert found["answer"][0].decode() == expected.answer
    np.testing.assert_allclose(
        found["probability"][0], expected.probability, rtol=1e-5
    )
    np.testing.assert_allclose(
        found["attention"][0, :, 1::-1], expected.attention, atol=1e-6
    )


def test_other_number_of_empty_memories_than_in_training_is_refused(tmp_path):
    model = model_of()
    model.build({"story": (None, 3, 5), "question": (None, 4)})
    with pytest.raises(ValueError, match="that of training, 3"):
        serving.export_story_answers(model, vectorizer_of(), tmp_path / "1")


@pytest.mark.parametrize(
    ("model", "vectorizer", "message"),
    [
        (lambda: model_of(WORDS[:-1]), vectorizer_of, "vocabulary of the vec"),
        (lambda: model_of(len(WORDS)), vectorizer_of, "vocabulary=10"),
        (
            model_of,
            lambda: layers.StoryVectorizer(),
            "vocabulary of the vectorizer.*vocabulary=None",
        ),
        (
            lambda: model_of(memory_size=3),
            vectorizer_of,
            "room for 3 sentences.*memory_size=4",
        ),
    ],
)
def test_what_was_not_made_together_is_refused(
    tmp_path, model, vectorizer, message
):
    with pytest.raises(ValueError, match=message):
        serving.export_story_answers(model(), vectorizer(), tmp_path / "1")
    assert not list(tmp_path.iterdir())


def test_model_that_differs_in_a_clean_process_is_removed(tmp_path):
    with pytest.raises(ValueError, match="differs"):
        serving.export_story_answers(
            model_of(), vectorizer_of(), tmp_path / "1", tolerance=-1.0
        )
    assert not list(tmp_path.iterdir())
