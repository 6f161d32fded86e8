"""The model against NumPy, by its words, and in training."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.layers import MemoryHop
from keras_dl4.layers import StoryVectorizer
from keras_dl4.models import MemN2N
from tests.ops import memory_network_reference as reference

WORDS = ["", "[UNK]", *"a garden in is kim office sat sue the to who".split()]


@pytest.fixture
def data(rng):
    story = rng.integers(1, 13, (4, 6, 4)).astype("int32")
    for row, size in enumerate((0, 1, 4, 6)):
        story[row, size:] = 0
    story[3, :, 3:] = 0
    return {"story": story, "question": rng.integers(1, 13, (4, 3))}


def small(vocabulary=13, **options):
    return MemN2N(
        vocabulary, **{"embedding_dim": 5, "memory_size": 6} | options
    )


def spread_out(model, rng):
    """Larger weights than at the start, which change every answer."""
    for weight in model.memory_weights.values():
        weight.assign(rng.normal(size=weight.shape))
    return model


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"weight_tying": "layerwise", "temporal_encoding": "word"},
        {"sentence_encoding": "bow", "temporal_encoding": None},
        {"sentence_encoding": "position_matlab", "nonlinearity": "relu"},
        {"mask_empty": True, "per_sentence_length": True},
        {"num_hops": 1, "linear": True},
    ],
    ids=str,
)
def test_model_is_that_of_the_paper(options, data, rng):
    model = spread_out(small(return_attention=True, **options), rng)
    outputs = model(data)
    shape = model.architecture
    tables = reference.tables_of(model.memory_weights, shape)
    for row in range(4):
        logits, attention = reference.answer(
            data["story"][row],
            data["question"][row],
            tables,
            encoding=shape.sentence_encoding,
            temporal=shape.temporal_encoding,
            nonlinearity=shape.nonlinearity,
            mask_empty=shape.mask_empty,
            per_sentence=shape.per_sentence_length,
            linear=options.get("linear", False),
        )
        found, logits = outputs["logits"][row, 2:], logits[2:]
        scale = np.abs(logits).max()
        np.testing.assert_allclose(found / scale, logits / scale, atol=1e-5)
        np.testing.assert_allclose(
            outputs["attention"][row], attention, rtol=1e-4, atol=1e-5
        )


@pytest.mark.parametrize("mask_empty", [False, True])
def test_attention_sums_to_one(mask_empty, data, rng):
    model = spread_out(small(mask_empty=mask_empty), rng)
    logits, attention = model.answer(data)
    attention = ops.convert_to_numpy(attention)
    assert attention.shape == (4, 3, 6)
    np.testing.assert_allclose(attention[1:].sum(-1), 1.0, atol=1e-5)
    # There is nothing to attend to in an empty story.
    expected = 0.0 if mask_empty else 1.0
    np.testing.assert_allclose(attention[0].sum(-1), expected, atol=1e-5)
    is_empty = data["story"].sum(-1) == 0
    seen = attention.transpose(0, 2, 1)[is_empty]
    assert (seen > 0.0).all() != mask_empty
    np.testing.assert_allclose(model(data), logits, atol=1e-6)


def test_layerwise_model_is_a_recurrent_layer(data, rng):
    model = spread_out(small(weight_tying="layerwise"), rng)
    tables = reference.tables_of(model.memory_weights, model.architecture)

    def encode(story, table, time):
        return [
            reference.encode(ids, table, "position") + time[slot]
            if any(ids)
            else np.zeros(5)
            for slot, ids in enumerate(story)
        ]

    keys, values = (
        np.array(
            [
                encode(story, tables[name][0], tables["T" + name][0])
                for story in data["story"]
            ]
        ).astype("float32")
        for name in ("A", "C")
    )
    state = np.array(
        [
            reference.encode(ids, tables["B"], "position")
            for ids in data["question"]
        ]
    ).astype("float32")
    hop = MemoryHop(use_transition=True)
    hop.build([state.shape, keys.shape, values.shape])
    hop.transition.assign(model.memory_weights["transition"][0])
    for _ in range(3):
        state = hop([state, keys, values])
    answers = tables["W"] * (np.arange(13) > 0)[:, None]
    expected = (ops.convert_to_numpy(state) @ answers.T)[:, 2:]
    scale, found = np.abs(expected).max(), model(data)[:, 2:]
    np.testing.assert_allclose(found / scale, expected / scale, atol=1e-5)


def test_time_words_are_time_vectors_with_bags_of_words(data, rng):
    bag = {"sentence_encoding": "bow"}
    vector = spread_out(small(temporal_encoding="vector", **bag), rng)
    word = small(temporal_encoding="word", **bag)
    word.set_weights(vector.get_weights())
    np.testing.assert_allclose(vector(data), word(data), atol=1e-4)


def test_sentences_beyond_the_memory_do_not_matter():
    vectorizer = StoryVectorizer(2, WORDS, 4, 3)
    model = small(WORDS, memory_size=2)
    story = "Kim in the office. Sue sat. Kim sat."
    one = model(vectorizer.encode_text(story, "Who sat?"))
    other = model(vectorizer.encode_text("Sue sat. Kim sat.", "Who sat?"))
    np.testing.assert_array_equal(one, other)


def test_noise_is_in_training_only(data, rng):
    model = spread_out(small(random_noise=1.0, seed=0), rng)
    np.testing.assert_array_equal(model(data), model(data))
    differs = np.abs(model(data, training=True) - model(data)).max(1)
    assert differs[0] < 1e-6  # An empty story has no age.
    assert differs[3] > 1e-3
    quiet = spread_out(small(random_noise=0.0), rng)
    np.testing.assert_array_equal(quiet(data, training=True), quiet(data))


def test_linear_start_ends_by_an_assignment(data, rng):
    model = spread_out(small(linear=True), rng)
    softmax = small()
    softmax.set_weights(model.get_weights())
    softmax.linear.assign(False)
    assert np.abs(model(data) - softmax(data)).max() > 1.0
    model.linear.assign(False)
    np.testing.assert_array_equal(model(data), softmax(data))


def compiled(model):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.05), loss, metrics=["accuracy"])
    return model


def test_fit_learns_where_people_are(rng):
    """The newest sentence with the person decides, not the newest one."""
    people = rng.integers(2, 4, (400, 4))
    places = rng.integers(4, 8, (400, 4))
    story = np.stack([people, places], axis=-1)
    question = rng.integers(2, 4, (400, 1))
    story[:, 3, 0] = question[:, 0]  # Everyone asked for is somewhere.
    first = np.argmax(story[..., 0] == question, axis=1)
    y = places[np.arange(400), first]
    x = {"story": story, "question": question}
    # Loss and metrics are of the logits, with attention beside them.
    model = compiled(MemN2N(8, 16, 1, 4, return_attention=True, seed=0))
    fitted = {"batch_size": 100, "validation_data": (x, y), "verbose": 0}
    history = model.fit(x, y, epochs=20, **fitted).history
    assert history["val_accuracy"][-1] > 0.95


def test_explanation_says_what_was_looked_at(rng):
    model = spread_out(small(WORDS, sentence_length=4, question_length=3), rng)
    story = ["Kim in the office.", "Sue sat."]
    found = model.explain(" ".join(story), "Who sat?")
    vectorizer = StoryVectorizer(6, WORDS, 4, 3)
    logits, attention = model.answer(vectorizer.encode_text(story, "Who sat?"))
    logits, attention = (
        ops.convert_to_numpy(each)[0] for each in (logits, attention)
    )
    assert found.sentences == story
    assert found.answer == WORDS[np.argmax(logits)]
    np.testing.assert_allclose(
        found.probability,
        np.exp(logits.max()) / np.exp(logits).sum(),
        rtol=1e-4,
    )
    # Oldest first, as the story is told.
    np.testing.assert_allclose(found.attention, attention[:, 1::-1])
    again = model.explain(story, "Who sat?")
    np.testing.assert_array_equal(again.attention, found.attention)
    header, *rows, answer = str(found).splitlines()
    assert header.split() == [*"Story Hop 1 Hop 2 Hop 3".split()]
    assert rows[1].startswith("Sue sat.")
    assert rows[1].split()[-1] == f"{attention[2, 0]:.2f}"
    assert answer.startswith(f"Who sat? {found.answer} (")


def test_explanation_of_a_long_story_shows_what_was_not_read(rng):
    model = small(WORDS, memory_size=2, sentence_length=4, question_length=3)
    found = model.explain("Kim sat. Sue sat. Kim in a garden.", "Who sat?")
    assert found.attention.shape == (3, 3)
    assert not found.attention[:, 0].any()
    np.testing.assert_allclose(found.attention.sum(1), 1.0, atol=1e-5)


def test_lengths_are_those_of_the_first_call_and_saved(data, tmp_path):
    model = small(WORDS)
    model(data)
    assert (model.sentence_length, model.question_length) == (4, 3)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    story, question = "Kim in the office. Sue sat.", "Who sat?"
    np.testing.assert_array_equal(
        again.explain(story, question).attention,
        model.explain(story, question).attention,
    )


def test_linear_phase_is_saved(tmp_path, data):
    model = small(linear=True)
    model(data)
    model.linear.assign(False)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(data), model(data))
