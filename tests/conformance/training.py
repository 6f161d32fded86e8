"""A small model with a case in it, ready to be trained."""

import keras
import numpy as np
from keras import tree

from tests.conformance.noise import fed_noise
from tests.conformance.subject import Subject
from tests.conformance.subject import is_float
from tests.conformance.subject import named_inputs
from tests.conformance.subject import symbolic_inputs

NO_JIT = {"jit_compile": False}


def identity_projection(tensor, **kwargs):
    """Trainable, and at first without an effect on the tensor."""
    layer = keras.layers.Dense(
        tensor.shape[-1], kernel_initializer="identity", **kwargs
    )
    return layer(tensor)


def training_model(case, **options):
    """A model with those options of `compile`, and its arguments of `fit`."""
    build = {
        "layer": _with_layer,
        "cell": _with_layer,
        "model": _model_itself,
        "loss": _with_loss,
        "metric": _with_metric,
        "regularizer": _with_regularizer,
    }[case.kind]
    with fed_noise(case):
        model, compile_arguments, data = build(Subject(case))
        model.compile(**{**NO_JIT, **options}, **compile_arguments)
    return model, data


def gradient_descent(case):
    # Not Adam: it would hide a gradient that is too large by a factor.
    return keras.optimizers.SGD(case.learning_rate)


def _with_layer(subject):
    case, model = subject.case, subject.model
    if subject.trainable_variables:
        output = tree.flatten(model.outputs)[0]
        model = keras.Model(model.input, output)
    else:
        symbolic = symbolic_inputs(case, subject.inputs)
        projected = tree.map_structure(
            lambda x: identity_projection(x) if is_float(x) else x, symbolic
        )
        output = tree.flatten(case.call(subject.object, projected))[0]
        model = keras.Model(symbolic, output)
    arguments = {"optimizer": gradient_descent(case), "loss": "mse"}
    targets = case.targets() if case.targets else _noise_like(subject)
    return model, arguments, {"x": subject.inputs, "y": targets}


def _noise_like(subject):
    shape = subject.reference[0].shape
    return np.random.default_rng(1).normal(size=shape).astype("float32")


def _model_itself(subject):
    case = subject.case
    arguments = case.compile_arguments(lambda: gradient_descent(case))
    data = {"x": subject.inputs}
    if case.targets:
        data["y"] = case.targets()
    return subject.object, arguments, data


def _with_loss(subject):
    model, data = _projection(subject)
    optimizer = gradient_descent(subject.case)
    return model, {"optimizer": optimizer, "loss": subject.object}, data


def _with_metric(subject):
    model, data = _projection(subject)
    arguments = {
        "optimizer": gradient_descent(subject.case),
        "loss": "mse",
        "weighted_metrics": [subject.object],
    }
    return model, arguments, data


def _projection(subject):
    arrays = dict(named_inputs(subject.inputs))
    data = {"x": arrays.pop("y_pred"), "y": arrays.pop("y_true"), **arrays}
    inputs = keras.Input(data["x"].shape[1:])
    return keras.Model(inputs, identity_projection(inputs)), data


def _with_regularizer(subject):
    case, x = subject.case, subject.inputs
    inputs = keras.Input(x.shape[1:])
    if case.attach:
        outputs = case.attach(subject.object)(inputs)
    else:
        outputs = identity_projection(
            inputs, activity_regularizer=subject.object
        )
    arguments = {"optimizer": gradient_descent(case), "loss": "mse"}
    return keras.Model(inputs, outputs), arguments, {"x": x, "y": x}
