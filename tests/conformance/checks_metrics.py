"""A metric is the same however the data is split into batches."""

import numpy as np
from keras import ops

from tests.conformance.subject import Subject
from tests.conformance.subject import assert_same
from tests.conformance.subject import cropped


def check_metric_accumulates(case):
    subject = Subject(case)
    inputs, metric = subject.inputs, subject.object
    start = ops.convert_to_numpy(metric.result())
    whole = subject.values(inputs)
    metric.reset_state()
    again = ops.convert_to_numpy(metric.result())
    assert_same([again], [start], 0.0, "After reset_state")
    # Unequal parts: a mean of means would come out the same for equal ones.
    first = cropped(case, inputs, 1, 0)
    rest = {name: array[1:] for name, array in inputs.items()}
    for part in (first, rest):
        metric.update_state(**part)
    if np.array_equal(whole[0], start):
        raise AssertionError("The inputs leave the metric where it starts")
    split = [ops.convert_to_numpy(metric.result())]
    assert_same(split, whole, 1e-5, "In two batches")
