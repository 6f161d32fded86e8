"""Scores, losses and choices of Weston et al. (2014), one example at a time.

Loops over memories as the paper has them. Memories are listed from the newest
to the oldest, so that a larger index is an older memory and the question, -1,
is newer than all.
"""


def hinge(value):
    return max(0.0, value)


def ranking_loss(scores, target, candidates, margin):
    """One term of equation 6: all wrong memories f instead of a drawn one."""
    return sum(
        hinge(margin - scores[target] + scores[f])
        for f in candidates
        if f != target
    )


def time_features(x, y, y_prime):
    """Bits of section 3.4, where those of x ask whether x is newer."""
    return [y > x, y_prime > x, y > y_prime]


def pair_score(scores, parts, y, y_prime):
    """s_Ot(x, y, y'); `parts` are pairs of a place and three weights."""
    score = scores[y] - scores[y_prime]
    for place, weights in parts:
        bits = time_features(place, y, y_prime)
        score += sum(w * bit for w, bit in zip(weights, bits, strict=True))
    return score


def comparison_loss(scores, parts, target, candidates, margin):
    """One pair of sums of the loss with s_Ot."""
    return sum(
        hinge(margin - pair_score(scores, parts, target, f))
        + hinge(margin + pair_score(scores, parts, f, target))
        for f in candidates
        if f != target
    )


def contest_winner(scores, parts, candidates):
    """Algorithm 1: a later memory takes the place of the best so far."""
    best = -1
    for memory in sorted(candidates, reverse=True):
        if best < 0 or pair_score(scores, parts, memory, best) >= 0.0:
            best = memory
    return best
