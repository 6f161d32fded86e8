"""The only backend-specific code of the package, one file per backend.

Every file offers the same interface:

- `read_once(variables)`: context manager in which each variable is read a
  single time, up front, instead of at each use.
- `replica_index()`: number of the replica that runs the code, an int32 scalar;
  0 where there is one.
- `all_reduce_sum(x)`, `all_reduce_mean(x)`: over all replicas, which must reach
  the call in the same order; `x` where there is one. Gradients flow back to
  the replicas, so that a loss divided by the number of replicas, as Keras
  does, has the gradient that one device has for the whole batch.
- `all_gather(x)`: `x` of all replicas, in their order, joined along the first
  axis, in which their sizes may differ; `x` where there is one. Gradients
  flow back as those of the sums do.
- `random_normal(shape, seed_generator)`, `random_uniform(shape,
  seed_generator)`: float32 numbers of the standard normal distribution, and in
  [0, 1): those of `keras.random`, and faster under XLA on TensorFlow.
- `vjp(function, x)`: `function(x)`, a tensor, and its pullback, which takes a
  cotangent of the shape of that and gives the vector-Jacobian product, of the
  shape of `x`. Both can be differentiated again. The pullback returns None
  where no path leads from `x` to the output.
- `pull_back_each(pullback, cotangents)`: the products with several cotangents,
  stacked along the first axis.
- `must_redo_forward_pass()`: within a written gradient, whether it is to be
  differentiated again although the forward pass, whose tensors it may use, was
  not recorded for that.
- `outside_of_tracing()`: context manager in which operations on arrays run at
  once, also while a function is being traced.
- `value_and_gradients(function, tensors)`: `function(tensors)`, a tensor, and
  the gradients of its sum, in the structure of `tensors`; zeros where no path
  leads there.
- `compiled_loop(step)`: a function of `(num_steps, state, data)` that does
  `state = step(index, state, data)` that many times and gives the last state.
  It is one program of XLA, compiled anew for other shapes only; on PyTorch it
  is a plain loop. State and data are structures of tensors.
- `run_step(model, step, arguments)`: `step(data)`, a function of a batch that
  may assign to all variables of the model and returns its logs, as the
  `train_step(*arguments)` or `test_step(*arguments)` of a Keras model.
- `loss_gradients(loss, variables, optimizer, state)`: of `loss()`, that returns
  a float32 scalar, the mean over the examples of this replica, and further
  tensors. Gives the gradients, scaled so that `apply_gradients` adds them up
  over replicas and undoes the loss scale of the optimizer, and the further
  tensors. `state` lists all variables that `loss` may read or assign to.
- `apply_gradients(optimizer, gradients, variables)`: one update, which all
  replicas skip if the optimizer scales its loss and one has no finite gradient.

`jvp` builds on them; `without_side_effects`, `without_updates` and
`seed_generators` on Keras alone.
`with_gradient` hides what the backends do differently under one name.
"""

import contextlib
import functools
import importlib

import keras

if keras.backend.backend() not in ("tensorflow", "jax", "torch"):
    raise ImportError(
        "keras_dl4 runs on the Keras backends 'tensorflow', 'jax' and 'torch'. "
        f"Received: {keras.backend.backend()!r}. Set KERAS_BACKEND to one."
    )
_implementation = importlib.import_module(
    f"keras_dl4.backend.{keras.backend.backend()}"
)

all_gather = _implementation.all_gather
all_reduce_mean = _implementation.all_reduce_mean
all_reduce_sum = _implementation.all_reduce_sum
apply_gradients = _implementation.apply_gradients
compiled_loop = _implementation.compiled_loop
loss_gradients = _implementation.loss_gradients
must_redo_forward_pass = _implementation.must_redo_forward_pass
outside_of_tracing = _implementation.outside_of_tracing
pull_back_each = _implementation.pull_back_each
random_normal = _implementation.random_normal
random_uniform = _implementation.random_uniform
read_once = _implementation.read_once
replica_index = _implementation.replica_index
run_step = _implementation.run_step
value_and_gradients = _implementation.value_and_gradients
vjp = _implementation.vjp


def with_gradient(function):
    """Decorates a function of tensors that brings its own gradient.

    Args:
        function: Takes tensors and returns its output, one tensor, and a
            function from the gradient with respect to the output to the
            tuple of gradients with respect to the inputs. It may use tensors
            of the forward pass, and can be differentiated itself.

    Returns:
        A function of the same tensors that returns the output alone.
    """

    @keras.ops.custom_gradient
    def with_keras_signature(*inputs):
        output, gradient = function(*inputs)

        def keras_gradient(*args, upstream=None):
            if upstream is None:
                return gradient(args[0])
            # PyTorch hands over the inputs as well.
            if must_redo_forward_pass():
                return function(*args)[1](upstream)
            return gradient(upstream)

        return output, keras_gradient

    @functools.wraps(function)
    def wrapped(*inputs):
        return with_keras_signature(
            *(keras.ops.convert_to_tensor(x) for x in inputs)
        )

    return wrapped


def jvp(function, x):
    """The transpose of `vjp`: the output, and its pushforward.

    The pullback is linear in the cotangent, so its own pullback is the
    Jacobian-vector product. Written once for all backends: TensorFlow's
    forward mode is much slower under XLA.

    Args:
        function: Takes a tensor and returns one.
        x: Tensor.

    Returns:
        `function(x)`, and a function from a tangent of the shape of `x` to
        the product, of the shape of `function(x)`, or None like a pullback.
    """
    y, pullback = vjp(function, x)
    gradient, transpose = vjp(pullback, keras.ops.zeros_like(y))
    return y, (lambda _: None) if gradient is None else transpose


@contextlib.contextmanager
def without_side_effects(layer):
    """Context in which calls of `layer` add no losses and assign nothing."""
    # Keras empties the lists of losses, which are private, of every layer that
    # is not called from within another.
    layers = layer._flatten_layers()
    kept = [(each, each._losses[:], set(each._loss_ids)) for each in layers]
    # The values are handed over, since a scope around it may hold others than
    # the variables themselves.
    values = [(v, v.value) for v in layer.variables]
    with keras.StatelessScope(values) as scope:
        yield scope
    for each, losses, ids in kept:
        each._losses[:] = losses
        each._loss_ids |= ids


@contextlib.contextmanager
def without_updates(layer):
    """As `without_side_effects`, but random numbers go on, each drawn once."""
    with without_side_effects(layer) as scope:
        yield
    for generator in seed_generators(layer):
        generator.state.assign(scope.get_current_value(generator.state))


def seed_generators(layer):
    """Those of a layer and of the layers inside, each once."""
    found = {
        id(generator): generator
        for each in layer._flatten_layers()
        for generator in each._seed_generators
    }
    return list(found.values())


__all__ = [
    "all_gather",
    "all_reduce_mean",
    "all_reduce_sum",
    "apply_gradients",
    "compiled_loop",
    "jvp",
    "loss_gradients",
    "must_redo_forward_pass",
    "outside_of_tracing",
    "pull_back_each",
    "random_normal",
    "random_uniform",
    "read_once",
    "replica_index",
    "run_step",
    "seed_generators",
    "value_and_gradients",
    "vjp",
    "with_gradient",
    "without_side_effects",
    "without_updates",
]
