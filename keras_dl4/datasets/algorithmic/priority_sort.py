"""The priority sort task: reproduce vectors in order of priority."""

import numpy as np

from keras_dl4.datasets.algorithmic.sequence_task import SequenceTask
from keras_dl4.datasets.algorithmic.sequence_task import check_integer


class PrioritySortTask(SequenceTask):
    """Random vectors that have to be sorted by the priority of each.

    Tests whether a network can learn to sort. A sequence is `num_vectors`
    random binary vectors, each with a priority drawn uniformly from [-1, 1] in
    a channel of its own, the last, followed by `num_targets` blank steps. The
    target at the blank steps is the vectors of highest priority, the highest
    first. There is no delimiter: the paper names none, all sequences are
    equally long, and a blank step differs from any vector in its priority,
    which is exactly 0. The paper shows the width of the vectors in a figure
    only; 8 is the width of its copy task.
    Epochs, seeding and the shape of a batch: see `SequenceTask`.

    Args:
        batch_size: Int, sequences in a batch. Defaults to `16`.
        num_vectors: Int, vectors to sort. Defaults to `20`.
        num_targets: Int, how many of them to output, `num_vectors` at most.
            Defaults to `16`.
        num_bits: Int, bits in a vector; `input_dim` is one more.
            Defaults to `8`.
        seed: Int from 0 to 2^32 - 1. Defaults to `0`.
        batches_per_epoch: Int, `len(task)`. Defaults to `100`.
        fixed_epoch: Boolean, whether every epoch holds the same batches.
            Defaults to `False`.

    Raises:
        ValueError: If `num_targets > num_vectors`, or if an integer is out of
            range or not an integer.

    Example:

    >>> task = PrioritySortTask(batch_size=4, seed=0)
    >>> [array.shape for array in task[0]]
    [(4, 36, 9), (4, 36, 8), (4, 36)]
    >>> [array.shape for array in task.batch_of(40, num_targets=32)]
    [(4, 72, 9), (4, 72, 8), (4, 72)]

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401),
          section 4.5
    """

    def __init__(
        self,
        batch_size=16,
        num_vectors=20,
        num_targets=16,
        *,
        num_bits=8,
        seed=0,
        batches_per_epoch=100,
        fixed_epoch=False,
    ):
        self.num_vectors = check_integer("num_vectors", num_vectors)
        self.num_targets = check_integer("num_targets", num_targets)
        self.num_bits = check_integer("num_bits", num_bits)
        _check_targets(self.num_targets, self.num_vectors)
        super().__init__(
            self.num_vectors + self.num_targets,
            self.num_bits + 1,
            self.num_bits,
            batch_size=batch_size,
            seed=seed,
            batches_per_epoch=batches_per_epoch,
            fixed_epoch=fixed_epoch,
        )

    def draw_batch(self, rng):
        return self._draw(rng, self.num_vectors, self.num_targets)

    def batch_of(self, num_vectors, num_targets=None, *, index=0):
        """Draws a batch with another number of vectors.

        Args:
            num_vectors: Int >= 1, vectors to sort; may exceed the number
                that the task was made with.
            num_targets: Int, how many of them to output, `num_vectors` at
                most, or `None` for as many as the task outputs, if there are
                so many. Defaults to `None`.
            index: Int >= 0, which batch of that size. The same arguments give
                the same batch, whatever the epoch. Defaults to `0`.

        Returns:
            Tuple `(x, y, sample_weight)` with `num_vectors + num_targets`
            steps.

        Raises:
            ValueError: If `num_targets > num_vectors`, or if an argument is
                out of range or not an integer.
        """
        num_vectors = check_integer("num_vectors", num_vectors)
        if num_targets is None:
            num_targets = min(self.num_targets, num_vectors)
        num_targets = check_integer("num_targets", num_targets)
        _check_targets(num_targets, num_vectors)
        rng = self._generator_of(index, num_vectors, num_targets)
        return self._draw(rng, num_vectors, num_targets)

    def _draw(self, rng, num_vectors, num_targets):
        size = (self.batch_size, num_vectors)
        num_steps = num_vectors + num_targets
        # Sorted as they are given to the network, in float32.
        priorities = 2.0 * rng.random(size, dtype=np.float32) - 1.0
        bits = rng.integers(0, 2, (*size, self.num_bits), dtype=np.uint8)
        x = np.zeros((self.batch_size, num_steps, self.input_dim), "float32")
        x[:, :num_vectors, : self.num_bits] = bits
        x[:, :num_vectors, -1] = priorities

        order = np.argsort(-priorities, axis=1, kind="stable")
        order = order[:, :num_targets]
        rows = np.arange(self.batch_size)[:, None]
        y = np.zeros((self.batch_size, num_steps, self.num_bits), "float32")
        y[:, num_vectors:] = bits[rows, order]
        sample_weight = np.zeros((self.batch_size, num_steps), "float32")
        sample_weight[:, num_vectors:] = 1.0
        return x, y, sample_weight


def _check_targets(num_targets, num_vectors):
    if num_targets > num_vectors:
        raise ValueError(
            "`num_targets` must not exceed `num_vectors`. Received: "
            f"num_targets={num_targets}, num_vectors={num_vectors}. "
            "Lower `num_targets` or raise `num_vectors`."
        )
