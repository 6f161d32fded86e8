"""The copy task: repeat a sequence of random vectors."""

import numpy as np

from keras_dl4.datasets.algorithmic.sequence_task import SequenceTask
from keras_dl4.datasets.algorithmic.sequence_task import check_integer


class CopyTask(SequenceTask):
    """Sequences of random binary vectors that have to be reproduced.

    The first test of any memory. A sequence of length L is L binary vectors at
    steps 0 to L - 1, a delimiter at step L (a 1 in a channel of its own, the
    last) and L blank steps, at which the target is the L vectors in order.
    Each sequence of a batch draws its own L, uniformly.
    Epochs, seeding and the shape of a batch: see `SequenceTask`.

    Args:
        batch_size: Int, sequences in a batch. Defaults to `16`.
        max_length: Int, the largest L. Sequences are padded to
            `num_steps = 2 * max_length + 1`. Defaults to `20`.
        min_length: Int, the smallest L. Defaults to `1`.
        num_bits: Int, bits in a vector; `input_dim` is one more.
            Defaults to `8`.
        seed: Int from 0 to 2^32 - 1. Defaults to `0`.
        batches_per_epoch: Int, `len(task)`. Defaults to `100`.
        fixed_epoch: Boolean, whether every epoch holds the same batches.
            Defaults to `False`.

    Raises:
        ValueError: If `min_length > max_length`, or if an integer is out of
            range or not an integer.

    Example:

    >>> task = CopyTask(batch_size=4, max_length=20, seed=0)
    >>> [array.shape for array in task[0]]
    [(4, 41, 9), (4, 41, 8), (4, 41)]
    >>> [array.shape for array in task.batch_of(120)]
    [(4, 241, 9), (4, 241, 8), (4, 241)]

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401),
          section 4.1
    """

    def __init__(
        self,
        batch_size=16,
        max_length=20,
        *,
        min_length=1,
        num_bits=8,
        seed=0,
        batches_per_epoch=100,
        fixed_epoch=False,
    ):
        self.max_length = check_integer("max_length", max_length)
        self.min_length = check_integer("min_length", min_length)
        self.num_bits = check_integer("num_bits", num_bits)
        if self.min_length > self.max_length:
            raise ValueError(
                "`min_length` must not exceed `max_length`. Received: "
                f"min_length={min_length}, max_length={max_length}. "
                "Lower `min_length` or raise `max_length`."
            )
        super().__init__(
            2 * self.max_length + 1,
            self.num_bits + 1,
            self.num_bits,
            batch_size=batch_size,
            seed=seed,
            batches_per_epoch=batches_per_epoch,
            fixed_epoch=fixed_epoch,
        )

    def draw_batch(self, rng):
        lengths = rng.integers(
            self.min_length, self.max_length + 1, self.batch_size
        )
        return self._draw(rng, lengths, self.max_length)

    def batch_of(self, length, *, index=0):
        """Draws a batch of sequences of one length, without padding.

        Args:
            length: Int >= 1, number of vectors to copy; may exceed
                `max_length`.
            index: Int >= 0, which batch of that length. The same arguments
                give the same batch, whatever the epoch. Defaults to `0`.

        Returns:
            Tuple `(x, y, sample_weight)` with `2 * length + 1` steps.

        Raises:
            ValueError: If `length` or `index` is out of range or not an
                integer.
        """
        length = check_integer("length", length)
        rng = self._generator_of(index, length)
        return self._draw(rng, np.full(self.batch_size, length), length)

    def _draw(self, rng, lengths, max_length):
        num_sequences = len(lengths)
        num_steps = 2 * max_length + 1
        lengths = lengths[:, None]
        bits = rng.integers(
            0,
            2,
            (num_sequences, max_length, self.num_bits),
            dtype=np.uint8,
        )
        steps = np.arange(num_steps)
        is_used = steps[:max_length] < lengths
        is_target = (steps > lengths) & (steps <= 2 * lengths)

        x = np.zeros((num_sequences, num_steps, self.input_dim), "float32")
        np.multiply(
            bits, is_used[..., None], out=x[:, :max_length, : self.num_bits]
        )
        x[np.arange(num_sequences), lengths[:, 0], -1] = 1.0
        y = np.zeros((num_sequences, num_steps, self.num_bits), "float32")
        # Both masks are true `length` times in each row, in order of time.
        y[is_target] = bits[is_used]
        return x, y, is_target.astype("float32")
