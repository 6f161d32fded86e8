"""A training step in which several players take turns."""

import typing

from keras import ops

from keras_dl4.backend import apply_gradients
from keras_dl4.backend import loss_gradients


class Phase(typing.NamedTuple):
    """The turn of one player.

    Args:
        loss: Function from a tuple of tensors `(batch, ...)` to a float32
            scalar, a mean over the batch, and a dict of tensors `(batch,)`
            that are to be shown.
        variables: List of the trainable variables of this player.
        optimizer: `keras.optimizers.Optimizer`, built for them.
        num_steps: Positive int, updates in a row. Defaults to `1`.
    """

    loss: typing.Callable
    variables: list
    optimizer: object
    num_steps: int = 1


def run_phases(phases, draw, state, simultaneous=False, num_micro_batches=1):
    """Updates each player in turn, or all of them from where they stand.

    Args:
        phases: List of `Phase`, in the order of their turns.
        draw: Function without arguments that returns the tuple of tensors for
            the next turn, such as data and new noise.
        state: List of all variables that a loss may read or assign to.
        simultaneous: Boolean, whether all gradients are taken, for the same
            tensors, before the first update; each player then has one.
            Defaults to `False`.
        num_micro_batches: Positive int, parts of the batch, one at a time,
            over which gradients are added up before an update. Defaults to
            `1`.

    Returns:
        List of the dicts that are to be shown, one for each call of a loss.
    """
    turns = [[phase] for phase in phases for _ in range(phase.num_steps)]
    shown = []
    for turn in [list(phases)] if simultaneous else turns:
        parts = _split(draw(), num_micro_batches)
        found = [_gradients_over(parts, phase, state) for phase in turn]
        for phase, (total, each) in zip(turn, found, strict=True):
            apply_gradients(phase.optimizer, total, phase.variables)
            shown += each
    return shown


def _split(inputs, number):
    """Pairs of a part of the batch and its share, which add up to 1."""
    if number == 1:
        return [(inputs, 1.0)]
    size = ops.shape(inputs[0])[0]
    ends = [size * index // number for index in range(number + 1)]
    return [
        (
            tuple(tensor[start:end] for tensor in inputs),
            ops.cast(end - start, "float32") / ops.cast(size, "float32"),
        )
        for start, end in zip(ends[:-1], ends[1:], strict=True)
    ]


def _gradients_over(parts, phase, state):
    """Gradients of the mean over all parts, and what each part shows."""
    total, shown = None, []
    for inputs, share in parts:

        def loss(inputs=inputs, share=share):
            value, further = phase.loss(inputs)
            return share * value, further

        found, further = loss_gradients(
            loss, phase.variables, phase.optimizer, state
        )
        if total is not None:
            found = [_sum(*pair) for pair in zip(total, found, strict=True)]
        total = found
        shown.append(further)
    return total, shown


def _sum(first, second):
    """Of two gradients, `None` where there is no path."""
    if first is None or second is None:
        return second if first is None else first
    return first + second
