import dataclasses

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.layers import StoryVectorizer


@dataclasses.dataclass
class Questions:
    """What a split of `keras_dl4.datasets.babi` has."""

    stories: list
    questions: list
    answers: list
    supports: list


SENTENCES = [
    "Mary got the milk.",
    "John moved to the bedroom.",
    "Mary went to the hallway.",
]


def split():
    return Questions(
        [SENTENCES[:1], SENTENCES, []],
        ["Where is Mary?", "What is Mary carrying?", "Who?"],
        ["hallway", "Apple,milk", "no"],
        [[0], [2, 0], []],
    )


def adapted(**options):
    vectorizer = StoryVectorizer(**options)
    vectorizer.adapt(split())
    return vectorizer


@pytest.mark.parametrize("data", [[], Questions([], [], [], [])])
def test_words_are_not_read_from_nothing(data):
    vectorizer = StoryVectorizer()
    with pytest.raises(ValueError, match="There must be words"):
        vectorizer.adapt(data)
    assert vectorizer.vocabulary is None


def test_vocabulary_has_special_words_then_all_words_and_answers():
    assert adapted().vocabulary == [
        "",
        "[UNK]",
        *"apple,milk bedroom carrying got hallway is john mary milk".split(),
        *"moved no the to went what where who".split(),
    ]


def test_vocabulary_of_several_splits_is_joint():
    other = Questions([["Zoe sat."]], ["Why?"], ["so"], [[0]])
    vectorizer = StoryVectorizer()
    vectorizer.adapt([split(), other])
    assert set(vectorizer.vocabulary) == {
        *adapted().vocabulary,
        *("zoe", "sat", "why", "so"),
    }
    assert vectorizer.sentence_length == 5


def words(vectorizer, ids):
    return [vectorizer.vocabulary[number] for number in ids]


def test_story_is_encoded_newest_sentence_first():
    vectorizer = adapted(memory_size=4)
    inputs, answers = vectorizer.encode(split())
    assert inputs["story"].shape == (3, 4, 5)
    assert inputs["question"].shape == (3, 4)
    assert {array.dtype.name for array in (*inputs.values(), answers)} == {
        "int32"
    }
    story = [words(vectorizer, row) for row in inputs["story"][1]]
    assert story == [
        "mary went to the hallway".split(),
        "john moved to the bedroom".split(),
        [*"mary got the milk".split(), ""],
        [""] * 5,
    ]
    assert words(vectorizer, inputs["question"][0]) == [
        *("where", "is", "mary", "")
    ]
    assert words(vectorizer, answers) == ["hallway", "apple,milk", "no"]
    assert not inputs["story"][2].any()


def test_longer_story_keeps_the_newest():
    inputs, _ = adapted(memory_size=2).encode(split())
    expected, _ = adapted(memory_size=4).encode(split())
    np.testing.assert_array_equal(inputs["story"], expected["story"][:, :2])


def test_supports_are_slots_of_the_memory():
    slots = adapted(memory_size=4).encode_supports(split())
    assert slots.dtype == "int32"
    assert slots.tolist() == [[0, -1, -1], [0, 2, -1], [-1, -1, -1]]


def test_support_that_is_too_old_is_left_out_in_its_place():
    data = dataclasses.replace(split(), supports=[[0], [0, 2, 1, 0], []])
    slots = adapted(memory_size=2).encode_supports(data)
    assert slots.tolist() == [[0, -1, -1], [-1, 0, 1], [-1, -1, -1]]


def test_unknown_words_have_an_id_of_their_own():
    vectorizer = adapted()
    data = Questions([["Zoe went."]], ["Why is Mary?"], ["never"], [[0]])
    inputs, answers = vectorizer.encode(data)
    assert words(vectorizer, inputs["story"][0, 0, :2]) == ["[UNK]", "went"]
    assert inputs["question"][0, 0] == 1
    assert answers.tolist() == [1]


def test_text_is_split_into_sentences():
    vectorizer = adapted(memory_size=4)
    inputs = vectorizer.encode_text(" ".join(SENTENCES), split().questions[1])
    expected, _ = vectorizer.encode(split())
    again = vectorizer.encode_text(SENTENCES, split().questions[1])
    for name in ("story", "question"):
        np.testing.assert_array_equal(inputs[name], expected[name][1:2])
        np.testing.assert_array_equal(again[name], inputs[name])


