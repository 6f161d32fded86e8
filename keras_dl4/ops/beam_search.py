"""Search for the most probable sequences, several hypotheses at a time."""

import math
import numbers
import typing

import keras
from keras import ops

_IMPOSSIBLE = -math.inf


def beam_search(
    step,
    start,
    state,
    beam_width,
    max_length,
    end_id,
    length_penalty=0.0,
    *,
    min_length=0,
):
    r"""Finds sequences of high probability under a model of the next word.

    Of all hypotheses, each continued by each word, the `beam_width` best ones
    go on. One that has ended stays as it is, and goes on being compared with
    the others. Width 1 is greedy search. All shapes are fixed, so it compiles
    with XLA; the loop ends early where all hypotheses have.

    Convention (scores): the sum of the log-probabilities of the words, that of
    the end included, over $n^a$, with n their number and a the penalty.

    Args:
        step: Function of `words`, int32 `(batch * beam_width,)`, the last word
            of each hypothesis; of `position`, an int32 scalar, how many words
            precede the one to be predicted; and of the state. It returns
            log-probabilities `(batch * beam_width, num_words)` of the next
            word, `-inf` for what cannot come, and the state after it, of the
            same structure, shapes and dtypes.
        start: Int tensor `(batch,)`, the word before the first.
        state: Structure of tensors `(batch, ...)`, what `step` has to know,
            which is repeated for each hypothesis, and stays with it.
        beam_width: Positive int, hypotheses for each example.
        max_length: Positive int, the most words, with the end.
        end_id: Int from 0, a word, that which ends a sequence.
        length_penalty: Float >= 0, the exponent of the length: 0 compares
            probabilities, and prefers short sequences; 1 their geometric mean
            over words. Defaults to `0.0`.
        min_length: Int from 0 to `max_length - 1`, the fewest words, without
            the end. Defaults to `0`.

    Returns:
        Tuple, best first: int32 `(batch, beam_width, max_length)`, sequences,
        from their end on filled up with `end_id`; float32 `(batch,
        beam_width)`, scores, `-inf` where there are no more sequences; and
        int32 `(batch, beam_width)`, lengths without the end.

    Raises:
        ValueError: If a number is none of those, or the end is no word of
            `step`.

    Example:

    >>> from keras_dl4.ops import beam_search
    >>> # 1 comes first, 2 or the end after it, the end, 3, after that.
    >>> chances = np.zeros((4, 4), "float32") + 1e-30
    >>> chances[[0, 1, 1, 2], [1, 2, 3, 3]] = 1.0, 0.6, 0.4, 1.0
    >>> table = np.log(chances)
    >>> found, scores, lengths = beam_search(
    ...     lambda words, *_: (keras.ops.take(table, words, 0), ()),
    ...     np.array([0]),
    ...     (),
    ...     beam_width=2,
    ...     max_length=3,
    ...     end_id=3,
    ... )
    >>> np.array(found)[0].tolist()
    [[1, 2, 3], [1, 3, 3]]
    >>> np.exp(scores).round(1), np.array(lengths)
    (array([[0.6, 0.4]], dtype=float32), array([[2, 1]], dtype=int32))

    References:
        - [Google's Neural Machine Translation System](
          https://arxiv.org/abs/1609.08144), section 7, for lengths
    """
    _check_numbers(beam_width, max_length, length_penalty, min_length)
    start = ops.cast(start, "int32")

    def is_unfinished(position, beams, state):
        return ops.logical_not(ops.all(beams.done))

    def extend(position, beams, state):
        words = ops.reshape(beams.words, (-1,))
        log_probs, new_state = step(words, position, state)
        log_probs = ops.cast(log_probs, "float32")
        _check_end(end_id, log_probs.shape[-1])
        is_end = ops.equal(_range(log_probs.shape[-1]), end_id)
        is_early = ops.logical_and(is_end, position < min_length)
        log_probs = ops.where(is_early, _IMPOSSIBLE, log_probs)
        beams, rows = _best(beams, log_probs, position, end_id, length_penalty)
        state = keras.tree.map_structure(
            # Their shapes are known, and lost by the choice.
            lambda new, old: ops.reshape(
                ops.take(new, rows, axis=0), ops.shape(old)
            ),
            new_state,
            state,
        )
        return position + 1, beams, state

    first = ops.convert_to_tensor(0, "int32")
    state = keras.tree.map_structure(
        lambda x: ops.repeat(ops.convert_to_tensor(x), beam_width, axis=0),
        state,
    )
    _, beams, _ = ops.while_loop(
        is_unfinished,
        extend,
        (first, _start(start, beam_width, max_length, end_id), state),
        maximum_iterations=max_length,
    )
    scores = _normalized(beams.scores, beams.counts, length_penalty)
    lengths = beams.counts - ops.cast(beams.done, "int32")
    return beams.sequences, scores, lengths


