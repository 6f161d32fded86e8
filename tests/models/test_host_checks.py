"""What is refused before a model is trained on it."""

import keras
import numpy as np
import pytest

from keras_dl4.models.host_checks import check_values
from keras_dl4.models.host_checks import checked_data


class Batches(keras.utils.PyDataset):
    """Batches of x, or tuples of it and more."""

    def __init__(self, *batches):
        super().__init__()
        self.batches = batches

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        return self.batches[index]


def test_good_data_is_given_back():
    x = np.linspace(0.0, 1.0, 6).reshape(2, 3)
    batches = Batches(x)
    for data in (x, keras.ops.convert_to_tensor(x), batches, None):
        assert checked_data(data, data_range=(0.0, 1.0)) is data
    assert checked_data(x, x) is x
    assert checked_data(x, x.copy()) is x


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_refused_wherever_they_are(bad):
    x = np.zeros((5, 4), "float32")
    x[4, 3] = bad
    with pytest.raises(ValueError, match="finite. Received: 1 values of 20"):
        check_values(x)


@pytest.mark.parametrize("bad", [-0.01, 1.01, 255])
def test_values_out_of_range_are_refused(bad):
    x = np.array([[0.5, bad]])
    check_values(x)
    with pytest.raises(ValueError, match=r"\[0.0, 1.0\].*x / 255"):
        check_values(x, (0.0, 1.0))


def test_data_of_other_types_is_checked():
    check_values(np.array([[True, False]]), (0, 1))
    check_values(keras.ops.cast([[0.5]], "bfloat16"), (0, 1))
    with pytest.raises(ValueError, match="from 0.0 to 255.0"):
        check_values(np.array([[0, 255]], "uint8"), (0, 1))


def test_no_data_is_refused():
    with pytest.raises(ValueError, match=r"must be data.*\(0, 4\)"):
        check_values(np.zeros((0, 4)))


@pytest.mark.parametrize("data", [[[1.0]], ([1.0], [2.0]), {"x": 1.0}])
def test_several_arrays_are_refused(data):
    with pytest.raises(ValueError, match="must be one array"):
        checked_data(data)


def test_first_batch_of_a_data_set_is_checked(rng):
    good, bad = np.zeros((2, 3)), np.full((2, 3), np.nan)
    checked_data(Batches(good, bad))
    for batch in (bad, (bad,), (bad, np.zeros(2)), (bad, None, np.ones(2))):
        with pytest.raises(ValueError, match="must be finite"):
            checked_data(Batches(batch, good))


def test_generator_loses_no_batch():
    def batches():
        for value in range(3):
            yield np.full((1, 2), value)

    values = [batch[0, 0] for (batch,) in checked_data(batches())]
    assert values == [0, 1, 2]
    assert list(checked_data(iter(()))) == []


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="makes a tf.data.Dataset"
)
def test_tensorflow_data_set_is_checked():
    import tensorflow as tf

    x = np.float32([[0.0, 2.0]])
    dataset = tf.data.Dataset.from_tensor_slices((x, [7])).batch(1)
    assert checked_data(dataset) is dataset
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        checked_data(dataset, data_range=(0, 1))


def test_targets_other_than_the_data_are_refused():
    x, labels = np.zeros((4, 3)), np.arange(4)
    with pytest.raises(ValueError, match=r"y of shape \(4,\).*Leave it out"):
        checked_data(x, labels)
    with pytest.raises(ValueError, match="`corruption`"):
        checked_data(x, x + 1.0)
    with pytest.raises(ValueError, match="batches with y"):
        checked_data(Batches((x, x + 1.0)))


def test_labels_in_a_data_set_are_let_pass():
    x = np.zeros((4, 3))
    for batch in ((x, np.arange(4)), (x, x), (x, {"label": np.arange(4)})):
        checked_data(Batches(batch))