@pytest.mark.parametrize("story", ["", [], " . \n\n"])
def test_text_may_have_no_sentence(story):
    inputs = adapted().encode_text(story, "Who?")
    assert inputs["story"].shape == (1, 50, 5)
    assert not inputs["story"].any()


def test_no_questions_encode_to_arrays_of_no_rows():
    inputs, answers = adapted().encode(Questions([], [], [], []))
    assert inputs["story"].shape == (0, 50, 5)
    assert inputs["question"].shape == (0, 4)
    assert answers.shape == (0,)


def test_state_is_in_the_config():
    vectorizer = adapted(memory_size=4)
    again = StoryVectorizer.from_config(vectorizer.get_config())
    for one, other in zip(
        keras.tree.flatten(again.encode(split())),
        keras.tree.flatten(vectorizer.encode(split())),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("sizes", [(2, 3, 2), (6, 7, 6)])
def test_call_fits_ids_to_the_memory(sizes, rng):
    vectorizer = adapted(memory_size=4)
    story = rng.integers(0, 18, (2, *sizes[:2]))
    question = rng.integers(0, 18, (2, sizes[2]))
    outputs = vectorizer({"story": story, "question": question})
    for name, ids, shape in (
        ("story", story, (2, 4, 5)),
        ("question", question, (2, 4)),
    ):
        fitted = ops.convert_to_numpy(outputs[name])
        assert fitted.shape == shape
        common = tuple(map(slice, np.minimum(shape, ids.shape)))
        np.testing.assert_array_equal(fitted[common], ids[common])
        assert fitted.sum() == ids[common].sum()


@pytest.mark.parametrize(
    "inputs",
    [
        {"story": np.zeros((4, 3), int), "question": np.zeros(3, int)},
        {"story": np.zeros((1, 4, 3), int)},
        np.zeros((1, 4, 3), int),
    ],
)
def test_call_on_other_ranks_raises(inputs):
    layer = StoryVectorizer(2, ["", "[UNK]", "kim"], 3, 3)
    with pytest.raises(ValueError, match="must be a dict of `story`"):
        layer(inputs)


def test_call_makes_ids_outside_of_the_vocabulary_unknown():
    story = np.array([[[0, -1, 17, 18, 19]]])
    outputs = adapted()({"story": story, "question": story[0]})
    np.testing.assert_array_equal(outputs["story"][0, 0], [0, 1, 17, 18, 1])


def test_given_lengths_are_kept():
    vectorizer = adapted(sentence_length=9, question_length=8)
    inputs, _ = vectorizer.encode(split())
    assert inputs["story"].shape[-1] == 9
    assert inputs["question"].shape[-1] == 8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"memory_size": 0}, "`memory_size` must be a positive int"),
        ({"sentence_length": 2.0}, "`sentence_length` must be"),
        ({"question_length": True}, "`question_length` must be"),
        ({"vocabulary": ["a", "b"]}, "starts with"),
        ({"vocabulary": ["", "[UNK]", 3]}, "a list of words"),
        ({"vocabulary": ["", "[UNK]", "a", "a"]}, r"\['a'\] several times"),
    ],
)
def test_bad_argument_raises(options, message):
    with pytest.raises(ValueError, match=message):
        StoryVectorizer(**options)


def test_unadapted_layer_raises():
    with pytest.raises(ValueError, match="Call `adapt` on the training data"):
        StoryVectorizer().encode(split())


def test_second_adaptation_raises():
    with pytest.raises(ValueError, match="pass several data sets as one list"):
        adapted().adapt(split())


def test_other_data_raises():
    with pytest.raises(ValueError, match="Pass `data.train` or `data.test`"):
        StoryVectorizer().adapt({"stories": []})


def test_too_long_sentence_raises():
    with pytest.raises(ValueError, match="which has 6.*sentence_length=6"):
        adapted().encode_text("Mary went to the hallway now.", "Who?")
    with pytest.raises(ValueError, match="question_length=5"):
        adapted().encode_text("Mary went.", "Where is Mary right now?")


@pytest.mark.parametrize("story", [3, [["Mary went."]], None])
def test_story_of_another_kind_raises(story):
    with pytest.raises(ValueError, match="a string, or a list of sentences"):
        adapted().encode_text(story, "Who?")


def test_bad_number_of_supports_raises():
    with pytest.raises(ValueError, match="`max_supports` must be a positive"):
        adapted().encode_supports(split(), max_supports=0)
