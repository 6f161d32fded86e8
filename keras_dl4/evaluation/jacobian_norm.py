"""How strongly codes depend on their inputs, on average."""

import keras
import numpy as np
from keras import ops

from keras_dl4.evaluation.batches import in_batches
from keras_dl4.ops import squared_jacobian_norm
from keras_dl4.ops.dense_chain import dense_chain_of


def mean_jacobian_norm(encoder, inputs, batch_size=128):
    """Mean Frobenius norm of an encoder's Jacobian over a data set, exactly.

    What contractive autoencoders make small; `mean ||J(x)||`, the norm and
    not its square. Stacks of dense layers take about as long as an encoding;
    of anything else the whole Jacobian is found, one output at a time: pass
    some hundred examples then.

    Args:
        encoder: Layer, model or other function of a tensor `(batch, ...)`
            that treats the examples apart. Layers are called with
            `training=False`.
        inputs: Float array `(num_examples, ...)`.
        batch_size: Int >= 1, examples whose Jacobians are in memory at once.
            Defaults to `128`.

    Returns:
        Float.

    Raises:
        ValueError: If there is no example, one is not finite, `batch_size` is
            no positive int, or the encoder has no Jacobian path.

    Example:

    >>> encoder = keras.layers.Dense(4, kernel_initializer="identity")
    >>> mean_jacobian_norm(encoder, np.zeros((10, 6)))  # 4 ones
    2.0

    References:
        - [Rifai et al., 2011](https://icml.cc/2011/papers/455_icmlpaper.pdf),
          section 5
    """
    method = "exact"
    if isinstance(encoder, keras.layers.Layer):
        if not encoder.built:
            encoder(ops.convert_to_tensor(inputs[:1]))
        if dense_chain_of(encoder, np.shape(inputs)) is not None:
            method = "chain"

    def norms(batch):
        return ops.sqrt(squared_jacobian_norm(encoder, batch, method))

    return float(np.mean(in_batches(norms, inputs, batch_size)))
