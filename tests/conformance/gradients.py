"""Values and gradients of a subject, on each backend."""

import functools

import keras
import numpy as np
from keras import ops
from keras import tree

from tests.conformance.noise import fed_noise
from tests.conformance.subject import is_float
from tests.conformance.subject import named_inputs
from tests.conformance.subject import subject_of
from tests.conformance.subject import to_numpy


def differentiable(subject):
    """Positions of the inputs that have a gradient."""
    return [
        index
        for index, (name, array) in enumerate(named_inputs(subject.inputs))
        if is_float(array) and name not in ("y_true", "sample_weight")
    ]


def weighted_sum(outputs):
    """A scalar whose gradient shows each element of each float output."""
    total = ops.zeros(())
    for seed, output in enumerate(outputs):
        if is_float(output):
            weights = np.random.default_rng(seed).normal(size=output.shape)
            weights = ops.cast(weights, "float32")
            total = total + ops.sum(ops.cast(output, "float32") * weights)
    return total


def tensorflow_function(subject):
    """Function from flat inputs to (values, gradients), to run or compile."""
    import tensorflow as tf

    kwargs = {"training": True} if subject.model else {}

    def compute(*flat):
        flat = list(flat)
        positions = differentiable(subject)
        variables = [v.value for v in subject.trainable_variables]
        with tf.GradientTape() as tape:
            for index in positions:
                tape.watch(flat[index])
            outputs = subject(
                tree.pack_sequence_as(subject.inputs, flat), **kwargs
            )
            total = weighted_sum(outputs)
        gradients = tape.gradient(
            total,
            variables + [flat[index] for index in positions],
            unconnected_gradients="zero",
        )
        return outputs, [tf.convert_to_tensor(g) for g in gradients]

    return compute


def jax_values_and_gradients(subject):
    import jax

    flat = [
        jax.numpy.asarray(array) for _, array in named_inputs(subject.inputs)
    ]
    positions = differentiable(subject)

    def compute(trainable, differentiated):
        inputs = list(flat)
        for index, value in zip(positions, differentiated, strict=True):
            inputs[index] = value
        inputs = tree.pack_sequence_as(subject.inputs, inputs)
        if subject.model is None:
            outputs = subject(inputs)
        else:
            outputs, _ = subject.model.stateless_call(
                trainable,
                [v.value for v in subject.model.non_trainable_variables],
                inputs,
                training=True,
            )
            outputs = tree.flatten(outputs)
        return weighted_sum(outputs), outputs

    compute = jax.value_and_grad(compute, argnums=(0, 1), has_aux=True)
    (_, outputs), gradients = jax.jit(compute)(
        [v.value for v in subject.trainable_variables],
        [flat[index] for index in positions],
    )
    return to_numpy(outputs), to_numpy(gradients[0] + gradients[1])


def values_and_gradients(subject):
    """Two lists of arrays; no gradients for a metric."""
    with fed_noise(subject.case):
        if subject.case.kind == "metric":
            return to_numpy(subject(subject.inputs)), []
        if keras.backend.backend() == "jax":
            return jax_values_and_gradients(subject)
        values, gradients = tensorflow_function(subject)(*flat_tensors(subject))
    return to_numpy(values), to_numpy(gradients)


def flat_tensors(subject):
    return [
        ops.convert_to_tensor(array)
        for _, array in named_inputs(subject.inputs)
    ]


@functools.cache
def eager_values_and_gradients(case):
    """Of the shared subject, for the tests that compare with it."""
    subject = subject_of(case)
    state = to_numpy(subject.variables)
    result = values_and_gradients(subject)
    # Training may have moved statistics, such as a running mean.
    for variable, value in zip(subject.variables, state, strict=True):
        variable.assign(value)
    return result
