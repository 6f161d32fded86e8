"""Fed with the running means that Keras would log."""

import types

import numpy as np
import pytest

from keras_dl4.callbacks import FirstBelow


def first_below(values, batch_size, window, epochs=1):
    """The answer of the callback for the given means of single batches."""
    callback = FirstBelow("m", 0.1, batch_size, window)
    iterations = np.array(0)
    optimizer = types.SimpleNamespace(iterations=iterations)
    callback.set_model(types.SimpleNamespace(optimizer=optimizer))
    for epoch, part in enumerate(np.split(np.array(values), epochs)):
        callback.on_epoch_begin(epoch)
        for batch in range(len(part)):
            iterations += 1
            logs = {"m": part[: batch + 1].mean()}
            callback.on_train_batch_end(batch, logs)
    return callback.num_examples


@pytest.mark.parametrize("epochs", [1, 2])
def test_first_below_finds_the_first_window(epochs):
    values = [1, 1, 0, 1, 0, 0, 0, 0, 1, 0]
    assert first_below(values, 5, 15, epochs) == 35


def test_first_below_waits_for_a_whole_window():
    assert first_below([0, 0, 0], 1, 4) is None
    assert first_below([0, 0, 0, 0], 1, 4) == 4


def test_first_below_keeps_the_first_answer_after_a_relapse():
    assert first_below([1, 0, 0, 1, 1, 0, 0], 1, 2) == 3
