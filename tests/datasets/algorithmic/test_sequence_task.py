"""What all tasks share: shapes, purity, epochs and bad arguments."""

import pickle

import keras
import numpy as np
import pytest

from keras_dl4.datasets import AssociativeRecallTask
from keras_dl4.datasets import CopyTask
from keras_dl4.datasets import DynamicNGramsTask
from keras_dl4.datasets import PrioritySortTask
from keras_dl4.datasets import RepeatCopyTask
from keras_dl4.datasets import SequenceTask

# The sizes given to `batch_of`: a short one, and one beyond training.
CHOSEN_LENGTHS = {
    AssociativeRecallTask: [(2,), (12,)],
    CopyTask: [(1,), (50,)],
    DynamicNGramsTask: [(1,), (350,)],
    PrioritySortTask: [(1,), (40,)],
    RepeatCopyTask: [(1, 1), (20, 12)],
}


def assert_same(batch, other):
    for array, expected in zip(batch, other, strict=True):
        np.testing.assert_array_equal(array, expected)


def is_same(batch, other):
    return all(np.array_equal(a, b) for a, b in zip(batch, other, strict=True))


def test_batch_has_the_announced_shapes(task_class):
    task = task_class(batch_size=3, batches_per_epoch=7)
    x, y, sample_weight = task[6]
    assert isinstance(task, keras.utils.PyDataset)
    assert len(task) == task.num_batches == 7
    assert x.shape == (3, task.num_steps, task.input_dim)
    assert y.shape == (3, task.num_steps, task.target_dim)
    assert sample_weight.shape == (3, task.num_steps)
    for array in (x, y, sample_weight):
        assert array.dtype == np.float32
        assert array.flags.c_contiguous


def test_targets_are_zero_where_they_do_not_count(task_class):
    _, y, sample_weight = task_class(seed=4)[0]
    assert set(np.unique(sample_weight)) <= {0.0, 1.0}
    assert not y[sample_weight == 0].any()
    assert y[sample_weight == 1].any()


def test_batch_is_a_function_of_seed_epoch_and_index(task_class):
    task = task_class(seed=3)
    task.epoch = 2
    expected = task[5]
    for _ in range(3):
        task.on_epoch_end()
    task[9]
    task.batch_of(*CHOSEN_LENGTHS[task_class][0])
    task.epoch = 2
    assert_same(task[5], expected)
    other = task_class(seed=np.int64(3))
    other.epoch = np.int32(2)
    assert_same(other[np.int64(5)], expected)
    assert_same(pickle.loads(pickle.dumps(task))[5], expected)


def test_global_random_state_is_not_touched(task_class):
    np.random.seed(1)
    state = np.random.get_state()[1].copy()
    expected = task_class()[0]
    np.testing.assert_array_equal(np.random.get_state()[1], state)
    np.random.seed(2)
    assert_same(task_class()[0], expected)


def test_no_batch_occurs_twice(task_class):
    batches = []
    for seed in range(3):
        task = task_class(batch_size=2, seed=seed)
        for epoch in range(3):
            task.epoch = epoch
            batches.extend(task[index] for index in range(3))
    for position, batch in enumerate(batches):
        assert not any(is_same(batch, b) for b in batches[:position])


# Resuming a run and comparing results need the same numbers on any machine.
@pytest.mark.parametrize(
    "task_class, sums",
    [
        (AssociativeRecallTask, [9211.0, 3130.0, 1128.0]),
        (CopyTask, [5196.0, 14967.0, 3855.0]),
        (DynamicNGramsTask, [165985.0, 165789.0, 321600.0]),
        (PrioritySortTask, [13367.0, 29266.0, 7296.0]),
        (RepeatCopyTask, [1854.14, 65055.0, 17519.0]),
    ],
)
def test_numbers_are_the_recorded_ones(task_class, sums):
    task = task_class(seed=11)
    task.epoch = 5
    batch = task[7]
    steps = np.arange(1, task.num_steps + 1)
    found = [
        float((array.reshape(16, task.num_steps, -1).sum(-1) @ steps).sum())
        for array in batch
    ]
    np.testing.assert_allclose(found, sums, rtol=1e-5)


def test_batch_of_ignores_the_epoch_and_counts_by_index(task_class):
    task = task_class(batch_size=2)
    for lengths in CHOSEN_LENGTHS[task_class]:
        expected = task.batch_of(*lengths)
        task.on_epoch_end()
        assert_same(task.batch_of(*lengths), expected)
    # The last, long batch: a short one might be the same by chance.
    assert not is_same(task.batch_of(*lengths, index=1), expected)
    other = task_class(batch_size=2, seed=1)
    assert not is_same(other.batch_of(*lengths), expected)


def test_batch_of_the_training_length_is_no_training_batch():
    task = CopyTask(max_length=20, min_length=20)
    assert not is_same(task.batch_of(20), task[0])
    task.epoch = 20
    assert not is_same(task.batch_of(20), task[0])


def test_epoch_end_moves_on_by_one(task_class):
    task = task_class()
    assert task.epoch == 0
    first = task[0]
    task.on_epoch_end()
    assert task.epoch == 1
    assert not is_same(task[0], first)


def test_fixed_epoch_stays(task_class):
    task = task_class(fixed_epoch=True)
    first = task[0]
    task.on_epoch_end()
    assert task.epoch == 0
    assert_same(task[0], first)
    task.epoch = 3
    assert not is_same(task[0], first)


@pytest.mark.parametrize(
    "name, value",
    [
        ("batch_size", 0),
        ("batch_size", 1.5),
        ("batch_size", True),
        ("batches_per_epoch", 0),
        ("seed", -1),
        ("seed", 2**32),
        ("seed", None),
    ],
)
def test_bad_argument_error_names_it(task_class, name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be .*Received: "):
        task_class(**{name: value})


@pytest.mark.parametrize("index", [-1, 7, 1.0, "0", None, False])
def test_index_outside_the_epoch_is_refused(task_class, index):
    with pytest.raises(ValueError, match="`index` must be an integer from 0"):
        task_class(batches_per_epoch=7)[index]


@pytest.mark.parametrize("epoch", [-1, 1.5, True, 2**32 - 1])
def test_bad_epoch_is_refused(epoch):
    task = CopyTask()
    with pytest.raises(ValueError, match="`epoch` must be an integer from 0"):
        task.epoch = epoch
    assert task.epoch == 0


@pytest.mark.parametrize("index", [-1, 0.0, True])
def test_bad_index_of_a_chosen_length_is_refused(task_class, index):
    lengths = CHOSEN_LENGTHS[task_class][1]
    with pytest.raises(ValueError, match="`index` must be an integer from 0"):
        task_class().batch_of(*lengths, index=index)


def test_error_proposes_a_value_that_works():
    with pytest.raises(ValueError, match="for example `batch_size=1`"):
        CopyTask(batch_size=-3)
    with pytest.raises(ValueError, match="for example `index=6`"):
        CopyTask(batches_per_epoch=7)[7]


def test_task_without_a_way_to_draw_is_abstract():
    with pytest.raises(TypeError, match="draw_batch"):
        SequenceTask(1, 1, 1)
