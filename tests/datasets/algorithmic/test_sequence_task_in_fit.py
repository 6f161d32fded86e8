"""The tasks in `fit`, directly and as `tf.data`, and what an epoch then is."""

import inspect
import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from keras_dl4.datasets import CopyTask

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="builds a tf.data pipeline"
)


def assert_same(batch, other):
    for array, expected in zip(batch, other, strict=True):
        np.testing.assert_array_equal(array, expected)


def losses_seen_by_fit():
    """The losses of three epochs of `fit` with a model that outputs zeros."""
    import keras

    from keras_dl4.datasets import CopyTask

    model = keras.Sequential(
        [keras.layers.Dense(8, kernel_initializer="zeros")]
    )
    model.compile(keras.optimizers.SGD(0.0), loss="mse")
    sizes = {"batch_size": 4, "max_length": 5, "batches_per_epoch": 3}
    history = model.fit(
        CopyTask(**sizes),
        validation_data=CopyTask(seed=1, **sizes),
        epochs=3,
        shuffle=False,
        verbose=0,
    ).history
    return {name: history[name] for name in ("loss", "val_loss")}


def expected_losses(seed, epochs):
    """The mean square of the targets of whole epochs, from indexing."""
    task = CopyTask(4, 5, batches_per_epoch=3, seed=seed)
    losses = []
    for epoch in epochs:
        task.epoch = epoch
        losses.append(np.mean([np.mean(task[i][1] ** 2) for i in range(3)]))
    assert len(set(losses)) == len(losses)
    return losses


def assert_epochs_are_whole(history):
    """As the docstring of `SequenceTask` tells it.

    `fit` and `evaluate` end an epoch before their first one; evaluation, in
    each epoch of `fit`, ends another one after it.
    """
    expected = expected_losses(seed=0, epochs=[1, 2, 3])
    np.testing.assert_allclose(history["loss"], expected, rtol=1e-5)
    expected = expected_losses(seed=1, epochs=[1, 3, 5])
    np.testing.assert_allclose(history["val_loss"], expected, rtol=1e-5)


def test_fit_sees_one_whole_epoch_at_a_time():
    assert_epochs_are_whole(losses_seen_by_fit())


def test_fit_sees_one_whole_epoch_at_a_time_on_jax():
    pytest.importorskip("jax")
    script = (
        f"import json\n{inspect.getsource(losses_seen_by_fit)}\n"
        "print(json.dumps(losses_seen_by_fit()))"
    )
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert_epochs_are_whole(json.loads(done.stdout.splitlines()[-1]))


def zeros_model():
    model = keras.Sequential(
        [keras.layers.Dense(8, kernel_initializer="zeros")]
    )
    model.compile(keras.optimizers.SGD(0.0), loss="mse")
    return model


def test_resumed_run_sees_the_epochs_it_would_have_seen():
    task = CopyTask(4, 5, batches_per_epoch=3)
    task.epoch = 2
    history = zeros_model().fit(
        task, epochs=4, initial_epoch=2, shuffle=False, verbose=0
    )
    expected = expected_losses(seed=0, epochs=[3, 4])
    np.testing.assert_allclose(history.history["loss"], expected, rtol=1e-5)


def test_callback_of_the_docstring_ties_both_epochs_together():
    task = CopyTask(4, 5, batches_per_epoch=3)
    callback = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: setattr(task, "epoch", epoch)
    )
    losses = []
    for first, last in ((0, 2), (2, 4)):
        history = zeros_model().fit(
            task,
            epochs=last,
            initial_epoch=first,
            callbacks=[callback],
            verbose=0,
        )
        losses.extend(history.history["loss"])
    expected = expected_losses(seed=0, epochs=[0, 1, 2, 3])
    np.testing.assert_allclose(losses, expected, rtol=1e-5)


def test_every_task_fits(task_class):
    task = task_class(batch_size=2, batches_per_epoch=1)
    model = keras.Sequential(
        [
            keras.Input((None, task.input_dim)),
            keras.layers.Dense(task.target_dim),
        ]
    )
    model.compile("sgd", loss="mse", weighted_metrics=["mse"])
    history = model.fit(task, verbose=0)
    assert np.isfinite(history.history["loss"][0])
    # The inputs of most tasks are blank where the output counts, so that a
    # layer without memory has its bias only.
    assert np.all(keras.ops.convert_to_numpy(model.layers[-1].bias))


@needs_tensorflow
def test_tf_dataset_gives_the_numbers_of_indexing(task_class):
    task = task_class(batch_size=2, batches_per_epoch=3)
    task.epoch = 4
    dataset = task.as_tf_dataset(num_epochs=2)
    task.epoch = 9
    assert int(dataset.cardinality()) == 6
    for _ in range(2):  # iterating again starts again
        batches = list(dataset.as_numpy_iterator())
        assert len(batches) == 6
        reference = task_class(batch_size=2, batches_per_epoch=3)
        for position, batch in enumerate(batches):
            reference.epoch = 4 + position // 3
            assert_same(batch, reference[position % 3])
    assert task.epoch == 9


@needs_tensorflow
def test_tf_dataset_without_end_goes_on_to_the_next_epoch():
    import tensorflow as tf

    task = CopyTask(batch_size=2, batches_per_epoch=3)
    dataset = task.as_tf_dataset()
    assert int(dataset.cardinality()) == tf.data.INFINITE_CARDINALITY
    batches = list(dataset.take(8).as_numpy_iterator())
    task.epoch = 2
    assert_same(batches[7], task[1])


@needs_tensorflow
def test_tf_dataset_has_static_shapes():
    x, y, sample_weight = CopyTask(4, 20).as_tf_dataset().element_spec
    assert x.shape.as_list() == [4, 41, 9]
    assert y.shape.as_list() == [4, 41, 8]
    assert sample_weight.shape.as_list() == [4, 41]


@needs_tensorflow
def test_tf_dataset_of_a_fixed_epoch_repeats_it():
    task = CopyTask(batch_size=2, batches_per_epoch=1, fixed_epoch=True)
    first, second = task.as_tf_dataset(2).as_numpy_iterator()
    assert_same(first, second)
    assert_same(first, task[0])


@needs_tensorflow
def test_tf_dataset_fits_like_the_task():
    dataset = CopyTask(4, 5, batches_per_epoch=3).as_tf_dataset()
    history = zeros_model().fit(
        dataset, epochs=2, steps_per_epoch=3, shuffle=False, verbose=0
    )
    expected = expected_losses(seed=0, epochs=[0, 1])
    np.testing.assert_allclose(history.history["loss"], expected, rtol=1e-5)


@needs_tensorflow
@pytest.mark.parametrize("num_epochs", [0, 1.0, True])
def test_tf_dataset_without_epochs_is_refused(num_epochs):
    with pytest.raises(ValueError, match="`num_epochs` must be an integer"):
        CopyTask().as_tf_dataset(num_epochs)
