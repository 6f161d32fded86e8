"""Bad arguments and bad data are refused, with the way out."""

import keras
import numpy as np
import pytest

from keras_dl4.models import MemN2N


def compiled(**options):
    model = MemN2N(**{"vocabulary": 9, "memory_size": 4} | options)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss, jit_compile=False)
    return model


def data(n=4, dtype="int32", largest=8):
    story = np.full((4, n, 3), largest, dtype)
    return {"story": story, "question": np.ones((4, 2), "int32")}


ANSWERS = np.array([2, 3, 4, 5])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"vocabulary": ["a"]}, "that starts with"),
        ({"vocabulary": 0}, "`vocabulary_size` must be a positive int"),
        ({"embedding_dim": 0}, "`embedding_dim` must be"),
        ({"num_hops": 1.5}, "`num_hops` must be"),
        ({"memory_size": True}, "`memory_size` must be"),
        ({"weight_tying": "none"}, "`weight_tying` must be one of"),
        ({"sentence_encoding": "pe"}, "`sentence_encoding` must be one of"),
        ({"temporal_encoding": "time"}, "`temporal_encoding` must be one of"),
        ({"nonlinearity": "tanh"}, "`nonlinearity` must be one of"),
        ({"random_noise": -0.1}, "`random_noise` must be a share"),
    ],
)
def test_bad_argument_raises(options, message):
    with pytest.raises(ValueError, match=message):
        MemN2N(**{"vocabulary": 9} | options)


@pytest.mark.parametrize("method", ["fit", "evaluate"])
@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (data(largest=9), ANSWERS, "The story must hold ids of words"),
        (data(largest=-1), ANSWERS, "The story must hold ids of words"),
        (data(dtype="float32"), ANSWERS, "Received: float32 values"),
        (data(), ANSWERS + 5, "The answer must hold ids"),
        (data(n=5), ANSWERS, "Stories may have up to 4 sentences"),
        (data()["story"], ANSWERS, "must be a dict of `story`"),
        ({"story": data()["story"]}, ANSWERS, "must be a dict of `story`"),
        ([data()["story"], ANSWERS], ANSWERS, "Received: a list"),
    ],
)
def test_bad_data_raises(x, y, message, method):
    with pytest.raises(ValueError, match=message):
        getattr(compiled(), method)(x, y, verbose=0)


def test_bad_validation_data_raises():
    bad = (data(largest=9), ANSWERS)
    with pytest.raises(ValueError, match="The story must hold ids"):
        compiled().fit(data(), ANSWERS, validation_data=bad, verbose=0)


class Batches(keras.utils.PyDataset):
    def __init__(self, *batches):
        super().__init__()
        self.batches = batches

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        return self.batches[index]


def test_first_batch_of_a_data_set_is_checked():
    good, bad = (data(), ANSWERS), (data(largest=9), ANSWERS)
    model = compiled()
    model.fit(Batches(good), validation_data=Batches(good), verbose=0)
    with pytest.raises(ValueError, match="The story must hold ids"):
        model.fit(Batches(bad), verbose=0)
    with pytest.raises(ValueError, match="The story must hold ids"):
        model.fit(Batches(good), validation_data=Batches(bad), verbose=0)
    with pytest.raises(ValueError, match="The story must hold ids"):
        model.evaluate(Batches(bad), verbose=0)


def test_generator_loses_no_batch():
    batches = [(data(), ANSWERS)] * 3
    model = compiled()
    generator = (each for each in batches)
    # With too few batches it would warn.
    model.fit(generator, shuffle=False, steps_per_epoch=3, verbose=0)
    assert int(model.optimizer.iterations) == 3


@pytest.mark.parametrize(
    "shapes",
    [
        {"story": (None, 4, 3)},
        {"story": (None, 4), "question": (None, 3)},
        {"story": (None, 4, None), "question": (None, 3)},
        (None, 4, 3),
    ],
)
def test_inputs_of_other_shapes_raise(shapes):
    with pytest.raises(ValueError, match="with known numbers of words"):
        MemN2N(9).build(shapes)


def test_other_length_than_before_raises():
    model = MemN2N(9, memory_size=4, sentence_length=5)
    with pytest.raises(ValueError, match="by the same StoryVectorizer"):
        model(data())


def test_explanation_without_words_or_lengths_raises():
    with pytest.raises(ValueError, match="model needs the words"):
        MemN2N(9).explain("A.", "B?")
    with pytest.raises(ValueError, match="a model that was never called"):
        MemN2N(["", "[UNK]", "a"]).explain("A.", "A?")
