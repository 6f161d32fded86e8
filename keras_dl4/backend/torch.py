"""PyTorch: see `keras_dl4.backend` for the interface."""

import contextlib

import keras
import torch


def read_once(variables):
    """Does nothing: reading a parameter costs PyTorch nothing."""
    del variables
    return contextlib.nullcontext()


def replica_index():
    """Is 0: there is one replica."""
    return keras.ops.convert_to_tensor(0, "int32")


def all_reduce_sum(x):
    """Gives `x` back: there is one replica."""
    return keras.ops.convert_to_tensor(x)


def all_reduce_mean(x):
    """Gives `x` back: there is one replica."""
    return keras.ops.convert_to_tensor(x)


def all_gather(x):
    """Gives `x` back: there is one replica."""
    return keras.ops.convert_to_tensor(x)


def random_normal(shape, seed_generator):
    """Standard normal numbers."""
    return keras.random.normal(shape, dtype="float32", seed=seed_generator)


def random_uniform(shape, seed_generator):
    """Numbers in [0, 1)."""
    return keras.random.uniform(shape, dtype="float32", seed=seed_generator)


def vjp(function, x):
    """`function(x)` and its pullback; see `keras_dl4.backend`."""
    x = keras.ops.convert_to_tensor(x)
    if not x.requires_grad:
        x = x.detach().requires_grad_()
    with torch.enable_grad():
        y = function(x)

    def pullback(cotangent):
        if not y.requires_grad:
            return None
        with torch.enable_grad():
            (gradient,) = torch.autograd.grad(
                y, x, cotangent, create_graph=True, allow_unused=True
            )
        return gradient

    return y, pullback


def pull_back_each(pullback, cotangents):
    """One after the other."""
    return torch.stack([pullback(each) for each in cotangents])


def must_redo_forward_pass():
    """Whether PyTorch records this; it never records a forward pass."""
    return torch.is_grad_enabled()


def outside_of_tracing():
    """Does nothing: PyTorch runs operations at once."""
    return contextlib.nullcontext()


def value_and_gradients(function, tensors):
    """A tensor and the gradients of its sum; see `keras_dl4.backend`."""
    flat = [
        each.detach().requires_grad_() for each in keras.tree.flatten(tensors)
    ]
    with torch.enable_grad():
        y = function(keras.tree.pack_sequence_as(tensors, flat))
        gradients = torch.autograd.grad(
            y.sum(), flat, allow_unused=True, materialize_grads=True
        )
    return y.detach(), keras.tree.pack_sequence_as(tensors, list(gradients))


def compiled_loop(step):
    """A plain loop; see `keras_dl4.backend`."""

    def run(num_steps, state, data):
        with torch.no_grad():
            for index in range(num_steps):
                state = step(index, state, data)
        return state

    return run


def run_step(model, step, arguments):
    """`step(data)`: PyTorch assigns to variables in place."""
    del model
    (data,) = arguments
    return step(data)


def loss_gradients(loss, variables, optimizer, state):
    """Gradients of `loss()`; see `keras_dl4.backend`."""
    del state
    total, further = loss()
    found = torch.autograd.grad(
        optimizer.scale_loss(total),
        [variable.value for variable in variables],
        allow_unused=True,
    )
    return list(found), keras.tree.map_structure(torch.detach, further)


def apply_gradients(optimizer, gradients, variables):
    """One update of the variables."""
    with torch.no_grad():
        optimizer.apply(gradients, variables)
