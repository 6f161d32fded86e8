"""Squared norms of Jacobians, by the cheapest way that fits the encoder."""

import numbers

import keras
from keras import ops

from keras_dl4.backend import jvp
from keras_dl4.backend import pull_back_each
from keras_dl4.backend import vjp
from keras_dl4.backend import without_side_effects
from keras_dl4.ops.dense_chain import dense_chain_of
from keras_dl4.ops.jacobians import batch_jacobian
from keras_dl4.ops.jacobians import check_inputs
from keras_dl4.ops.jacobians import inference_of
from keras_dl4.ops.jacobians import require_path
from keras_dl4.ops.jacobians import size_of

JACOBIAN_METHODS = ("auto", "closed_form", "chain", "exact", "hutchinson")


def squared_jacobian_norm(
    encoder, inputs, method="auto", num_probes=1, seed=None
):
    """Squared Frobenius norm of each example's Jacobian.

    How much the encoder, in inference, moves when its input moves.

    Args:
        encoder: Layer, model or other function of a tensor `(batch, ...)`
            that treats the examples apart.
        inputs: Float tensor `(batch, ...)`.
        method: `"closed_form"` for one dense layer of any activation;
            `"chain"` for a stack of dense layers and activations, whose
            memory grows with `batch * outputs * units of the first layer`;
            `"exact"`, the whole Jacobian of anything, one output at a time;
            `"hutchinson"`, an unbiased estimate for anything, at the cost of
            one backward pass for each probe; or `"auto"`, the first of those
            that fits, without `"exact"`. Defaults to `"auto"`.
        num_probes: Int, random directions for `"hutchinson"`. Defaults to
            `1`.
        seed: Int, `keras.random.SeedGenerator`, or `None` for a random one,
            for `"hutchinson"`. Defaults to `None`.

    Returns:
        Float32 tensor `(batch,)`.

    Raises:
        ValueError: If `method` is none of these or does not fit the encoder,
            `num_probes` is less than 1, or the encoder has no Jacobian path:
            several inputs or outputs, integers, no differentiable path.

    Example:

    >>> from keras_dl4.ops import squared_jacobian_norm
    >>> encoder = keras.layers.Dense(3, kernel_initializer="identity")
    >>> np.array(squared_jacobian_norm(encoder, np.ones((2, 3), "float32")))
    array([3., 3.], dtype=float32)

    References:
        - [Rifai et al., 2011](https://icml.cc/2011/papers/455_icmlpaper.pdf),
          equations 2 and 9
        - Hutchinson, 1989, "A stochastic estimator of the trace of the
          influence matrix"
    """
    check_method(method, num_probes)
    inputs = check_inputs(inputs)
    build_encoder(encoder, inputs)
    if isinstance(seed, numbers.Integral):
        seed = int(seed)  # Keras takes no integers of NumPy.

    def draw(shape):
        return keras.random.uniform(shape, dtype="float32", seed=seed)

    jacobian = jacobian_of(encoder, inputs.shape, method, num_probes, draw)
    return jacobian.squared_norm(jacobian.of(inputs), ops.shape(inputs)[0])


def build_encoder(encoder, inputs):
    """Makes the weights of an encoder that has never been called."""
    if isinstance(encoder, keras.layers.Layer) and not encoder.built:
        encoder(inputs)


class ChainJacobian:
    """Jacobians of a `DenseChain`, as a factor of the first kernel."""

    def __init__(self, encoder, chain):
        self.encoder = encoder
        self.chain = chain

    def of(self, x):
        """A representation of the Jacobians at x, linear in them."""
        with without_side_effects(self.encoder):
            return self.chain.factor(x)

    def squared_norm(self, representation, batch_size):
        """`||J||^2` of each example, or of each difference of Jacobians."""
        return self.chain.squared_norm(representation, batch_size)


class ExactJacobian:
    """Jacobians of anything, in full; the interface of `ChainJacobian`."""

    def __init__(self, encoder):
        self.encoder = encoder

    def of(self, x):
        """The Jacobians `(batch, output size, input size)` at x."""
        return batch_jacobian(self.encoder, x)

    def squared_norm(self, representation, batch_size):
        """`||J||^2` of each example."""
        return ops.sum(ops.square(representation), axis=(1, 2))


class ProbedJacobian:
    """Products of Jacobians with random signs, Hutchinson's estimator.

    `E ||v^T J||^2 = ||J||^2` for independent signs v. Probes are drawn where
    there are fewer numbers, for the outputs or the inputs, which is where they
    vary less, once for all points. The interface of `ChainJacobian`.
    """

    def __init__(self, encoder, num_probes, draw):
        self.function = inference_of(encoder)
        self.num_probes = num_probes
        self.draw = draw
        self.probes = None

    def of(self, x):
        """Products `(number of probes, batch, size)` at x."""
        y, multiply = vjp(self.function, x)
        if size_of(y) > size_of(x):
            y, multiply = jvp(self.function, x)
            y = x
        if self.probes is None:
            shape = (self.num_probes, *ops.shape(y))
            draws = self.draw(shape)
            self.probes = ops.where(draws < 0.5, -1.0, 1.0)
        products = pull_back_each(require_path(multiply), self.probes)
        return ops.reshape(products, (self.num_probes, ops.shape(x)[0], -1))

    def squared_norm(self, representation, batch_size):
        """An unbiased estimate of `||J||^2` of each example."""
        return ops.mean(ops.sum(ops.square(representation), axis=-1), axis=0)


def jacobian_of(encoder, input_shape, method, num_probes=1, draw=None):
    """The Jacobian of an encoder, by one of `JACOBIAN_METHODS`.

    Args:
        encoder: Built layer or model, or another function of a tensor.
        input_shape: Shape of its inputs.
        method: See `squared_jacobian_norm`.
        num_probes: Int, for `"hutchinson"`. Defaults to `1`.
        draw: Function from a shape to a tensor of uniform numbers in [0, 1),
            for `"hutchinson"`. Defaults to `None`.

    Returns:
        An object with the methods of `ChainJacobian`.
    """
    chain = None
    if method in ("auto", "closed_form", "chain"):
        is_layer = isinstance(encoder, keras.layers.Layer)
        chain = dense_chain_of(encoder, input_shape) if is_layer else None
    if method == "auto":
        method = "hutchinson" if chain is None else "chain"
    if method == "exact":
        return ExactJacobian(encoder)
    if method == "hutchinson":
        return ProbedJacobian(encoder, num_probes, draw)
    if chain is None or (method == "closed_form" and chain.num_dense > 1):
        fits = {
            "closed_form": "one keras.layers.Dense layer, of any activation",
            "chain": "a stack of keras.layers.Dense layers and activations",
        }[method]
        raise ValueError(
            f"`method={method!r}` fits an encoder that is {fits}, perhaps "
            f"behind a Flatten layer. Received: encoder={encoder!r}. Use "
            "method='auto', which takes the best that fits, 'exact' for few "
            "outputs, or 'hutchinson' for anything."
        )
    return ChainJacobian(encoder, chain)


def check_method(method, num_probes):
    """Raises a `ValueError` for a method or number of probes there is not."""
    if method not in JACOBIAN_METHODS:
        raise ValueError(
            f"`method` must be one of {JACOBIAN_METHODS}. Received: "
            f"method={method!r}"
        )
    if not isinstance(num_probes, numbers.Integral) or num_probes < 1:
        raise ValueError(
            "`num_probes` must be an int of at least 1. Received: "
            f"num_probes={num_probes!r}"
        )
