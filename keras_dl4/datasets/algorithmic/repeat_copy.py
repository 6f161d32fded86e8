"""The repeat copy task: repeat a sequence a given number of times."""

import numpy as np

from keras_dl4.datasets.algorithmic.sequence_task import SequenceTask
from keras_dl4.datasets.algorithmic.sequence_task import check_integer


class RepeatCopyTask(SequenceTask):
    """Sequences that have to be reproduced several times, then ended.

    Tests whether a network can learn a loop inside a loop. A sequence of
    length L with R repeats is, in this order: a start delimiter (a 1 in the
    last but one channel) at step 0, L random binary vectors, the number of
    repeats in the last channel at step L + 1, and L * R + 1 blank steps. The
    target of the blank steps is the L vectors R times and then an end marker,
    a 1 in a target channel of its own, the last. L and R are drawn uniformly
    and independently for each sequence of a batch.

    The number of repeats is normalized to mean 0 and variance 1 over
    1 to `max_repeats`, also when `batch_of` asks for more. The paper names the
    vectors, the number and its normalization; the start delimiter and the
    order of the steps are those of the authors' later repeat copy code.
    Epochs, seeding and the shape of a batch: see `SequenceTask`.

    Args:
        batch_size: Int, sequences in a batch. Defaults to `16`.
        max_length: Int, the largest L; the smallest is 1. Sequences are padded
            to `num_steps = max_length * (max_repeats + 1) + 3`.
            Defaults to `10`.
        max_repeats: Int >= 2, the largest R; the smallest is 1.
            Defaults to `10`.
        num_bits: Int, bits in a vector; `input_dim` is two more and
            `target_dim` one more. Defaults to `8`.
        seed: Int from 0 to 2^32 - 1. Defaults to `0`.
        batches_per_epoch: Int, `len(task)`. Defaults to `100`.
        fixed_epoch: Boolean, whether every epoch holds the same batches.
            Defaults to `False`.

    Raises:
        ValueError: If `max_repeats < 2` or if an integer is out of range or
            not an integer.

    Example:

    >>> task = RepeatCopyTask(batch_size=4, seed=0)
    >>> [array.shape for array in task[0]]
    [(4, 113, 10), (4, 113, 9), (4, 113)]
    >>> x, y, sample_weight = task.batch_of(20, repeats=10)
    >>> x.shape, int(sample_weight[0].sum())
    ((4, 223, 10), 201)

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401),
          section 4.2
        - [Hybrid computing using a neural network with dynamic external
          memory](https://www.nature.com/articles/nature20101)
    """

    def __init__(
        self,
        batch_size=16,
        max_length=10,
        max_repeats=10,
        *,
        num_bits=8,
        seed=0,
        batches_per_epoch=100,
        fixed_epoch=False,
    ):
        self.max_length = check_integer("max_length", max_length)
        self.max_repeats = check_integer("max_repeats", max_repeats)
        self.num_bits = check_integer("num_bits", num_bits)
        if self.max_repeats < 2:
            raise ValueError(
                "`max_repeats` must be at least 2: a number that never varies "
                "has no variance to normalize. Received: "
                f"max_repeats={max_repeats}. Use `CopyTask` to copy once."
            )
        super().__init__(
            self.max_length * (self.max_repeats + 1) + 3,
            self.num_bits + 2,
            self.num_bits + 1,
            batch_size=batch_size,
            seed=seed,
            batches_per_epoch=batches_per_epoch,
            fixed_epoch=fixed_epoch,
        )

    def draw_batch(self, rng):
        lengths = rng.integers(1, self.max_length + 1, self.batch_size)
        repeats = rng.integers(1, self.max_repeats + 1, self.batch_size)
        return self._draw(
            rng, lengths, repeats, self.max_length, self.num_steps
        )

    def batch_of(self, length, repeats, *, index=0):
        """Draws a batch of one length and number of repeats, not padded.

        Args:
            length: Int >= 1, number of vectors; may exceed `max_length`.
            repeats: Int >= 1, how often to repeat them; may exceed
                `max_repeats`.
            index: Int >= 0, which batch of that length and number. The same
                arguments give the same batch, whatever the epoch.
                Defaults to `0`.

        Returns:
            Tuple `(x, y, sample_weight)` with
            `length * (repeats + 1) + 3` steps.

        Raises:
            ValueError: If an argument is out of range or not an integer.
        """
        length = check_integer("length", length)
        repeats = check_integer("repeats", repeats)
        rng = self._generator_of(index, length, repeats)
        return self._draw(
            rng,
            np.full(self.batch_size, length),
            np.full(self.batch_size, repeats),
            length,
            length * (repeats + 1) + 3,
        )

    def _draw(self, rng, lengths, repeats, max_length, num_steps):
        num_sequences = len(lengths)
        rows = np.arange(num_sequences)
        bits = rng.integers(
            0,
            2,
            (num_sequences, max_length, self.num_bits),
            dtype=np.uint8,
        )
        is_used = np.arange(max_length) < lengths[:, None]
        x = np.zeros((num_sequences, num_steps, self.input_dim), "float32")
        x[:, 0, -2] = 1.0
        np.multiply(
            bits,
            is_used[..., None],
            out=x[:, 1 : max_length + 1, : self.num_bits],
        )
        x[rows, lengths + 1, -1] = self._normalize(repeats)

        # Counted from the first target step.
        output_steps = np.arange(num_steps) - (lengths + 2)[:, None]
        end_steps = lengths * repeats
        is_output = output_steps >= 0
        is_copy = is_output & (output_steps < end_steps[:, None])
        is_target = is_output & (output_steps <= end_steps[:, None])
        sources = output_steps % lengths[:, None]
        y = np.zeros((num_sequences, num_steps, self.target_dim), "float32")
        np.multiply(
            bits[rows[:, None], sources],
            is_copy[..., None],
            out=y[..., : self.num_bits],
        )
        y[rows, lengths + 2 + end_steps, -1] = 1.0
        return x, y, is_target.astype("float32")

    def _normalize(self, repeats):
        mean = (self.max_repeats + 1) / 2
        variance = (self.max_repeats**2 - 1) / 12
        return (repeats - mean) / variance**0.5
