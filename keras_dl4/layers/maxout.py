"""Units that are the largest of several linear pieces."""

import numbers

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_dl4")
class Maxout(keras.layers.Layer):
    r"""Dense layer whose units are the largest of a few linear functions.

    $h_i(x) = \max_j (x^T W_{\cdot ij} + b_{ij})$: each unit learns its own
    convex activation. Made for dropout in front of it; the discriminator of
    the first generative adversarial network consists of such layers.

    Convention (kernel): one matrix, `(width, num_pieces * units)`. Unit `i` is
    the largest of columns `i`, `i + units`, `i + 2 * units`, … A constraint
    with `axis=0` acts on each piece by itself.

    Args:
        units: Positive int, width of the output.
        num_pieces: Positive int, linear functions of a unit.
        use_bias: Boolean, whether each piece has a bias. Defaults to `True`.
        kernel_initializer: Initializer of the kernel. Defaults to
            `"glorot_uniform"`.
        bias_initializer: Initializer of the biases. Defaults to `"zeros"`.
        kernel_regularizer: Regularizer of the kernel. Defaults to `None`.
        kernel_constraint: Constraint on the kernel. Defaults to `None`.
        bias_regularizer: Regularizer of the biases. Defaults to `None`.
        bias_constraint: Constraint on the biases. Defaults to `None`.
        activity_regularizer: Regularizer of the outputs. Defaults to `None`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, ..., width)`.

    Returns:
        Float tensor of shape `(batch, ..., units)`.

    Raises:
        ValueError: If `units` or `num_pieces` is not a positive int, or the
            width of the inputs is unknown.

    Example:

    >>> layer = keras_dl4.layers.Maxout(240, num_pieces=5)
    >>> layer(np.zeros((2, 784))).shape == (2, 240)
    True
    >>> tuple(layer.kernel.shape)
    (784, 1200)

    References:
        - [Maxout Networks](https://arxiv.org/abs/1302.4389), section 3
    """

    def __init__(
        self,
        units,
        num_pieces,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        kernel_constraint=None,
        *,
        bias_regularizer=None,
        bias_constraint=None,
        activity_regularizer=None,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        _check_count("units", units)
        _check_count("num_pieces", num_pieces)
        self.units = units
        self.num_pieces = num_pieces
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.kernel_constraint = keras.constraints.get(kernel_constraint)
        self.bias_regularizer = keras.regularizers.get(bias_regularizer)
        self.bias_constraint = keras.constraints.get(bias_constraint)
        self.supports_masking = True

    def build(self, input_shape):
        width = input_shape[-1]
        if width is None:
            raise ValueError(
                "The last axis of the inputs must have a known size. Received: "
                f"input shape {tuple(input_shape)}. Give `keras.Input` the "
                "number of features."
            )
        self.kernel = self.add_weight(
            shape=(width, self.num_pieces * self.units),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(self.num_pieces * self.units,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    def call(self, inputs):
        pieces = ops.matmul(inputs, self.kernel)
        if self.bias is not None:
            pieces = pieces + self.bias
        shape = (*ops.shape(inputs)[:-1], self.num_pieces, self.units)
        return ops.max(ops.reshape(pieces, shape), axis=-2)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        config = {
            "units": self.units,
            "num_pieces": self.num_pieces,
            "use_bias": self.use_bias,
        }
        for kind in ("initializer", "regularizer", "constraint"):
            serialize = getattr(keras, f"{kind}s").serialize
            for part in ("kernel", "bias"):
                name = f"{part}_{kind}"
                config[name] = serialize(getattr(self, name))
        config["activity_regularizer"] = keras.regularizers.serialize(
            self.activity_regularizer
        )
        return {**super().get_config(), **config}


def _check_count(name, value):
    is_int = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not is_int or value < 1:
        raise ValueError(
            f"`{name}` must be a positive int. Received: {name}={value!r}. "
            "The first generative adversarial network has 240 units of 5 "
            "pieces."
        )
