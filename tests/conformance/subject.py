"""A case brought to life: built, callable, with its weights."""

import functools

import keras
import numpy as np
from keras import ops
from keras import tree

from tests.conformance.noise import fed_noise


class Subject:
    """The object of a case, and for graph kinds a functional model of it.

    Args:
        case: The case.
        created: The object, if it is not to be created. Defaults to `None`.
        seed: Seed of the weights. Defaults to `0`.
    """

    def __init__(self, case, created=None, seed=0):
        keras.utils.set_random_seed(seed)
        self.case = case
        self.object = case.create() if created is None else created
        self.inputs = case.inputs()
        self.model = None
        self.layer = self.object
        if case.is_graph:
            with fed_noise(case):
                self.model = self._functional_model()

    def _functional_model(self):
        symbolic = symbolic_inputs(self.case, self.inputs)
        if self.case.kind == "cell":
            self.layer = keras.layers.RNN(
                self.object, return_sequences=True, return_state=True
            )
        return keras.Model(symbolic, self.case.call(self.layer, symbolic))

    def __call__(self, inputs, **kwargs):
        """Flat list of results, as tensors."""
        return tree.flatten(self._run(inputs, **kwargs))

    def _run(self, inputs, **kwargs):
        if self.model is not None:
            return self.model(inputs, **kwargs)
        if self.case.kind == "regularizer":
            return self.case.call(self.object, inputs)
        arguments = (inputs["y_true"], inputs["y_pred"])
        weights = {k: v for k, v in inputs.items() if k == "sample_weight"}
        if self.case.kind == "loss":
            return self.object(*arguments, **weights)
        self.object.reset_state()
        self.object.update_state(*arguments, **weights)
        return self.object.result()

    def values(self, inputs=None, **kwargs):
        """Flat list of results, as arrays, with any noise fed."""
        inputs = self.inputs if inputs is None else inputs
        kwargs = {"training": False, **kwargs} if self.model else {}
        with fed_noise(self.case):
            return to_numpy(self(inputs, **kwargs))

    @functools.cached_property
    def reference(self):
        """What it returns for its inputs."""
        return self.values()

    @property
    def variables(self):
        return [] if self.model is None else self.model.variables

    @property
    def trainable_variables(self):
        return [] if self.model is None else self.model.trainable_variables

    def copy_weights(self, other):
        set_weights(self.variables, other.variables)


@functools.cache
def subject_of(case):
    """The one subject that tests share; they must not change it."""
    return Subject(case)


def set_weights(variables, others):
    shapes = [[tuple(v.shape) for v in vs] for vs in (variables, others)]
    if shapes[0] != shapes[1]:
        raise AssertionError(
            f"Other weights than before: {shapes[0]} instead of {shapes[1]}"
        )
    for variable, other in zip(variables, others, strict=True):
        variable.assign(ops.convert_to_numpy(other))


def to_numpy(tensors):
    return [ops.convert_to_numpy(tensor) for tensor in tensors]


def named_inputs(inputs):
    """Pairs of name and array in flat order; a single array has name ''."""
    if isinstance(inputs, dict):
        return [(name, inputs[name]) for name in sorted(inputs)]
    if isinstance(inputs, list | tuple):
        return [(str(index), array) for index, array in enumerate(inputs)]
    return [("", inputs)]


def symbolic_inputs(case, inputs):
    flat = []
    for name, array in named_inputs(inputs):
        shape = list(array.shape)
        for axis in case.axes_of(name):
            shape[axis] = None
        flat.append(
            keras.Input(shape[1:], dtype=array.dtype.name, name=name or None)
        )
    return tree.pack_sequence_as(inputs, flat)


def cropped(case, inputs, batch_size, removed):
    """The first examples, with `removed` less along each dynamic axis."""
    flat = []
    for name, array in named_inputs(inputs):
        index = [slice(None)] * array.ndim
        index[0] = slice(batch_size)
        for axis in case.axes_of(name):
            index[axis] = slice(array.shape[axis] - removed)
        flat.append(array[tuple(index)])
    return tree.pack_sequence_as(inputs, flat)


def is_float(array):
    return "float" in str(array.dtype)


def assert_same(actual, expected, tolerance, what):
    """Fails unless two flat lists of arrays agree in shape and value."""
    if len(actual) != len(expected):
        raise AssertionError(
            f"{what}: {len(actual)} values instead of {len(expected)}"
        )
    for index, pair in enumerate(zip(actual, expected, strict=True)):
        pair = [np.asarray(x, "float64") for x in pair]
        np.testing.assert_allclose(
            *pair,
            rtol=tolerance,
            atol=tolerance,
            err_msg=f"{what}, number {index}",
        )
