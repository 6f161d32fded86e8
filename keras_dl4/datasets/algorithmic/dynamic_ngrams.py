"""The dynamic N-grams task, and the predictor that is optimal for it."""

import numpy as np

from keras_dl4.datasets.algorithmic.sequence_task import SequenceTask
from keras_dl4.datasets.algorithmic.sequence_task import check_integer

_MAX_CONTEXT_LENGTH = 16  # 65,536 probabilities for each sequence


class DynamicNGramsTask(SequenceTask):
    """Random bits, each of which follows a law that is new in each sequence.

    Tests whether a network can learn a distribution while it reads. For each
    sequence a table of `2 ** context_length` probabilities is drawn from
    Beta(1/2, 1/2): the probability of a 1 after each possible context, which
    is the `context_length` bits before. The first `context_length` bits are
    fair coins, all later ones are drawn from the table. With five bits of
    context these are the paper's 6-grams.

    The network predicts every bit from the ones before it: `y[:, t]` is bit t,
    and `x[:, t]` is bit t - 1 (0 at the first step). All sequences are equally
    long and **every bit counts, the first five too**: over 10,000 sequences of
    200 bits the optimal predictor then costs 133.3 bits per sequence (standard
    error 0.4), the paper's figure shows 133; counted from the sixth bit on it
    would cost 128.3. A predictor that always says 1/2 costs 200.
    Epochs, seeding and the shape of a batch: see `SequenceTask`.

    Args:
        batch_size: Int, sequences in a batch. Defaults to `16`.
        length: Int, bits in a sequence, `num_steps`. Defaults to `200`.
        context_length: Int from 1 to 16, bits that decide about the next one.
            Defaults to `5`.
        seed: Int from 0 to 2^32 - 1. Defaults to `0`.
        batches_per_epoch: Int, `len(task)`. Defaults to `100`.
        fixed_epoch: Boolean, whether every epoch holds the same batches.
            Defaults to `False`.

    Raises:
        ValueError: If an integer is out of range or not an integer.

    Example:

    >>> task = DynamicNGramsTask(batch_size=4, seed=0)
    >>> batch = task[0]
    >>> [array.shape for array in batch]
    [(4, 200, 1), (4, 200, 1), (4, 200)]
    >>> task.optimal_bits_per_sequence(batch).shape
    (4,)

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401),
          section 4.4
    """

    def __init__(
        self,
        batch_size=16,
        length=200,
        *,
        context_length=5,
        seed=0,
        batches_per_epoch=100,
        fixed_epoch=False,
    ):
        self.length = check_integer("length", length)
        self.context_length = check_integer(
            "context_length", context_length, 1, _MAX_CONTEXT_LENGTH
        )
        super().__init__(
            self.length,
            1,
            1,
            batch_size=batch_size,
            seed=seed,
            batches_per_epoch=batches_per_epoch,
            fixed_epoch=fixed_epoch,
        )

    def draw_batch(self, rng):
        return self._draw(rng, self.length)

    def batch_of(self, length, *, index=0):
        """Draws a batch of sequences of another length.

        Args:
            length: Int >= 1, bits in a sequence.
            index: Int >= 0, which batch of that length. The same arguments
                give the same batch, whatever the epoch. Defaults to `0`.

        Returns:
            Tuple `(x, y, sample_weight)` with `length` steps.

        Raises:
            ValueError: If `length` or `index` is out of range or not an
                integer.
        """
        length = check_integer("length", length)
        return self._draw(self._generator_of(index, length), length)

    def optimal_bits_per_sequence(self, batch):
        """What the optimal predictor costs on each sequence of a batch.

        Args:
            batch: Tuple `(x, y, sample_weight)`, as `task[index]` and
                `task.batch_of(length)` return it.

        Returns:
            Float64 array of shape `(batch,)`, the cross-entropy in bits,
            summed over the steps and weighted by `sample_weight`.
        """
        _, y, sample_weight = batch
        bits = y[..., 0]
        predictions = optimal_ngram_predictions(bits, self.context_length)
        likelihoods = np.where(bits > 0.5, predictions, 1.0 - predictions)
        return -np.sum(np.log2(likelihoods) * sample_weight, axis=1)

    def _draw(self, rng, length):
        num_contexts = 2**self.context_length
        # sin^2(pi u / 2) of a uniform u is Beta(1/2, 1/2): its inverse
        # distribution function. A sampler by rejection could use up another
        # number of draws on another platform.
        uniforms = rng.random((self.batch_size, num_contexts))
        tables = np.sin(np.pi / 2 * uniforms) ** 2
        draws = rng.random((self.batch_size, length))
        bits = draws < 0.5  # stays so for the first `context_length` bits
        if length > self.context_length:
            place_values = 2 ** np.arange(self.context_length)[::-1]
            rows = map(
                _follow_table,
                (bits[:, : self.context_length] @ place_values).tolist(),
                draws[:, self.context_length :].tolist(),
                tables.tolist(),
            )
            bits[:, self.context_length :] = np.frombuffer(
                b"".join(rows), np.uint8
            ).reshape(self.batch_size, -1)
        y = bits.astype("float32")[..., None]
        x = np.zeros_like(y)
        x[:, 1:] = y[:, :-1]
        return x, y, np.ones((self.batch_size, length), "float32")


