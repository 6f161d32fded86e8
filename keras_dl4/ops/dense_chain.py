"""Stacks of dense layers, whose Jacobian is a product of known matrices.

Of an encoder that is nothing but dense layers and activations the squared
Jacobian norm takes no differentiation of the whole: with the kernel `W` of the
first layer and the product `M` of all that follows, `J = M W^T`, and
`||J||^2 = tr(M (W^T W) M^T)`, so that `J` itself, as wide as the input, is
never formed. With one layer and an elementwise activation `M` is diagonal, and
the norm is `sum_j m_j^2 sum_i W_ij^2`.
"""

import dataclasses
import functools

import keras
from keras import ops

from keras_dl4.ops.activation_derivatives import Activation
from keras_dl4.ops.activation_derivatives import is_elementwise

# What they do in inference; the Jacobian is the one of inference.
_ELEMENTWISE_LAYERS = (
    keras.layers.ReLU,
    keras.layers.LeakyReLU,
    keras.layers.ELU,
    keras.layers.PReLU,
    keras.layers.BatchNormalization,
)
_IDENTITY_LAYERS = (
    keras.layers.InputLayer,
    keras.layers.Identity,
    keras.layers.Dropout,
    keras.layers.AlphaDropout,
    keras.layers.GaussianDropout,
    keras.layers.GaussianNoise,
    keras.layers.ActivityRegularization,
)
_RESHAPING_LAYERS = (keras.layers.Flatten, keras.layers.Reshape)


@dataclasses.dataclass(frozen=True)
class DenseChain:
    """An encoder taken apart: reshapings, then dense layers and activations.

    Args:
        reshapings: Layers that only reorder the input.
        steps: `keras.layers.Dense` layers, each followed by its `Activation`
            and perhaps by more of those.
    """

    reshapings: tuple
    steps: tuple

    @property
    def num_dense(self):
        """How many dense layers there are."""
        return sum(not isinstance(each, Activation) for each in self.steps)

    def factor(self, x):
        """The product `M` of all that follows the first kernel.

        Args:
            x: Float32 tensor, inputs of the encoder.

        Returns:
            `(n, outputs, units)`, or only the diagonal `(n, units)` where
            there is one layer and activations are elementwise. n is the
            number of examples, times positions where the input has those.
        """
        for layer in self.reshapings:
            x = layer(x)
        factors = []
        for step in self.steps:
            if isinstance(step, Activation):
                x, derivative = step.with_derivative(x)
                factors.append(derivative)
                continue
            kernel = _kernel_of(step)
            x = ops.matmul(x, kernel)
            if step.bias is not None:
                x = x + ops.cast(step.bias, "float32")
            factors.append(ops.transpose(kernel)[None])
        # From the outputs on, where the matrices usually are smallest.
        product = factors.pop()
        for factor in reversed(factors[1:]):
            product = _product(product, factor)
        return product

    def squared_norm(self, factor, batch_size):
        """`||factor W^T||^2` of each example.

        Args:
            factor: What `factor` returned, or a difference of two of those.
            batch_size: Int or scalar tensor.

        Returns:
            Float32 tensor `(batch,)`.
        """
        kernel = _kernel_of(self.steps[0])
        if len(factor.shape) == 2:
            squares = ops.square(factor) * ops.sum(ops.square(kernel), axis=0)
        elif kernel.shape[0] < kernel.shape[1]:
            jacobian = _product(factor, ops.transpose(kernel)[None])
            squares = ops.square(jacobian)
        else:
            gram = ops.matmul(ops.transpose(kernel), kernel)
            squares = _product(factor, gram[None]) * factor
        return ops.sum(ops.reshape(squares, (batch_size, -1)), axis=-1)


def _kernel_of(dense):
    return ops.cast(dense.kernel, "float32")


def _product(left, right):
    """Of matrices `(n, k, m)` and diagonals `(n, m)`; n may be 1 on the right.

    A product of two diagonals is one again.
    """
    if len(right.shape) == 2:
        return left * (right if len(left.shape) == 2 else right[:, None, :])
    if len(left.shape) == 2:
        return left[..., None] * right
    if right.shape[0] != 1:
        return ops.matmul(left, right)
    # One large product instead of many small ones.
    rows = ops.matmul(ops.reshape(left, (-1, right.shape[1])), right[0])
    return ops.reshape(rows, (-1, left.shape[1], right.shape[2]))


def dense_chain_of(encoder, input_shape):
    """Takes an encoder apart, if it is dense layers and activations only.

    Args:
        encoder: Built layer or model.
        input_shape: Shape of its inputs, `(batch, ...)`, of which activations
            may use rank and sizes.

    Returns:
        A `DenseChain`, or None if it is anything else.
    """
    layers = _flat_layers(encoder)
    if layers is None:
        return None
    reshapings, steps = [], []
    shape = tuple(input_shape)
    for layer in layers:
        if type(layer) in _IDENTITY_LAYERS or _is_marked_identity(layer):
            continue
        if type(layer) in _RESHAPING_LAYERS and not steps:
            reshapings.append(layer)
            shape = layer.compute_output_shape(shape)
            continue
        if type(layer) is keras.layers.Dense:
            shape = (*shape[:-1], layer.units)
        added = _steps_of(layer, shape[1:])
        if added is None:
            return None
        steps += added
    if not steps or isinstance(steps[0], Activation):
        return None
    return DenseChain(tuple(reshapings), tuple(steps))


def _is_marked_identity(layer):
    return getattr(layer, "is_identity_in_inference", False)


def _flat_layers(encoder):
    """The layers of a model that calls one after the other, or None."""
    if not isinstance(encoder, keras.Model):
        return [encoder]
    if type(encoder) is not keras.Sequential and not _is_line(encoder):
        return None
    parts = [_flat_layers(layer) for layer in encoder.layers]
    return None if None in parts else [each for part in parts for each in part]


def _is_line(model):
    """Whether a functional model is a line of layers, all called first in it.

    A subclass may do more in its `call` than its layers tell.
    """
    is_functional = type(model).__module__.split(".")[0] == "keras"
    inputs = keras.tree.flatten(getattr(model, "inputs", None) or ())
    if not is_functional or len(inputs) != 1 or len(model.outputs) != 1:
        return False
    (tensor,) = inputs
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        try:
            if layer.input is not tensor:
                return False
            tensor = layer.output
        except (AttributeError, ValueError):
            return False
    return tensor is model.outputs[0]


def _steps_of(layer, shape):
    """A layer as a list of dense layers and activations, or None."""
    if type(layer) is keras.layers.Dense:
        if layer.quantization_mode is not None:
            return None
        activation = _activation_of(layer.activation, shape)
        return activation and [layer, activation]
    if type(layer) is keras.layers.Activation:
        activation = _activation_of(layer.activation, shape)
        return activation and [activation]
    if type(layer) is keras.layers.Softmax and layer.axis == -1:
        return [Activation(layer, False)]
    if type(layer) in _ELEMENTWISE_LAYERS:
        return [_elementwise(layer)]
    return None


def _elementwise(layer):
    return Activation(functools.partial(layer, training=False), True)


def _activation_of(function, shape):
    if type(function) in _ELEMENTWISE_LAYERS:
        return _elementwise(function)
    if isinstance(function, keras.layers.Layer):
        return None
    found = is_elementwise(function, shape)
    return None if found is None else Activation(function, found)
