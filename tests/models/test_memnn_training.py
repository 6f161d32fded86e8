"""What the model learns, and what it refuses."""

import itertools

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.models import MemNN

WORDS = ["", "[UNK]", *"kim tom mia lee park home shop lake".split()]


def whereabouts(rng, num_examples, num_sentences=5):
    """`name place` as sentences; the question is `name`, the answer newest."""
    who = rng.integers(2, 6, (num_examples, num_sentences))
    where = rng.integers(6, 10, who.shape)
    slots = rng.integers(num_sentences, size=num_examples)
    asked = np.take_along_axis(who, slots[:, None], axis=1)
    supports = np.argmax(who == asked, axis=1)[:, None]
    answers = np.take_along_axis(where, supports, axis=1)[:, 0]
    x = {
        "story": np.stack([who, where], axis=-1),
        "question": asked,
        "supports": supports,
    }
    return x, answers


def trained(x, y, num_hops=1, **options):
    model = MemNN(WORDS, 16, num_hops, return_supports=True, **options)
    model.compile(keras.optimizers.Adam(0.05), jit_compile=False)
    model.fit(x, y, batch_size=100, epochs=15, verbose=0)
    return model


def accuracy(model, x, y):
    logits = ops.convert_to_numpy(model(x)["logits"])
    return np.mean(logits.argmax(axis=1) == y)


@pytest.mark.parametrize("write_time", [False, True])
def test_only_write_time_tells_the_newest_of_several_facts(rng, write_time):
    """As in table 3 of the paper: perfect with time, far less without."""
    model = trained(*whereabouts(rng, 500), write_time=write_time)
    reached = accuracy(model, *whereabouts(rng, 200))
    assert (reached > 0.98) == write_time
    assert reached > 0.4


@pytest.mark.parametrize("rate", [0.0, 0.3])
def test_only_hidden_words_teach_to_answer_about_unknown_ones(rng, rate):
    model = trained(*whereabouts(rng, 500), unknown_word_rate=rate, seed=0)
    x, answers = whereabouts(rng, 200)
    names = x["story"][:, :, 0]
    names[names == x["question"]] = 1
    x["question"][:] = 1
    assert (accuracy(model, x, answers) > 0.9) == (rate > 0.0)


def test_hops_stop_where_they_did_in_training(rng):
    """A question with the word park is answered by one fact twice."""
    x, y = whereabouts(rng, 500)
    asked = rng.integers(6, 8, y.shape)
    again = np.where(asked == 6, x["supports"][:, 0], -1)
    x["question"] = np.concatenate([x["question"], asked[:, None]], axis=1)
    x["supports"] = np.concatenate([x["supports"], again[:, None]], axis=1)
    model = trained(x, y, num_hops=2)
    chosen = ops.convert_to_numpy(model(x)["supports"])
    assert np.mean(np.all(chosen == x["supports"], axis=1)) > 0.98

    story = "Kim home. Tom park. Kim shop. Mia lake."
    for told in (story, story.split(". ")):
        assert model.explain(told, "Kim home?")["answer"] == "shop"
    assert model.explain(story, "Kim home?")["supports"] == ["Kim shop."]
    assert model.explain(story, "Tom park?")["supports"] == ["Tom park."] * 2
    empty = model.explain("", "Kim home?")
    assert empty["supports"] == []
    assert empty["answer"] in WORDS[2:]


BAD_ARGUMENTS = {
    "`vocabulary` must be a list of words": {"vocabulary": 2},
    "`vocabulary` must have each word once": {
        "vocabulary": ["", "[UNK]", "a", "a"]
    },
    "`embedding_dim` must be a positive int": {"embedding_dim": 0},
    "`num_hops` must be a positive int": {"num_hops": 1.5},
    "`sentence_encoding` must be one of": {"sentence_encoding": "words"},
    "`margin` must be above 0": {"margin": 0.0},
    "`unknown_word_rate` must be a number from 0 to 1": {
        "unknown_word_rate": 30
    },
    "MemNN computes in float32": {"dtype": "mixed_bfloat16"},
}


@pytest.mark.parametrize(
    ("message", "arguments"), BAD_ARGUMENTS.items(), ids=BAD_ARGUMENTS
)
def test_bad_argument_is_refused(message, arguments):
    with pytest.raises(ValueError, match=message):
        MemNN(**{"vocabulary": WORDS, **arguments})


def compiled():
    model = MemNN(len(WORDS), 4, 2)
    model.compile(run_eagerly=True)
    return model


BAD_DATA = {
    "inputs must have `supports`": {"supports": None},
    "`supports` must be slots of sentences": {"supports": np.full((8, 1), 5)},
    "There are 2 hops": {"supports": np.full((8, 3), -1)},
    "`question` must be ids of words": {"question": np.full((8, 1), 10)},
    "`story` must be ids of words": {"story": np.zeros((8, 5, 2))},
    "`answers` must be ids of words": {"answers": np.full(8, -1)},
    "Inputs must be a dict of `story`": {"more": np.zeros((8, 1))},
    "a dict of inputs, and answers": {"answers": None},
}


@pytest.mark.parametrize(("message", "changes"), BAD_DATA.items(), ids=BAD_DATA)
def test_bad_data_is_refused_before_training(rng, message, changes):
    x, y = whereabouts(rng, 8)
    arrays = {**x, "answers": y, **changes}
    y = arrays.pop("answers")
    x = {name: array for name, array in arrays.items() if array is not None}
    with pytest.raises(ValueError, match=message):
        compiled().fit(x, y, verbose=0)
    if "supports" in x:
        with pytest.raises(ValueError, match=message):
            compiled().evaluate(x, y, verbose=0)


def test_first_batch_of_a_data_set_is_checked(rng):
    x, y = whereabouts(rng, 8)
    model, batches = compiled(), itertools.repeat((x, y))
    model.fit(batches, steps_per_epoch=1, shuffle=False, verbose=0)
    del x["supports"]
    with pytest.raises(ValueError, match="inputs must have `supports`"):
        model.fit(batches, steps_per_epoch=1, shuffle=False, verbose=0)


def test_training_call_needs_facts(rng):
    x, _ = whereabouts(rng, 8)
    del x["supports"]
    with pytest.raises(ValueError, match="inputs must have `supports`"):
        compiled()(x, training=True)


def test_a_loss_is_refused():
    with pytest.raises(ValueError, match="MemNN brings its own loss"):
        compiled().compile(loss="mse")


def test_explain_needs_the_list_of_words():
    with pytest.raises(ValueError, match="must know the words"):
        compiled().explain("Kim sits.", "Where is Kim?")
