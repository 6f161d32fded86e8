"""Scores and choices of a memory network that is told its supporting facts.

Slots of the memory are ordered from the newest sentence to the oldest, so that
a sentence is older than another if its slot is larger. A question has slot -1:
it is newer than all of them. All losses are sums over the wrong candidates of
an example.
"""

from keras import ops

# Larger than any score: what a contest begins with, and loses to the first.
_LOST_TO_ANY = 1e30


def is_slot(slots, num_slots):
    """Marks a slot of each example among all of them.

    Args:
        slots: Int tensor `(batch,)`, of which -1 marks none.
        num_slots: Int, number of slots.

    Returns:
        Boolean tensor `(batch, num_slots)`.
    """
    return ops.equal(ops.arange(num_slots, dtype="int32"), slots[:, None])


def read_slot(vectors, slots):
    """The vector in a slot, or zeros for slot -1.

    Args:
        vectors: Tensor `(batch, num_slots, dim)`.
        slots: Int tensor `(batch,)`.

    Returns:
        Tensor `(batch, dim)`.
    """
    chosen = ops.cast(is_slot(slots, ops.shape(vectors)[1]), vectors.dtype)
    return ops.einsum("bn,bnd->bd", chosen, vectors)


def ranking_loss(scores, target, candidates, margin):
    """Margin ranking loss of one right candidate over all wrong ones.

    The sum over wrong candidates f of `max(0, margin - s(target) + s(f))`.

    Args:
        scores: Float tensor `(batch, num_candidates)`.
        target: Int tensor `(batch,)`, the right one.
        candidates: Boolean tensor that broadcasts to the scores, which of
            them there are.
        margin: Float, by how much the right one is to lead.

    Returns:
        Float tensor `(batch,)`.
    """
    is_target = is_slot(target, ops.shape(scores)[1])
    right = _value_at(scores, is_target)
    losses = ops.relu(margin - right + scores)
    return _sum_where(_others(candidates, is_target), losses)


def best_slot(scores, candidates):
    """The candidate with the highest score, the newest of equal ones.

    Args:
        scores: Float tensor `(batch, num_slots)`.
        candidates: Boolean tensor of the same shape.

    Returns:
        Int32 tensor `(batch,)`, -1 where there is no candidate.
    """
    lowest = ops.min(scores, axis=1, keepdims=True)
    # Less by more than rounding would lose.
    shown = ops.where(candidates, scores, lowest - 1.0 - ops.abs(lowest))
    best = ops.cast(ops.argmax(shown, axis=1), "int32")
    return ops.where(ops.any(candidates, axis=1), best, -1)


def comparison_terms(scores, products, places):
    """Splits the score of a pair of memories into what each contributes.

    A pair of memories y and y' is compared by `s(x, y, y') = s(x, y) -
    s(x, y') + sum over the parts e of x of T(e, y, y')`, where the time
    features T of a part weigh three bits: y is older than e, y' is older than
    e, y is older than y'. That is `first[y] + second[y'] + third *
    is_older(y, y')`.

    Args:
        scores: Float tensor `(batch, num_slots)`, s(x, y).
        products: Float tensor `(batch, num_parts, 3)`, the weights of the
            bits for each part of x: question and supporting memories.
        places: Int tensor `(batch, num_parts)`, the slots of the parts, -1 of
            the question.

    Returns:
        Tuple of the tensors `first` and `second`, `(batch, num_slots)`, and
        `third`, `(batch,)`.
    """
    slots = ops.arange(ops.shape(scores)[1], dtype="int32")
    is_older = ops.cast(slots > places[:, :, None], scores.dtype)
    first, second = (
        ops.einsum("be,ben->bn", products[:, :, bit], is_older)
        for bit in (0, 1)
    )
    return scores + first, second - scores, ops.sum(products[:, :, 2], axis=1)


def comparison_loss(terms, target, candidates, margin):
    """Margin loss of the right memory in contests with all wrong ones.

    The sum over wrong memories f of `max(0, margin - s(x, target, f)) +
    max(0, margin + s(x, f, target))`.

    Args:
        terms: Tuple from `comparison_terms`.
        target: Int tensor `(batch,)`, the right slot.
        candidates: Boolean tensor `(batch, num_slots)`.
        margin: Float, by how much the right one is to win.

    Returns:
        Float tensor `(batch,)`.
    """
    first, second, third = terms
    num_slots = ops.shape(first)[1]
    is_target = is_slot(target, num_slots)
    slots = ops.arange(num_slots, dtype="int32")
    is_newer = ops.cast(slots < target[:, None], first.dtype)
    is_older = ops.cast(slots > target[:, None], first.dtype)
    third = third[:, None]
    won = _value_at(first, is_target) + second + third * is_newer
    lost = first + _value_at(second, is_target) + third * is_older
    losses = ops.relu(margin - won) + ops.relu(margin + lost)
    return _sum_where(_others(candidates, is_target), losses)


def contest_winner(terms, candidates):
    """The memory that wins a pass of contests from the oldest to the newest.

    Each memory is compared with the best one that is older, and takes its
    place if the score of the pair is at least 0. The relation need not be
    transitive, so that this is no argmax.

    Args:
        terms: Tuple from `comparison_terms`. In a pass the first of a pair is
            never the older one, so that `third` has no effect.
        candidates: Boolean tensor `(batch, num_slots)`.

    Returns:
        Int32 tensor `(batch,)`, -1 where there is no candidate.
    """
    first, second, _ = map(ops.stop_gradient, terms)
    num_slots = ops.shape(first)[1]

    def contest(step, best):
        best_second, best_slot = best
        slot = num_slots - 1 - step
        is_there, contender_first, contender_second = (
            ops.take(values, slot, axis=1)
            for values in (candidates, first, second)
        )
        wins = ops.logical_and(is_there, contender_first + best_second >= 0.0)
        return (
            ops.where(wins, contender_second, best_second),
            ops.where(wins, slot, best_slot),
        )

    start = (
        ops.full_like(first[:, 0], _LOST_TO_ANY),
        ops.full_like(first[:, 0], -1, dtype="int32"),
    )
    _, winner = ops.fori_loop(0, num_slots, contest, start)
    return winner


def _others(candidates, is_target):
    return ops.logical_and(candidates, ops.logical_not(is_target))


def _value_at(values, is_chosen):
    chosen = ops.where(is_chosen, values, 0.0)
    return ops.sum(chosen, axis=1, keepdims=True)


def _sum_where(condition, values):
    return ops.sum(ops.where(condition, values, 0.0), axis=1)