class _Beams(typing.NamedTuple):
    """Hypotheses; all are tensors `(batch, beam_width, ...)`."""

    words: object  # the last ones
    sequences: object
    scores: object  # sums of log-probabilities
    counts: object  # of how many words, with the end
    done: object


def _start(start, beam_width, max_length, end_id):
    """A single hypothesis for each example, and room for others."""
    shape = ops.shape(start)[0], beam_width
    alone = ops.where(ops.equal(_range(beam_width), 0), 0.0, _IMPOSSIBLE)
    return _Beams(
        words=ops.broadcast_to(start[:, None], shape),
        sequences=ops.full((*shape, max_length), end_id, dtype="int32"),
        scores=ops.broadcast_to(alone, shape),
        counts=ops.zeros(shape, dtype="int32"),
        done=ops.zeros(shape, dtype="bool"),
    )


def _best(beams, log_probs, position, end_id, length_penalty):
    """The best continuations, and the rows of the hypotheses they continue."""
    batch_size, width = shape = ops.shape(beams.words)
    num_words = log_probs.shape[-1]
    log_probs = ops.reshape(log_probs, (*shape, num_words))
    # What has ended can only go on with its end, which costs nothing.
    end_only = ops.where(ops.equal(_range(num_words), end_id), 0.0, _IMPOSSIBLE)
    log_probs = ops.where(beams.done[..., None], end_only, log_probs)
    scores = beams.scores[..., None] + log_probs
    counts = beams.counts + ops.cast(ops.logical_not(beams.done), "int32")
    ranks = _normalized(scores, counts[..., None], length_penalty)
    ranks, scores = (
        ops.reshape(x, (batch_size, width * num_words)) for x in (ranks, scores)
    )
    chosen = ops.cast(ops.top_k(ranks, k=width)[1], "int32")
    chosen = ops.reshape(chosen, shape)
    words, parents = chosen % num_words, chosen // num_words
    first = width * ops.arange(batch_size, dtype="int32")
    rows = ops.reshape(first[:, None] + parents, (-1,))

    def of_parents(x):
        flat = ops.reshape(x, (-1, *x.shape[2:]))
        return ops.reshape(ops.take(flat, rows, axis=0), ops.shape(x))

    max_length = beams.sequences.shape[-1]
    found = _Beams(
        words=words,
        sequences=ops.where(
            ops.equal(_range(max_length), position),
            words[..., None],
            of_parents(beams.sequences),
        ),
        scores=ops.reshape(ops.take_along_axis(scores, chosen, -1), shape),
        counts=of_parents(counts),
        done=ops.equal(words, end_id),
    )
    return found, rows


def _normalized(scores, counts, length_penalty):
    return scores / ops.power(ops.cast(counts, "float32"), length_penalty)


def _range(number):
    return ops.arange(number, dtype="int32")


def _check_end(end_id, num_words):
    """Refuses an end that no sequence would ever come to."""
    is_int = isinstance(end_id, numbers.Integral)
    if not is_int or isinstance(end_id, bool) or not 0 <= end_id < num_words:
        raise ValueError(
            f"`end_id` must be an int from 0 to {num_words - 1}, one of the "
            "words of which `step` returns log-probabilities. Received: "
            f"end_id={end_id!r}."
        )


def _check_numbers(beam_width, max_length, length_penalty, min_length):
    sizes = {"beam_width": beam_width, "max_length": max_length}
    for name, size in sizes.items():
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            raise ValueError(
                f"`{name}` must be a positive int. Received: {name}={size!r}."
            )
    is_number = isinstance(length_penalty, numbers.Real)
    if not is_number or not 0.0 <= length_penalty < math.inf:
        raise ValueError(
            "`length_penalty` must be a number >= 0, the exponent of the "
            f"length. Received: length_penalty={length_penalty!r}."
        )
    if not isinstance(min_length, int) or not 0 <= min_length < max_length:
        raise ValueError(
            f"`min_length` must be an int from 0 to {max_length - 1}, so that "
            "the end, which `max_length` counts as well, has room. Received: "
            f"min_length={min_length!r}."
        )
