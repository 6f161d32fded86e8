"""An object can be made again from its config."""

import inspect
import json

import keras

from tests.conformance.subject import Subject
from tests.conformance.subject import assert_same
from tests.conformance.subject import subject_of

PACKAGE = "keras_dl4"


def through_json(config):
    return json.loads(json.dumps(config))


def constructor_arguments(cls):
    """Names of the constructor's arguments, without *args and **kwargs.

    None for a constructor inherited from Keras, which has gaps of its own: a
    loss has a `dtype`, and does not put it into the config.
    """
    if cls.__init__.__module__.startswith("keras."):
        return []
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    return [
        parameter.name
        for parameter in parameters
        if parameter.kind
        not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]


def check_config_has_every_argument(case):
    cls = type(case.create())
    lost = set(constructor_arguments(cls)) - set(case.create().get_config())
    if lost:
        raise AssertionError(
            f"{cls.__name__}.get_config() lacks the arguments {sorted(lost)}"
        )


def _check_same_object(case, created):
    subject, again = subject_of(case), Subject(case, created)
    config = through_json(subject.object.get_config())
    if through_json(created.get_config()) != config:
        raise AssertionError(
            f"{case.name}: a config came back changed: {config} became "
            f"{created.get_config()}"
        )
    again.copy_weights(subject)
    assert_same(again.values(), subject.reference, 1e-6, "After get_config")


def check_config_round_trip(case):
    created = subject_of(case).object
    config = through_json(created.get_config())
    _check_same_object(case, type(created).from_config(config))


def check_serialization(case):
    created = subject_of(case).object
    cls = type(created)
    if cls.__module__.split(".")[0] == PACKAGE:
        name = keras.saving.get_registered_name(cls)
        if name != f"{PACKAGE}>{cls.__name__}":
            raise AssertionError(
                f"{cls.__name__} is registered as {name!r}, not under the "
                f"package {PACKAGE!r}"
            )
    config = through_json(keras.saving.serialize_keras_object(created))
    _check_same_object(
        case, keras.saving.deserialize_keras_object(config, safe_mode=True)
    )
