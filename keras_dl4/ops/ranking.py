"""Costs of wrong orders among the scores of all pairs in a batch."""

from keras import ops

NEGATIVES = ("sum", "max", "semi_hard", "random")
# More than any score; finite, so that its product with 0 is 0.
_LARGE = 1e9


def pairwise_ranking_cost(
    scores,
    image_ids,
    margin=0.2,
    negatives="sum",
    noise=None,
    num_negatives=1,
):
    r"""Hinge costs of images against sentences and of sentences against images.

    $\sum_k \max(0, \alpha - s_{ii} + s_{ik}) +
    \sum_k \max(0, \alpha - s_{ii} + s_{ki})$ with $\alpha$ the margin, over the
    negatives k of pair i. A pair of the same image is no negative.

    Args:
        scores: Float tensor `(batch, batch)`, of image i with sentence j at
            `[i, j]`; pair i is on the diagonal.
        image_ids: Tensor `(batch,)`, equal for pairs of the same image.
        margin: Float, by how much a pair is to beat its negatives. Defaults to
            `0.2`.
        negatives: String. `"sum"`: all of them count. `"max"`: the one with
            the highest score. `"semi_hard"`: the highest that is below the
            pair's own, or the lowest of all where none is below. `"random"`:
            some of them. Defaults to `"sum"`.
        noise: For `"random"` a float tensor `(2, batch, batch)`, for the two
            directions; those with the largest numbers are taken. Defaults to
            `None`.
        num_negatives: Int, how many `"random"` takes. Defaults to `1`.

    Returns:
        Tensor `(batch,)`, the cost of each pair; 0 where it has no negative.

    Raises:
        ValueError: If `negatives` is unknown, `"random"` gets no noise, or
            there is not one id for each image.

    Example:

    >>> from keras_dl4.ops import pairwise_ranking_cost
    >>> scores = np.array([[0.9, 0.8], [0.1, 0.6]])
    >>> np.array(pairwise_ranking_cost(scores, [0, 1])).round(2)
    array([0.1, 0.4])

    References:
        - [Kiros et al., 2014](https://arxiv.org/abs/1411.2539), section 2.2
        - [VSE++](https://arxiv.org/abs/1707.05612), equation 6, for `"max"`
        - [FaceNet](https://arxiv.org/abs/1503.03832), section 3.2, for
          `"semi_hard"`
    """
    if negatives not in NEGATIVES:
        raise ValueError(
            f"`negatives` must be one of {', '.join(map(repr, NEGATIVES))}. "
            f"Received: negatives={negatives!r}."
        )
    if negatives == "random" and noise is None:
        raise ValueError(
            "Random negatives are chosen by noise. Received: noise=None. Draw "
            "it by `keras.random.uniform((2, batch, batch))`."
        )
    scores = ops.convert_to_tensor(scores)
    ids = ops.reshape(image_ids, (-1,))
    _check_ids(ids, scores)
    is_negative = ops.not_equal(ids[:, None], ids[None, :])
    rows = (scores, ops.transpose(scores))
    noises = (None, None) if noise is None else (noise[0], noise[1])
    first, second = (
        _cost(each, is_negative, margin, negatives, draw, num_negatives)
        for each, draw in zip(rows, noises, strict=True)
    )
    return first + second


def _check_ids(ids, scores):
    sizes = ids.shape[0], scores.shape[0]
    if None not in sizes and sizes[0] != sizes[1]:
        raise ValueError(
            "There must be an image id for each pair, equal for captions of "
            f"one image. Received: {sizes[0]} ids for scores of shape "
            f"{tuple(scores.shape)}. Pass those of the same pairs."
        )


def _cost(scores, is_negative, margin, negatives, noise, num_negatives):
    """Cost of each row, whose own score is on the diagonal."""
    own = ops.diagonal(scores)[:, None]
    if negatives == "semi_hard":
        chosen = _semi_hard(scores, own, is_negative)
        cost = ops.relu(margin - own + chosen)[:, 0]
        return ops.where(ops.any(is_negative, axis=-1), cost, 0.0)
    costs = ops.where(is_negative, ops.relu(margin - own + scores), 0.0)
    if negatives == "max":
        return ops.max(costs, axis=-1)
    if negatives == "random":
        order = ops.where(is_negative, noise, -1.0)
        if order.shape[-1] is not None:
            num_negatives = min(num_negatives, order.shape[-1])
        _, chosen = ops.top_k(order, k=num_negatives)
        costs = ops.take_along_axis(costs, chosen, axis=-1)
    return ops.sum(costs, axis=-1)


def _semi_hard(scores, own, is_negative):
    is_below = ops.logical_and(is_negative, scores < own)
    below = ops.where(is_below, scores, -_LARGE)
    lowest = ops.min(
        ops.where(is_negative, scores, _LARGE), axis=-1, keepdims=True
    )
    return ops.where(
        ops.any(is_below, axis=-1, keepdims=True),
        ops.max(below, axis=-1, keepdims=True),
        lowest,
    )
