"""TensorFlow: see `keras_dl4.backend` for the interface."""

import keras
from keras import ops


def read_once(variables):
    """Reads `variables` now, and lets code in the context use those values.

    A TensorFlow variable that is read inside a while loop is read again in
    every iteration, and XLA copies it each time. Values read before the loop
    become loop invariants. The context must not assign to any variable.
    """
    return keras.StatelessScope(
        state_mapping=[(v, ops.convert_to_tensor(v)) for v in variables]
    )
