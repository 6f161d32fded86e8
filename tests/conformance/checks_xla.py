"""XLA computes what eager execution computes."""

from tests.conformance.gradients import eager_values_and_gradients
from tests.conformance.gradients import flat_tensors
from tests.conformance.gradients import tensorflow_function
from tests.conformance.noise import fed_noise
from tests.conformance.subject import Subject
from tests.conformance.subject import assert_same
from tests.conformance.subject import subject_of
from tests.conformance.subject import to_numpy


def check_xla(case):
    import tensorflow as tf

    values, gradients = eager_values_and_gradients(case)
    subject = Subject(case)
    subject.copy_weights(subject_of(case))
    if case.kind == "metric":
        function = _metric_function(subject)
    else:
        function = tensorflow_function(subject)
    compiled = tf.function(function, jit_compile=True, autograph=False)
    with fed_noise(case):
        results = compiled(*flat_tensors(subject))
    assert_same(to_numpy(results[0]), values, 1e-5, "Values under XLA")
    assert_same(to_numpy(results[1]), gradients, 1e-4, "Gradients under XLA")


def _metric_function(subject):
    from keras import tree

    return lambda *flat: (
        subject(tree.pack_sequence_as(subject.inputs, list(flat))),
        [],
    )
