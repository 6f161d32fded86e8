"""What a public class declares of itself to be tested."""

import dataclasses
from collections.abc import Callable

import numpy as np

# A cell is tested inside `keras.layers.RNN`, everything else as it is.
KINDS = ("layer", "cell", "model", "loss", "metric", "regularizer")
GRAPH_KINDS = ("layer", "cell", "model")


def call_with_inputs(layer, inputs, **kwargs):
    return layer(inputs, **kwargs)


def compile_with_mean_squared_error(optimizer):
    return {"optimizer": optimizer(), "loss": "mse"}


# Compared by identity: a case is also the key of what was built from it.
@dataclasses.dataclass(frozen=True, eq=False)
class Case:
    """One configuration of a public class, at a toy size.

    Args:
        name: The class name; further configurations of the same class are
            called `"ClassName/what_differs"`.
        kind: One of `KINDS`.
        create: Function without arguments that makes the object. Use values
            that are not the defaults, so that a lost argument shows.
        inputs: Function without arguments that returns the same NumPy arrays
            each time: for graph kinds what the layer is called with (array,
            list or dict), for a loss or metric a dict of `y_true`, `y_pred`
            and perhaps `sample_weight`, for a regularizer an array. The batch
            size must be even, and at least 4.
        output_shape: Shape of the output, `None` where it follows the input
            (batch, time); nested as the output is. For a cell: of the output
            and the states.
        dtype: Dtype of the outputs under the float32 policy.
        dynamic_axes: Input axes besides the batch that may have any size. A
            dict by input name where inputs differ.
        supports_masking: Whether a mask of shape (batch, time) hides steps.
            Cells always support it, through `keras.layers.RNN`.
        stochastic: Whether the object draws random numbers. It must do so by
            a `NoiseSource`, or by `keras.random.normal(...)` and its like,
            looked up in the module, so that they can be replaced by a fixed
            pattern. Other noise (a `keras.layers.Dropout` inside) is to be
            configured away.
        pinned_float32: Whether it computes in float32 under any policy.
        per_example: Whether the result for an example depends on that example
            only. A loss over all pairs of a batch does not.
        call: How the object is called with `inputs` and keyword arguments.
        attach: Function from a regularizer to a layer that puts it into a
            model and keeps it as `penalty`, for one that is no
            `activity_regularizer`. The layer must keep the input shape.
        targets: Function without arguments that returns what `fit` is to
            reach. By default seeded noise for layers, nothing for models.
        compile_arguments: Function from an optimizer factory to the arguments
            of `compile`, for models.
        learning_rate: Of the plain gradient descent that must lower the loss.
        objective: Name of the value in the logs of `fit` that must fall.
    """

    name: str
    kind: str
    create: Callable
    inputs: Callable
    output_shape: object = ()
    dtype: str = "float32"
    _: dataclasses.KW_ONLY
    dynamic_axes: tuple | dict = ()
    supports_masking: bool = False
    stochastic: bool = False
    pinned_float32: bool = False
    per_example: bool = True
    call: Callable = call_with_inputs
    attach: Callable | None = None
    targets: Callable | None = None
    compile_arguments: Callable = compile_with_mean_squared_error
    learning_rate: float = 0.05
    objective: str = "loss"

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"`kind` must be one of {KINDS}: {self.kind!r}")

    def __repr__(self):
        return self.name

    @property
    def class_name(self):
        return self.name.split("/")[0]

    @property
    def is_graph(self):
        return self.kind in GRAPH_KINDS

    @property
    def is_trained(self):
        """Whether it has a part in training: ids have no gradient."""
        return "int" not in self.dtype

    @property
    def has_masks(self):
        return self.supports_masking or self.kind == "cell"

    def axes_of(self, input_name):
        if isinstance(self.dynamic_axes, dict):
            return tuple(self.dynamic_axes.get(input_name, ()))
        return tuple(self.dynamic_axes)


def normal(*shape, seed=0):
    """A function that returns the same standard normal array each time."""
    return lambda: (
        np.random.default_rng(seed).normal(size=shape).astype("float32")
    )


def integers(high, *shape, seed=0, dtype="int32"):
    """A function that returns the same integers in [0, high) each time."""
    return lambda: (
        np.random.default_rng(seed).integers(high, size=shape).astype(dtype)
    )
