"""Outputs have the declared shape and dtype, at any size."""

import inspect

import keras
import numpy as np
from keras import tree

from tests.conformance.subject import assert_same
from tests.conformance.subject import cropped
from tests.conformance.subject import named_inputs
from tests.conformance.subject import subject_of


def is_shape(declared):
    return isinstance(declared, tuple) and all(
        size is None or isinstance(size, int) for size in declared
    )


def flat_shapes(declared):
    if is_shape(declared):
        return [declared]
    if isinstance(declared, dict):
        declared = [declared[name] for name in sorted(declared)]
    return [shape for part in declared for shape in flat_shapes(part)]


def fits(shape, declared):
    return len(shape) == len(declared) and all(
        size is None or size == actual
        for actual, size in zip(shape, declared, strict=True)
    )


def check_declared_outputs(case):
    subject, declared = subject_of(case), flat_shapes(case.output_shape)
    shapes = [value.shape for value in subject.reference]
    if len(shapes) != len(declared) or not all(map(fits, shapes, declared)):
        raise AssertionError(f"Shapes {shapes}, declared as {declared}")
    dtypes = {value.dtype.name for value in subject.reference}
    if dtypes != {case.dtype}:
        raise AssertionError(f"Dtypes {dtypes}, declared as {case.dtype!r}")
    if subject.model is not None:
        symbolic = tree.flatten(subject.model.outputs)
        shapes = [tuple(output.shape) for output in symbolic]
        if shapes != declared:
            raise AssertionError(
                f"Symbolic shapes {shapes}, declared as {declared}"
            )


def check_declared_abilities(case):
    """What the layer evidently is able to do has to be tested too."""
    created = subject_of(case).object
    is_recurrent = isinstance(created, keras.layers.RNN)
    if is_recurrent and 1 not in case.axes_of(""):
        raise AssertionError("A recurrent layer takes any time: dynamic_axes")
    takes_mask = "mask" in inspect.signature(created.call).parameters
    if case.kind == "layer" and takes_mask and not case.has_masks:
        raise AssertionError("call() takes a mask: supports_masking=True")


def check_dynamic_shapes(case):
    subject = subject_of(case)
    batch_size = named_inputs(subject.inputs)[0][1].shape[0]
    if batch_size < 4 or batch_size % 2:
        raise AssertionError(
            f"The batch size must be even, and at least 4: {batch_size}"
        )
    fewer = subject.values(cropped(case, subject.inputs, batch_size // 2, 0))
    if case.per_example:
        assert_same(
            fewer,
            [value[: batch_size // 2] for value in subject.reference],
            1e-5,
            "Half of the batch",
        )
    for value in subject.values(cropped(case, subject.inputs, batch_size, 1)):
        if not np.all(np.isfinite(value)):
            raise AssertionError("Not finite at another size")
