"""TensorFlow: see `keras_dl4.backend` for the interface."""

import contextlib

import keras
import tensorflow as tf
from keras.src.backend.common import global_state  # noqa: TID251


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


def _replica_context():
    """The `tf.distribute` replica that runs this code, or None.

    None also where a model is built within the scope of a strategy: no
    replica exists there yet.
    """
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return None
    return context


def replica_index():
    """Number of the replica that runs this code, an int32 scalar."""
    context = _replica_context()
    index = 0 if context is None else context.replica_id_in_sync_group
    return tf.cast(index, "int32")


@contextlib.contextmanager
def _losses_of_this_replica():
    """Keeps the losses of a model while other replicas run.

    Replicas take turns: one runs until it waits for the others. Keras has one
    list of losses a layer for all of them, which the call of the model on the
    next replica empties and fills. The lists are private, and so is the model
    that is being called. Keras has the same fault in `BatchNormalization` with
    `synchronized=True`.
    """
    context = global_state.get_global_attribute("current_call_ctx")
    layers = []
    if context is not None:
        layers = context.entry_layer._flatten_layers()
    kept = [(layer, layer._losses[:]) for layer in layers]
    yield
    for layer, losses in kept:
        layer._losses[:] = losses


def _all_reduce(operation, x):
    x, context = tf.convert_to_tensor(x), _replica_context()
    # The gradient of TensorFlow's all-reduce is an all-reduce: what every
    # replica's loss owes to this replica's share.
    if context is None:
        return x
    with _losses_of_this_replica():
        return context.all_reduce(operation, x)


def all_reduce_sum(x):
    """Sum of `x` over replicas."""
    return _all_reduce(tf.distribute.ReduceOp.SUM, x)


def all_reduce_mean(x):
    """Mean of `x` over replicas."""
    return _all_reduce(tf.distribute.ReduceOp.MEAN, x)


def all_gather(x):
    """`x` of all replicas, joined along the first axis."""
    x, context = tf.convert_to_tensor(x), _replica_context()
    if context is None:
        return x
    # Its gradient is the sum over replicas, of which each takes its own part.
    with _losses_of_this_replica():
        return context.all_gather(x, axis=0)


def _seed_of_xla(seed_generator):
    # TensorFlow holds it as int64, which no generator of XLA takes; Keras
    # brings it into range in the same way.
    largest = tf.int32.max - 1
    return tf.cast(tf.math.floormod(seed_generator.next(), largest), "int32")


def random_normal(shape, seed_generator):
    """Standard normal numbers, by an algorithm that is named.

    Keras leaves the choice to TensorFlow, which chooses the same one, but XLA
    then compiles it to code that takes 350 ns for a number on a CPU and not
    12. Without XLA the numbers are others in any case.
    """
    return tf.random.stateless_normal(
        shape, _seed_of_xla(seed_generator), alg="philox"
    )


def random_uniform(shape, seed_generator):
    """Numbers in [0, 1); see `random_normal`."""
    return tf.random.stateless_uniform(
        shape, _seed_of_xla(seed_generator), alg="philox"
    )


def vjp(function, x):
    """`function(x)` and its pullback; see `keras_dl4.backend`."""
    x = tf.convert_to_tensor(x)
    with tf.GradientTape(
        persistent=True, watch_accessed_variables=False
    ) as tape:
        tape.watch(x)
        y = function(x)

    def pullback(cotangent):
        return tape.gradient(y, x, output_gradients=cotangent)

    return y, pullback


def pull_back_each(pullback, cotangents):
    """One after the other: XLA compiles neither of TensorFlow's loops."""
    return tf.stack([pullback(each) for each in tf.unstack(cotangents)])


def must_redo_forward_pass():
    """Is false: TensorFlow records the forward pass as well."""
    return False


def outside_of_tracing():
    """Context in which operations on arrays run at once."""
    return tf.init_scope()


def value_and_gradients(function, tensors):
    """A tensor and the gradients of its sum; see `keras_dl4.backend`."""
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(tensors)
        y = function(tensors)
    zero = tf.UnconnectedGradients.ZERO
    return y, tape.gradient(y, tensors, unconnected_gradients=zero)


def compiled_loop(step):
    """A loop of XLA; see `keras_dl4.backend`."""

    @tf.function(jit_compile=True, autograph=False)
    def run(num_steps, state, data):
        _, state = tf.while_loop(
            lambda index, _: index < num_steps,
            lambda index, state: (index + 1, step(index, state, data)),
            (tf.constant(0), state),
        )
        return state

    def run_any_number(num_steps, state, data):
        # As a tensor: a number would be compiled in.
        return run(tf.constant(num_steps), state, data)

    return run_any_number


def run_step(model, step, arguments):
    """`step(data)`: TensorFlow assigns to variables in place."""
    del model
    (data,) = arguments
    return step(data)


def loss_gradients(loss, variables, optimizer, state):
    """Gradients of `loss()`; see `keras_dl4.backend`."""
    del state
    values = [variable.value for variable in variables]
    context = _replica_context()
    num_replicas = 1 if context is None else context.num_replicas_in_sync
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(values)
        total, further = loss()
        total = optimizer.scale_loss(total / num_replicas)
    found = tape.gradient(total, values)
    # Those of an embedding come as slices, which cannot be added up.
    return [None if g is None else tf.convert_to_tensor(g) for g in found], (
        further
    )


def apply_gradients(optimizer, gradients, variables):
    """One update of the variables."""
    context = _replica_context()
    if context is not None and isinstance(
        optimizer, keras.optimizers.LossScaleOptimizer
    ):
        gradients = _finite_everywhere_or_nowhere(gradients, context)
    optimizer.apply(gradients, variables)


def _finite_everywhere_or_nowhere(gradients, context):
    """Makes all gradients NaN if those of any replica are not finite.

    Keras asks the first replica alone, before it adds up gradients: infinity
    on another one becomes NaN in all weights. A test tells when Keras no
    longer needs this.
    """
    is_bad = [
        tf.reduce_any(~tf.math.is_finite(g)) for g in gradients if g is not None
    ]
    num_bad = tf.reduce_sum(tf.cast(tf.stack(is_bad), "float32"))
    num_bad = context.all_reduce(tf.distribute.ReduceOp.SUM, num_bad)
    poison = tf.where(num_bad > 0.0, float("nan"), 0.0)
    return [
        None if g is None else g + tf.cast(poison, g.dtype) for g in gradients
    ]
