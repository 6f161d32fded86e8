"""TensorFlow: see `keras_dl4.backend` for the interface."""

import keras
import tensorflow as tf


def read_once(variables):
    """Reads `variables` now, and lets code in the context use those values.

    A variable that is read inside a while loop is an intermediate result of
    each iteration: the gradient stacks a copy of it for every one of them. A
    value read before the loop is a loop invariant and is kept once. The
    context must not assign to any variable.
    """
    # Not `ops.convert_to_tensor`: on TensorFlow it gives the variable back.
    return keras.StatelessScope(
        state_mapping=[(v, tf.convert_to_tensor(v.value)) for v in variables]
    )
