import keras
import numpy as np
import pytest

from keras_dl4.callbacks import KLWeightSchedule


class Recorded:
    """A model that remembers its weights of the divergence."""

    name = "recorded"

    def __init__(self):
        self.weights = []

    def update_kl_weight(self, kl_weight):
        self.weights.append(kl_weight)


def run(schedule, epochs):
    model, shown = Recorded(), []
    schedule.set_model(model)
    for epoch in epochs:
        logs = {"loss": 1.0}
        schedule.on_epoch_begin(epoch)
        schedule.on_epoch_end(epoch, logs)
        shown.append(logs["kl_weight"])
    assert shown == model.weights
    return shown


def test_weight_rises_linearly_and_stays():
    schedule = KLWeightSchedule(0.2, 1.0, 4)
    np.testing.assert_allclose(
        run(schedule, range(6)), [0.2, 0.4, 0.6, 0.8, 1.0, 1.0]
    )


def test_weight_can_fall():
    schedule = KLWeightSchedule(4.0, 1.0, 3)
    np.testing.assert_allclose(run(schedule, range(4)), [4.0, 3.0, 2.0, 1.0])


def test_resumed_run_goes_on_as_it_would_have():
    schedule = KLWeightSchedule(0.0, 1.0, 8)
    assert run(schedule, range(3, 6)) == run(schedule, range(6))[3:]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"start": -0.1}, "`start` must be .* Received: start=-0.1"),
        ({"final": float("inf")}, "`final` must be .* Received: final=inf"),
        ({"final": "1"}, "Received: final='1'"),
        ({"num_epochs": 0}, "Received: num_epochs=0. Give the time"),
        ({"num_epochs": 1.5}, "Received: num_epochs=1.5"),
    ],
)
def test_bad_number_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        KLWeightSchedule(**arguments)


def test_model_without_a_divergence_is_refused():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="Received: 'sequential"):
        model.fit(
            np.zeros((2, 2)),
            np.zeros((2, 1)),
            callbacks=[KLWeightSchedule()],
            verbose=0,
        )
