"""The model against loops over one example, and what the papers say of it."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.layers import StoryVectorizer
from keras_dl4.models import MemNN
from tests.models.memnn_reference import Reference
from tests.ops.supporting_facts_reference import ranking_loss

SIZE = 12
STORY, QUESTION = (5, 4), (3,)
OPTIONS = {
    "bag of words": {},
    "bigrams": {"sentence_encoding": "bigrams"},
    "position": {"sentence_encoding": "position"},
    "nonlinear": {"nonlinear": True},
    "unknown words": {"unknown_word_rate": 1e-9},
    "no time": {"write_time": False},
    "fixed hops": {"variable_hops": False},
    "no gains": {"hop_gains": False},
    "all": {
        "sentence_encoding": "bigrams",
        "nonlinear": True,
        "unknown_word_rate": 1e-9,
        "write_time": False,
        "variable_hops": False,
        "hop_gains": False,
    },
}


def model_of(options, seed=0):
    """A model, all of whose weights are random and large enough to matter."""
    model = MemNN(
        SIZE, 6, 3, margin=0.5, return_supports=True, seed=0, **options
    )
    model.build({"story": (None, *STORY), "question": (None, *QUESTION)})
    rng = np.random.default_rng(seed)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(scale=0.4, size=variable.shape))
    return model


def reference_of(model):
    weights = {
        variable.path.split("/")[-1]: ops.convert_to_numpy(variable)
        for variable in model.trainable_variables
    }
    return Reference(weights, model.get_config())


def stories(rng, num_examples=12):
    """With unknown words, stories of 0 to 5 sentences, and equal sentences."""
    story = rng.integers(1, SIZE, (num_examples, *STORY)).astype("int32")
    story[:, :, 3] *= rng.integers(2, size=(num_examples, STORY[0]))
    story[::3, 2] = story[::3, 0]
    for row in range(num_examples):
        story[row, row % 6 :] = 0
    question = rng.integers(1, SIZE, (num_examples, *QUESTION)).astype("int32")
    return {"story": story, "question": question}


def supported(rng, num_hops=3):
    """Those with facts, of which there are as many as the row says."""
    inputs = stories(rng)
    supports = np.full((len(inputs["story"]), num_hops), -1, "int32")
    for row, length in enumerate(np.any(inputs["story"], axis=2).sum(axis=1)):
        for hop in range(min(row % 4, num_hops) if length else 0):
            supports[row, hop] = rng.integers(length)
    return {**inputs, "supports": supports}


def facts_of(row):
    return [slot for slot in row if slot >= 0]


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_answers_and_facts_are_those_of_the_equations(rng, options):
    model, inputs = model_of(options), stories(rng)
    reference = reference_of(model)
    outputs = keras.tree.map_structure(ops.convert_to_numpy, model(inputs))
    for row, (story, question) in enumerate(
        zip(inputs["story"], inputs["question"], strict=True)
    ):
        chosen, logits, _ = reference.run(story, question)
        assert facts_of(outputs["supports"][row]) == chosen
        np.testing.assert_allclose(
            outputs["logits"][row, 2:], logits, rtol=1e-4, atol=1e-5
        )
        assert np.all(outputs["logits"][row, :2] < -1e8)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_loss_is_the_sum_of_all_margins(rng, options):
    options = {**options, "unknown_word_rate": 0.0}
    model = model_of(options)
    inputs = supported(rng)
    if not model.variable_hops:  # As many facts as hops, where there are any.
        inputs["supports"] = np.abs(inputs["supports"]) % 2
        inputs = {name: array[2:6] for name, array in inputs.items()}
    answers = rng.integers(2, SIZE, len(inputs["story"])).astype("int32")
    outputs = model(inputs, training=True)
    loss = model.compute_loss(x=inputs, y=answers, y_pred=outputs)

    reference, expected = reference_of(model), []
    for story, question, supports, answer in zip(
        *inputs.values(), answers, strict=True
    ):
        _, logits, losses = reference.run(story, question, facts_of(supports))
        words = range(len(logits))
        response = ranking_loss(logits, answer - 2, words, model.margin)
        expected.append(losses + response)
    assert float(loss) == pytest.approx(np.mean(expected), rel=1e-4)


def test_evaluation_needs_no_facts_and_has_the_loss_of_the_response(rng):
    model, inputs = model_of({}), stories(rng)
    model.compile(metrics=["accuracy"], run_eagerly=True)
    answers = rng.integers(2, SIZE, len(inputs["story"]))
    logits = ops.convert_to_numpy(model(inputs)["logits"])[:, 2:]
    words = range(SIZE - 2)
    expected = [
        ranking_loss(row, answer - 2, words, model.margin)
        for row, answer in zip(logits, answers, strict=True)
    ]
    results = model.evaluate(inputs, answers, return_dict=True, verbose=0)
    assert results["loss"] == pytest.approx(np.mean(expected), rel=1e-4)
    accuracy = np.mean(logits.argmax(axis=1) == answers - 2)
    assert results["accuracy"] == pytest.approx(accuracy)


def test_an_unknown_answer_is_wrong_without_a_loss(rng):
    model, inputs = model_of({}), stories(rng)
    model.compile(metrics=["accuracy"], run_eagerly=True)
    unknown = np.ones(len(inputs["story"]), "int32")
    results = model.evaluate(inputs, unknown, return_dict=True, verbose=0)
    assert results == {"accuracy": 0.0, "loss": 0.0}


def test_weights_of_examples_weigh_their_losses(rng):
    model, inputs = model_of({}), supported(rng)
    answers = rng.integers(2, SIZE, len(inputs["story"]))
    weights = np.arange(len(answers)) % 2

    def loss_of(rows, sample_weight):
        some = {name: array[rows] for name, array in inputs.items()}
        outputs = model(some, training=True)
        return float(
            model.compute_loss(some, answers[rows], outputs, sample_weight)
        )

    half = loss_of(slice(1, None, 2), None) / 2.0
    assert loss_of(slice(None), weights) == pytest.approx(half, rel=1e-5)


def test_a_fact_outside_of_the_memory_costs_nothing(rng):
    """It is -1 before another: that hop has no loss, and does not stop."""
    model = model_of({})
    inputs = {name: array[4:6] for name, array in stories(rng).items()}
    facts = {"cut": [[-1, 2, 1]] * 2, "whole": [[0, 2, 1]] * 2}
    cut, whole = (
        model({**inputs, "supports": np.array(rows)}, training=True)
        for rows in facts.values()
    )
    assert ops.convert_to_numpy(cut["supports"]).tolist() == facts["cut"]
    assert np.all(
        ops.convert_to_numpy(cut["support_losses"])
        != ops.convert_to_numpy(whole["support_losses"])
    )


@pytest.mark.parametrize(
    ("encoding", "sees_order"),
    [("bow", False), ("bigrams", True), ("position", True)],
)
def test_only_some_encodings_see_the_order_of_words(encoding, sees_order):
    model = model_of({"sentence_encoding": encoding})
    inputs = {
        "story": np.array([[[2, 3, 4, 0]], [[4, 3, 2, 0]]]),
        "question": np.array([[5, 6, 0]] * 2),
    }
    chain = model.chain.generalization(inputs["story"])
    memories = ops.convert_to_numpy(chain["memories"])
    is_same = np.allclose(memories[0], memories[1], atol=1e-6)
    assert is_same != sees_order


def test_hidden_words_are_hidden_everywhere_in_an_example():
    model = model_of({"unknown_word_rate": 0.5})
    ids = np.tile(np.arange(SIZE, dtype="int32"), (50, 2, 1))
    story, question = (
        ops.convert_to_numpy(shown)
        for shown in model.chain.features.hide_words(ids, ids[:, 0])
    )
    np.testing.assert_array_equal(story[:, 0], story[:, 1])
    np.testing.assert_array_equal(story[:, 0], question)
    assert set(question[:, 0]) == {0}
    assert 0.4 < np.mean(question[:, 2:] == 1) < 0.6
    is_shown = question != 1
    np.testing.assert_array_equal(question[is_shown], ids[:, 0][is_shown])


def test_explanation_takes_longer_texts_and_needs_a_built_model():
    model = MemNN(["", "[UNK]", "kim", "tom", "runs"], 6, 1, seed=0)
    with pytest.raises(ValueError, match="never called"):
        model.explain("Kim runs.", "Who?")
    model.build({"story": (None, 2, 2), "question": (None, 1)})
    assert model.explain("Kim runs to Tom.", "Who runs?")["answer"]
    with pytest.raises(ValueError, match="A question must be a string"):
        model.explain("Kim runs.", None)


@pytest.mark.parametrize("hop_gains", [False, True])
def test_gains_tell_which_fact_was_chosen_first(hop_gains, rng):
    chain = model_of({"hop_gains": hop_gains}).chain
    evidence = ops.convert_to_tensor(rng.normal(size=(1, 2, 6)), "float32")
    asked, memory = ops.ones((1, 6)), {"evidence": evidence}
    slots = [np.array([0]), np.array([1])]
    forth, back = (
        ops.convert_to_numpy(chain.response(asked, memory, order))
        for order in (slots, slots[::-1])
    )
    assert np.allclose(forth, back, rtol=1e-5) != hop_gains


def test_vectorizer_is_saved_with_the_model(rng, tmp_path):
    words = ["", "[UNK]", "kim", "tom", "runs"]
    model = MemNN(words, 6, 2)
    with pytest.raises(ValueError, match="never called"):
        assert model.vectorizer
    model(StoryVectorizer(5, words, 4, 3).encode_text("Kim runs.", "Who runs?"))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras").vectorizer
    assert again.vocabulary == words
    assert again.memory_size == 5
    assert (again.sentence_length, again.question_length) == (4, 3)
    with pytest.raises(ValueError, match="needs the words"):
        assert model_of({}).vectorizer


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="only TensorFlow exports"
)
def test_exported_model_takes_ints(rng, tmp_path):
    import tensorflow as tf

    model = model_of({"sentence_encoding": "bigrams"})
    model.return_supports = False
    x = stories(rng)
    expected = model(x)
    model.export(tmp_path / "1", verbose=False)
    loaded = tf.saved_model.load(str(tmp_path / "1"))
    found = loaded.serve({k: tf.constant(ids[:3]) for k, ids in x.items()})
    np.testing.assert_allclose(found, expected[:3], rtol=1e-5)
