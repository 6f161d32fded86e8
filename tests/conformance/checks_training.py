"""`fit` lowers the loss, and does on two replicas what it does on one."""

import functools

import numpy as np

from tests.conformance.noise import fed_noise
from tests.conformance.subject import assert_same
from tests.conformance.subject import named_inputs
from tests.conformance.subject import set_weights
from tests.conformance.subject import to_numpy
from tests.conformance.training import training_model

STEPS = 3


def one_step(case, model, data):
    """Runs one update over the whole batch; returns the logs."""
    batch_size = named_inputs(data["x"])[0][1].shape[0]
    arguments = {"batch_size": batch_size, "verbose": 0}
    with fed_noise(case):
        if case.kind == "metric":
            return model.evaluate(**data, **arguments, return_dict=True)
        history = model.fit(**data, **arguments, shuffle=False).history
    return {name: values[-1] for name, values in history.items()}


class Trained:
    """One device: weights before and after a step, and the logs of each."""

    def __init__(self, case):
        # Eagerly, since tracing a long recurrence takes longer than a few
        # steps. A model has a training step of its own, which is traced.
        self.model, data = training_model(
            case, run_eagerly=case.kind != "model"
        )
        if case.kind == "model":
            # Weights exist from here on, also those `fit` would make.
            self.model(data["x"])
        self.before = to_numpy(self.model.variables)
        self.logs = [one_step(case, self.model, data)]
        self.after = to_numpy(self.model.variables)
        if case.kind != "metric":
            for _ in range(STEPS - 1):
                self.logs.append(one_step(case, self.model, data))


@functools.cache
def trained(case):
    return Trained(case)


def check_fit_lowers_the_loss(case):
    losses = [logs[case.objective] for logs in trained(case).logs]
    if not np.all(np.isfinite(losses)) or losses[-1] >= losses[0]:
        raise AssertionError(f"The loss did not fall: {losses}")
    if all(map(np.array_equal, trained(case).before, trained(case).after)):
        raise AssertionError("A step of `fit` changed no weight")


def check_two_replicas(case, strategy):
    one = trained(case)
    with strategy.scope():
        model, data = training_model(case)
        if case.kind == "model":
            model(data["x"])
        set_weights(model.variables, one.before)
    logs = one_step(case, model, data)
    assert_same(
        to_numpy(model.variables), one.after, 1e-5, "Weights of two replicas"
    )
    if set(logs) != set(one.logs[0]):
        raise AssertionError(f"Logs of {set(logs)}, not {set(one.logs[0])}")
    names = sorted(logs)
    assert_same(
        [logs[name] for name in names],
        [one.logs[0][name] for name in names],
        1e-4,
        f"Logs {names} of two replicas",
    )


def check_jit_compiled_step(case):
    """A model's own training step compiles, and does the same."""
    one = trained(case)
    model, data = training_model(case, jit_compile=True)
    model(data["x"])
    set_weights(model.variables, one.before)
    logs = one_step(case, model, data)
    assert_same(to_numpy(model.variables), one.after, 1e-5, "Weights under XLA")
    assert_same(
        [logs[name] for name in sorted(logs)],
        [one.logs[0][name] for name in sorted(logs)],
        1e-4,
        "Logs under XLA",
    )
