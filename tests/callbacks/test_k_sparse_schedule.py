import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.callbacks import KSparseSchedule
from keras_dl4.layers import KSparse


class Watch(keras.callbacks.Callback):
    """Notes `k` after each epoch; JAX hides variables while it trains."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer
        self.values = []

    def on_epoch_end(self, epoch, logs=None):
        self.values.append(int(ops.convert_to_numpy(self.layer.k)))


def sparse_model():
    layer = KSparse(2, name="sparse")
    dense = keras.layers.Dense(8)
    model = keras.Sequential([keras.Input((4,)), dense, layer])
    model.compile("sgd", "mse")
    return model, layer


def fit(model, **kwargs):
    x = np.ones((6, 4), "float32")
    y = np.ones((6, 8), "float32")
    return model.fit(x, y, verbose=0, **kwargs).history


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((8, 2, 3), [8, 6, 4, 2, 2, 2]),
        ((8, 3, 2), [8, 6, 3, 3, 3, 3]),
        ((5, 5, 4), [5, 5, 5, 5, 5, 5]),
    ],
)
def test_k_falls_linearly_and_stays(arguments, expected):
    """8 to 3 in two epochs: 5.5 in the middle, the even int is 6."""
    model, layer = sparse_model()
    watch = Watch(layer)
    callbacks = [KSparseSchedule(layer, *arguments), watch]
    history = fit(model, epochs=6, callbacks=callbacks)
    assert watch.values == expected
    assert history["sparse_k"] == expected


def test_schedule_compiles_nothing_again(monkeypatch):
    model, layer = sparse_model()
    calls = []
    original = KSparse.call

    def counted(self, *args, **kwargs):
        calls.append(self)
        return original(self, *args, **kwargs)

    monkeypatch.setattr(KSparse, "call", counted)
    schedule = KSparseSchedule(layer, 8, 2, 3)
    fit(model, epochs=1, callbacks=[schedule])
    num_calls = len(calls)
    assert num_calls > 0
    fit(model, initial_epoch=1, epochs=5, callbacks=[schedule])
    assert int(ops.convert_to_numpy(layer.k)) == 2
    assert len(calls) == num_calls


def test_resumed_run_goes_on_where_it_was():
    model, layer = sparse_model()
    watch = Watch(layer)
    callbacks = [KSparseSchedule(layer, 8, 2, 3), watch]
    fit(model, initial_epoch=2, epochs=4, callbacks=callbacks)
    assert watch.values == [4, 2]


def test_replicas_see_the_scheduled_k(strategy):
    with strategy.scope():
        model, layer = sparse_model()
    fit(model, epochs=4, callbacks=[KSparseSchedule(layer, 8, 1, 3)])
    replicas = strategy.experimental_local_results(layer.k.value)
    assert [int(value) for value in replicas] == [1, 1]


def test_layer_of_another_model_is_refused():
    model, _ = sparse_model()
    _, other = sparse_model()
    with pytest.raises(ValueError, match="'sparse', which is not in"):
        fit(model, callbacks=[KSparseSchedule(other, 8, 2, 3)])


def test_k_above_the_width_is_refused():
    model, layer = sparse_model()
    with pytest.raises(ValueError, match="the layer, 8. Received: k=9"):
        fit(model, callbacks=[KSparseSchedule(layer, 9, 2, 3)])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 1, 1), "`start` must be a positive int. Received: start=0"),
        ((8, 0.5, 1), "`final` must be a positive int. Received: final=0.5"),
        ((8, 2, 0), "`num_epochs` must be a positive int"),
        ((2, 8, 3), "at most `start`. Received: start=2, final=8"),
    ],
)
def test_impossible_schedule_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        KSparseSchedule(KSparse(2), *arguments)
