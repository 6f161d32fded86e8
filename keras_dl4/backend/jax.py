"""JAX: see `keras_dl4.backend` for the interface."""

import contextlib

import jax
import jax.extend.core
import keras


def read_once(variables):
    """Does nothing: a traced JAX function holds values, not variables."""
    del variables
    return contextlib.nullcontext()


def replica_index():
    """Is 0: the program is written for the global batch."""
    return keras.ops.convert_to_tensor(0, "int32")


def all_reduce_sum(x):
    """Gives `x` back: the program is written for the global batch."""
    return keras.ops.convert_to_tensor(x)


def all_reduce_mean(x):
    """Gives `x` back: the program is written for the global batch."""
    return keras.ops.convert_to_tensor(x)


def all_gather(x):
    """Gives `x` back: the program is written for the global batch."""
    return keras.ops.convert_to_tensor(x)


def random_normal(shape, seed_generator):
    """Standard normal numbers."""
    return keras.random.normal(shape, dtype="float32", seed=seed_generator)


def random_uniform(shape, seed_generator):
    """Numbers in [0, 1)."""
    return keras.random.uniform(shape, dtype="float32", seed=seed_generator)


def vjp(function, x):
    """`function(x)` and its pullback; see `keras_dl4.backend`."""
    y, pullback = jax.vjp(function, keras.ops.convert_to_tensor(x))
    # JAX gives zeros without a path, but its program then reads no cotangent.
    has_path = _depends_on_inputs(jax.make_jaxpr(pullback)(y).jaxpr)
    return y, lambda cotangent: pullback(cotangent)[0] if has_path else None


def _depends_on_inputs(program):
    """Whether an output of a jaxpr is made of any of its inputs."""
    reached = set(program.invars)

    def is_reached(atoms):
        return any(
            not isinstance(each, jax.extend.core.Literal) and each in reached
            for each in atoms
        )

    for equation in program.eqns:
        if is_reached(equation.invars):
            reached.update(equation.outvars)
    return is_reached(program.outvars)


def pull_back_each(pullback, cotangents):
    """All at once."""
    return jax.vmap(pullback)(cotangents)


def must_redo_forward_pass():
    """Is false: JAX differentiates the forward pass as well."""
    return False


def outside_of_tracing():
    """Context in which operations on arrays run at once."""
    return jax.ensure_compile_time_eval()


def value_and_gradients(function, tensors):
    """A tensor and the gradients of its sum; see `keras_dl4.backend`."""
    y, pullback = jax.vjp(function, tensors)
    return y, pullback(jax.numpy.ones_like(y))[0]


def compiled_loop(step):
    """A loop of XLA; see `keras_dl4.backend`."""

    @jax.jit
    def run(num_steps, state, data):
        return jax.lax.fori_loop(
            0, num_steps, lambda index, state: step(index, state, data), state
        )

    return run


def run_step(model, step, arguments):
    """`step(data)` as a function of the state; see `keras_dl4.backend`."""
    state, data = arguments
    groups = [model.trainable_variables, model.non_trainable_variables]
    if len(state) == 4:  # A test step gets no state of the optimizer.
        groups.append(model.optimizer.variables)
    groups.append(model.metrics_variables)
    mapping = [
        pair
        for group, values in zip(groups, state, strict=True)
        for pair in zip(group, values, strict=True)
    ]
    with keras.StatelessScope(mapping) as scope:
        logs = step(data)
    return logs, tuple(
        [scope.get_current_value(variable) for variable in group]
        for group in groups
    )


def loss_gradients(loss, variables, optimizer, state):
    """Gradients of `loss()`; see `keras_dl4.backend`."""
    ids = {id(variable) for variable in variables}
    others = [variable for variable in state if id(variable) not in ids]
    before = [variable.value for variable in others]

    def function_of(values):
        mapping = [
            *zip(variables, values, strict=True),
            *zip(others, before, strict=True),
        ]
        with keras.StatelessScope(mapping) as scope:
            total, further = loss()
            total = optimizer.scale_loss(total)
        after = [scope.get_current_value(variable) for variable in others]
        return total, (further, after)

    found, (further, after) = jax.grad(function_of, has_aux=True)(
        [variable.value for variable in variables]
    )
    for variable, value in zip(others, after, strict=True):
        variable.assign(value)
    return found, further


def apply_gradients(optimizer, gradients, variables):
    """One update of the variables, in the scope around it."""
    values, optimizer_values = optimizer.stateless_apply(
        [variable.value for variable in optimizer.variables],
        gradients,
        [variable.value for variable in variables],
    )
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    for variable, value in zip(
        optimizer.variables, optimizer_values, strict=True
    ):
        variable.assign(value)
