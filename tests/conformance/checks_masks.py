"""A masked run equals the run without the masked steps."""

import numpy as np
from keras import ops
from keras import tree

from tests.conformance.checks_declared import flat_shapes
from tests.conformance.noise import fed_noise
from tests.conformance.subject import assert_same
from tests.conformance.subject import subject_of
from tests.conformance.subject import to_numpy

# What padded steps hold; far outside of any data.
GARBAGE = 1e6


def check_masks(case):
    """Outputs, states and gradients, for rows of two lengths in a batch."""
    subject = subject_of(case)
    x = subject.inputs
    half, time = x.shape[0] // 2, x.shape[1]
    length = time // 2 + 1
    if length >= time:
        raise AssertionError(f"{time} steps are too few to test masks")
    mask = np.ones(x.shape[:2], "bool")
    mask[half:, length:] = False
    padded = x.copy()
    if padded.dtype.kind == "f":
        padded[~mask] = GARBAGE * np.sign(padded[~mask] + 0.1)

    values, gradients = _masked(subject, padded, mask)
    whole, whole_gradients = _masked(subject, x[:half])
    short, short_gradients = _masked(subject, x[half:, :length])
    assert_same(
        [value[:half] for value in values], whole, 1e-5, "Unmasked rows"
    )
    rows = [
        value[half:, :length] if timed else value[half:]
        for value, timed in zip(values, has_time(case), strict=True)
    ]
    assert_same(rows, short, 1e-5, "Masked rows against the short run")
    expected = [
        a + b for a, b in zip(whole_gradients, short_gradients, strict=True)
    ]
    assert_same(gradients, expected, 1e-4, "Gradients with a mask")


def has_time(case):
    """Which outputs have a time axis; others are last outputs or states."""
    return [
        len(shape) > 1 and shape[1] is None
        for shape in flat_shapes(case.output_shape)
    ]


def _masked(subject, x, mask=None):
    """Outputs, and the gradients of a sum over their unmasked steps."""
    import tensorflow as tf

    kwargs = {} if mask is None else {"mask": ops.convert_to_tensor(mask)}
    variables = [v.value for v in subject.trainable_variables]
    with fed_noise(subject.case), tf.GradientTape() as tape:
        # Not through the functional model, which does not pass masks on.
        outputs = subject.case.call(
            subject.layer, ops.convert_to_tensor(x), training=False, **kwargs
        )
        outputs = tree.flatten(outputs)
        total = 0.0
        for output, timed in zip(outputs, has_time(subject.case), strict=True):
            if mask is not None and timed:
                axes = (1,) * (len(output.shape) - 2)
                output = ops.where(
                    np.reshape(mask, mask.shape + axes), output, 0.0
                )
            total = total + ops.sum(ops.square(ops.cast(output, "float32")))
    gradients = tape.gradient(total, variables, unconnected_gradients="zero")
    gradients = [tf.convert_to_tensor(gradient) for gradient in gradients]
    return to_numpy(outputs), to_numpy(gradients)
