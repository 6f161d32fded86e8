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


def outside_of_tracing():
    """Does nothing: PyTorch runs operations at once."""
    return contextlib.nullcontext()
