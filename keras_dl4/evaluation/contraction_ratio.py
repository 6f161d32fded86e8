"""How much closer together codes are than their inputs."""

import math

import numpy as np
from keras import ops

from keras_dl4.evaluation.batches import as_examples
from keras_dl4.evaluation.batches import in_batches


def contraction_ratio(
    encode, inputs, radii, num_directions=1, batch_size=512, seed=0
):
    """Distance of two codes over the distance of their inputs, by the latter.

    For each example x and radius, a point is drawn at that distance from x in
    a random direction; the ratio is `||f(x + d) - f(x)|| / ||d||`, averaged
    over examples and directions. For small radii it is about the norm of the
    Jacobian, divided by the root of the input size. A good contractive encoder
    contracts most near the examples.

    The directions of an example are the same at each radius, so that the
    curve is smooth.

    Args:
        encode: Function of a float32 tensor `(batch, ...)`, such as a model
            or its `encode`, that gives codes `(batch, ...)`.
        inputs: Array `(num_examples, ...)`.
        radii: List of positive floats, distances in the input space.
        num_directions: Int >= 1, directions for each example. Defaults to
            `1`.
        batch_size: Int >= 1, examples encoded at once. Defaults to `512`.
        seed: Int, of the directions. Defaults to `0`.

    Returns:
        Float64 array, a ratio for each radius.

    Raises:
        ValueError: If a radius is not positive, there is no example, one is
            not finite, or an int is less than 1.

    Example:

    >>> inputs = np.zeros((10, 5))
    >>> contraction_ratio(lambda x: 0.5 * x, inputs, [1.0, 2.0]).round(3)
    array([0.5, 0.5])

    References:
        - [Rifai et al., 2011](https://icml.cc/2011/papers/455_icmlpaper.pdf),
          section 5
    """
    radii = np.asarray(radii, "float64")
    if radii.ndim != 1 or not radii.size or not (radii > 0.0).all():
        raise ValueError(
            "`radii` must be a list of positive distances. Received: "
            f"radii={radii.tolist()}. Use for example np.linspace(0.5, 15, 30)."
        )
    if not isinstance(num_directions, int) or num_directions < 1:
        raise ValueError(
            "`num_directions` must be an int of at least 1. Received: "
            f"num_directions={num_directions!r}"
        )
    inputs = as_examples("inputs", inputs)

    def codes_of(points):
        codes = ops.convert_to_numpy(encode(points)).astype("float64")
        return codes.reshape(len(codes), -1)

    codes = in_batches(codes_of, inputs, batch_size)
    rng = np.random.default_rng(seed)
    size = math.prod(inputs.shape[1:])
    total = np.zeros(len(radii))
    for _ in range(num_directions):
        steps = rng.normal(size=(len(inputs), size))
        steps /= np.linalg.norm(steps, axis=1, keepdims=True)
        steps = steps.reshape(inputs.shape)
        for index, radius in enumerate(radii):
            moved = in_batches(codes_of, inputs + radius * steps, batch_size)
            distances = np.linalg.norm(moved - codes, axis=1)
            total[index] += distances.mean() / radius
    return total / num_directions
