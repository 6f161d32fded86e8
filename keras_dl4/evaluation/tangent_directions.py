"""The directions in which codes change most."""

import numpy as np
from keras import ops

from keras_dl4.evaluation.batches import in_batches
from keras_dl4.ops import batch_jacobian


def tangent_directions(encoder, inputs, num_directions=8, batch_size=16):
    """Leading right singular vectors of an encoder's Jacobian at each example.

    A contractive encoder is flat but for the directions along which its
    training examples vary. They are tangents of the manifold that the
    examples lie on; `keras_dl4.figures.plot_tangents` draws them.

    Convention (sign): the component of largest magnitude is positive.

    Args:
        encoder: Layer, model or other function of a tensor `(batch, ...)`
            that treats the examples apart. Layers are called with
            `training=False`.
        inputs: Float array `(num_examples, ...)`; a few, since whole
            Jacobians are found.
        num_directions: Int >= 1, up to the size of the input and that of the
            code. Defaults to `8`.
        batch_size: Int >= 1, examples whose Jacobians are in memory at once.
            Defaults to `16`.

    Returns:
        `(directions, singular_values)`, float32 arrays of shapes
        `(num_examples, num_directions, ...)`, unit vectors in the shape of an
        input, and `(num_examples, num_directions)`, in decreasing order.

    Raises:
        ValueError: If there are not as many directions, there is no example,
            one is not finite, `batch_size` is no positive int, or the encoder
            has no Jacobian path.

    Example:

    >>> kernel = np.diag([1.0, 3.0, 2.0])
    >>> directions, values = tangent_directions(
    ...     lambda x: keras.ops.matmul(x, kernel.astype("float32")),
    ...     np.zeros((1, 3)),
    ...     num_directions=2,
    ... )
    >>> directions[0].tolist(), values[0].tolist()
    ([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], [3.0, 2.0])

    References:
        - Rifai et al., 2011, "The manifold tangent classifier", section 3
    """

    def tangents(batch):
        jacobians = ops.convert_to_numpy(batch_jacobian(encoder, batch))
        _check_number(num_directions, jacobians.shape[1:])
        _, values, vectors = np.linalg.svd(jacobians, full_matrices=False)
        vectors = vectors[:, :num_directions]
        peaks = np.abs(vectors).argmax(axis=-1, keepdims=True)
        signs = np.sign(np.take_along_axis(vectors, peaks, axis=-1))
        shape = (*vectors.shape[:2], *batch.shape[1:])
        return (vectors * signs).reshape(shape), values[:, :num_directions]

    return in_batches(tangents, inputs, batch_size)


def _check_number(num_directions, shape):
    is_int = isinstance(num_directions, int)
    if not is_int or not 1 <= num_directions <= min(shape):
        raise ValueError(
            "`num_directions` must be an int from 1 to the smaller size of "
            f"code and input. Received: num_directions={num_directions!r}, "
            f"Jacobians of shape {shape}. Ask for fewer."
        )
