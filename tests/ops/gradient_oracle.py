"""Gradients of the library, beside finite differences of a reference."""

import keras
import numpy as np


def finite_differences(function, arguments, upstream, step=1e-6):
    """Gradients of `sum(upstream * function(*arguments))` in float64."""
    gradients = []
    for position, argument in enumerate(arguments):
        gradient = np.zeros_like(argument)
        for index in np.ndindex(argument.shape):
            sides = []
            for sign in (1.0, -1.0):
                moved = argument.copy()
                moved[index] += sign * step
                changed = list(arguments)
                changed[position] = moved
                sides.append(np.sum(upstream * function(*changed)))
            gradient[index] = (sides[0] - sides[1]) / (2.0 * step)
        gradients.append(gradient)
    return gradients


def library_gradients(function, arguments, upstream, jit):
    """The same of a function of tensors, in the dtype of the arguments."""
    import tensorflow as tf

    @tf.function(jit_compile=jit)
    def run(arguments):
        with tf.GradientTape() as tape:
            tape.watch(arguments)
            total = keras.ops.sum(upstream * function(*arguments))
        return tape.gradient(total, arguments)

    with tf.device("CPU:0"):
        arguments = [tf.convert_to_tensor(a) for a in arguments]
        return [gradient.numpy() for gradient in run(arguments)]


def assert_gradients(function, reference, arguments, jit):
    """Compares both for every argument, for a random upstream gradient."""
    rng = np.random.default_rng(1)
    upstream = rng.normal(size=reference(*arguments).shape)
    expected = finite_differences(reference, arguments, upstream)
    actual = library_gradients(function, arguments, upstream, jit)
    for want, got in zip(expected, actual, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-7)