def _follow_table(context, draws, table):
    """Draws the bits that follow `context`, the bits before as a number.

    Each bit depends on the ones before it, so this is a loop over time. Python
    numbers are quickest at that: some 10 microseconds for 200 bits, less than
    200 steps of NumPy over a batch of any usual size.
    """
    num_contexts = len(table)
    bits = []
    for draw in draws:
        bit = draw < table[context]
        bits.append(bit)
        context = (2 * context + bit) % num_contexts
    return bytes(bits)


def optimal_ngram_predictions(bits, context_length=5):
    """Predicts each bit as well as the bits before it allow.

    The reference for the dynamic N-grams task: where the probabilities of a
    sequence are drawn from Beta(1/2, 1/2), no predictor has a lower expected
    cost. It counts how often a 1 (N1) and a 0 (N0) followed the present
    context so far and predicts a 1 with probability
    (N1 + 1/2) / (N1 + N0 + 1). The first `context_length` bits have no context
    and are predicted with probability 1/2.

    Args:
        bits: Array of zeros and ones of shape `(batch, steps)`.
        context_length: Int from 1 to 16, bits in a context. Defaults to `5`.

    Returns:
        Float64 array of shape `(batch, steps)`: the probability that
        `bits[:, t]` is 1, given `bits[:, :t]`.

    Raises:
        ValueError: If `bits` is not two-dimensional or holds anything but
            zeros and ones, or if `context_length` is out of range.

    Example:

    >>> optimal_ngram_predictions([[1, 1, 1, 0, 1]], context_length=1)
    array([[0.5       , 0.5       , 0.75      , 0.83333333, 0.5       ]])

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401), eq. 10
    """
    context_length = check_integer(
        "context_length", context_length, 1, _MAX_CONTEXT_LENGTH
    )
    bits = np.asarray(bits)
    if bits.ndim != 2 or not np.isin(bits, (0, 1)).all():
        raise ValueError(
            "`bits` must be zeros and ones of shape (batch, steps). "
            f"Received: shape {bits.shape}, dtype {bits.dtype}. For targets "
            "of shape (batch, steps, 1) pass `targets[..., 0]`."
        )
    batch_size, num_steps = bits.shape
    predictions = np.full(bits.shape, 0.5)
    num_predicted = num_steps - context_length
    if num_predicted <= 0 or batch_size == 0:
        return predictions
    bits = bits.astype(np.int64)
    # One key for each pair of sequence and context.
    keys = np.arange(batch_size)[:, None].repeat(num_predicted, axis=1)
    for offset in range(context_length):
        keys = 2 * keys + bits[:, offset : offset + num_predicted]
    keys = keys.ravel()
    outcomes = bits[:, context_length:].ravel()

    # Sort equal keys together, in order of time, and count inside each group.
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    outcomes = outcomes[order]
    positions = np.arange(len(keys))
    is_first = np.diff(keys, prepend=-1) != 0
    group_starts = np.maximum.accumulate(np.where(is_first, positions, 0))
    num_seen = positions - group_starts
    ones_before = np.cumsum(outcomes) - outcomes
    num_ones = ones_before - ones_before[group_starts]
    sorted_predictions = (num_ones + 0.5) / (num_seen + 1.0)

    flat = np.empty(len(keys))
    flat[order] = sorted_predictions
    predictions[:, context_length:] = flat.reshape(batch_size, num_predicted)
    return predictions
