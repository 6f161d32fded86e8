"""What one memory network and several do with stories, text and sizes."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.datasets import babi
from keras_dl4.layers import StoryVectorizer
from keras_dl4.models import MemN2N
from keras_dl4.models import MemN2NRestarts

WORDS = ["", "[UNK]", *"a garden in is kim office sat sue the to who".split()]
SIZES = {"embedding_dim": 5, "memory_size": 6}
STORY = "Kim sat. Sue in the office."


def compiled(model):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss, metrics=["accuracy"], jit_compile=False)
    return model


def single(**options):
    return compiled(MemN2N(WORDS, **SIZES, **options))


def several(**options):
    return compiled(MemN2NRestarts(WORDS, 2, 0, **SIZES, **options))


def data(rng, slots=6, num_words=4):
    story = rng.integers(2, 13, (8, slots, num_words)).astype("int32")
    question = rng.integers(2, 13, (8, 3)).astype("int32")
    return {"story": story, "question": question}


MODELS = pytest.mark.parametrize("make", [single, several])


def spread_out(model, rng):
    for weight in model.memory_weights.values():
        weight.assign(rng.normal(size=weight.shape))
    return model


def test_trained_model_explains_a_question_longer_than_in_training():
    dataset = babi.load(task=1, source="generated", size="1k", seed=0)
    vectorizer = StoryVectorizer(memory_size=50)
    vectorizer.adapt(dataset.train)
    x, y = vectorizer.encode(dataset.train[:64])
    model = MemN2N(
        vectorizer.vocabulary,
        embedding_dim=20,
        num_hops=3,
        memory_size=50,
        weight_tying="adjacent",
        sentence_encoding="position",
    )
    compiled(model).fit(x, y, verbose=0)
    found = model.explain(
        "Mary got the milk. John moved to the bedroom. Mary went to the "
        "hallway.",
        "Where is the milk?",
    )
    assert found.answer in vectorizer.vocabulary
    assert found.attention.shape == (3, 3)


def test_longer_question_has_positions_of_its_own_length(rng):
    model = spread_out(single(), rng)
    model(data(rng))
    question = np.array([[5, 8, 9, 10, 2]])
    story = data(rng)["story"][:1]
    expected, _ = model.answer({"story": story, "question": question})
    wide = np.pad(question, ((0, 0), (0, 7)))
    found, _ = model.answer({"story": story, "question": wide})
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    # One as in training is as in training, however wide.
    expected = model({"story": story, "question": question[:, :3]})
    wide = np.pad(question[:, :3], ((0, 0), (0, 7)))
    found, _ = model.answer({"story": story, "question": wide})
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_explanation_has_as_many_empty_memories_as_training(rng, tmp_path):
    """They get attention, and so change what is read."""
    model = spread_out(single(), rng)
    model(data(rng, slots=3))
    inputs = StoryVectorizer(3, WORDS, 4, 3).encode_text(STORY, "Who sat?")
    attention = ops.convert_to_numpy(model.answer(inputs)[1])[0, :, 1::-1]
    model.save(tmp_path / "model.keras")
    for each in (model, keras.saving.load_model(tmp_path / "model.keras")):
        assert each.num_slots == 3
        found = each.explain(STORY, "Who sat?")
        np.testing.assert_allclose(found.attention, attention, atol=1e-6)


def test_restart_reads_as_many_memories_as_all(rng, tmp_path):
    restarts = several()
    x, y = data(rng, slots=3), np.arange(2, 10)
    restarts.train(x, y, epochs=1, linear_epochs=0, verbose=0)
    restarts.save(tmp_path / "model.keras")
    for each in (restarts, keras.saving.load_model(tmp_path / "model.keras")):
        best = each.best()
        assert (best.num_slots, best.sentence_length) == (3, 4)
        assert each.vectorizer.memory_size == 3


@MODELS
def test_vectorizer_is_saved_with_the_model(make, rng, tmp_path):
    model = make()
    with pytest.raises(ValueError, match="never called"):
        assert model.vectorizer
    model(data(rng))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    vectorizer = StoryVectorizer(6, WORDS, 4, 3)
    for name, ids in vectorizer.encode_text(STORY, "Who sat?").items():
        found = again.vectorizer.encode_text(STORY, "Who sat?")[name]
        np.testing.assert_array_equal(found, ids)


@MODELS
@pytest.mark.parametrize("method", ["fit", "evaluate", "predict"])
def test_ids_that_are_no_words_are_refused(make, method, rng):
    x = data(rng)
    x["story"][0, 0, 0] = 99
    arguments = (x,) if method == "predict" else (x, np.arange(2, 10))
    with pytest.raises(ValueError, match="The story must hold ids"):
        getattr(make(), method)(*arguments, verbose=0)


@MODELS
def test_sentences_of_another_length_than_in_training_are_refused(make, rng):
    model, y = make(), np.arange(2, 10)
    model(data(rng))
    wide = data(rng, num_words=5)
    for use in (
        model,
        lambda x: model.predict(x, verbose=0),
        lambda x: model.evaluate(x, y, verbose=0),
        lambda x: model.fit(x, y, verbose=0),
    ):
        with pytest.raises(ValueError, match="`sentence_length=4`.*Pad as in"):
            use(wide)


@MODELS
def test_padding_and_the_unknown_word_are_no_answers(make, rng):
    model = make()
    found = ops.convert_to_numpy(model(data(rng)))
    assert (found[:, :2] < -1e8).all()
    assert (found[:, 2:] > -1e8).all()


@MODELS
def test_unknown_answers_are_errors_but_not_learned(make, rng):
    model, x = make(), data(rng)
    right = ops.convert_to_numpy(model(x)).argmax(-1)
    with pytest.raises(ValueError, match="every answer must be a word"):
        model.fit(x, np.arange(1, 9), verbose=0)
    half = np.where(np.arange(8) < 4, right, 1)
    losses = {
        name: model.evaluate(x, y, return_dict=True, verbose=0)
        for name, y in (("right", right), ("half", half))
    }
    assert losses["right"]["accuracy"] == 1.0
    assert losses["half"]["accuracy"] == 0.5
    assert 0.0 < losses["half"]["loss"] < losses["right"]["loss"]
    history = model.fit(x, right, validation_data=(x, half), verbose=0).history
    assert np.isfinite(history["val_loss"][0])


def test_restart_that_diverged_has_no_part_in_the_ensemble(rng):
    model, x = several(), data(rng)
    words = ops.convert_to_numpy(model.memory_weights["words"])
    broken = words.reshape(13, -1, 2, 5).copy()
    broken[:, :, 1] = np.nan
    model.memory_weights["words"].assign(broken.reshape(words.shape))
    expected = ops.log_softmax(model.restart(0)(x))
    found = ops.convert_to_numpy(model(x))
    np.testing.assert_allclose(found[:, 2:], expected[:, 2:], atol=1e-5)
    model.training_loss.assign([2.0, np.nan])
    assert model.best_index == 0


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda model: model.restart(2), "from 0 to 1. Received: index=2"),
        (lambda model: model.restart(-1), "Received: index=-1"),
        (lambda model: model.train({}, [], held_out="a"), "share of the quest"),
        (lambda model: model.train({}, [], epoch=3), r"Received: \['epoch'\]"),
        (lambda model: single().explain(STORY, None), "never called"),
    ],
)
def test_bad_argument_raises(use, message):
    with pytest.raises(ValueError, match=message):
        use(several())


@pytest.mark.parametrize("question", [None, ["Who sat?"]])
def test_question_that_is_not_text_raises(question):
    model = single(sentence_length=4, question_length=3)
    with pytest.raises(ValueError, match="A question must be a string"):
        model.explain(STORY, question)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="only TensorFlow exports"
)
def test_exported_model_takes_ints(rng, tmp_path):
    import tensorflow as tf

    model, x = single(), data(rng)
    expected = model(x)
    model.export(tmp_path / "1", verbose=False)
    loaded = tf.saved_model.load(str(tmp_path / "1"))
    found = loaded.serve({k: tf.constant(ids[:3]) for k, ids in x.items()})
    np.testing.assert_allclose(found, expected[:3], rtol=1e-5)
