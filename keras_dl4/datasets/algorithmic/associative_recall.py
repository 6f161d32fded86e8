"""The associative recall task: shown an item, answer with the next one."""

import numpy as np

from keras_dl4.datasets.algorithmic.sequence_task import SequenceTask
from keras_dl4.datasets.algorithmic.sequence_task import check_integer


class AssociativeRecallTask(SequenceTask):
    """Lists of items, one of which is shown again to ask for the next.

    Tests whether a network can follow a reference from one item to another.
    An item is `item_length` random binary vectors. A sequence is a number of
    items, each led by an item delimiter (a 1 in the last but one channel);
    then a query delimiter (a 1 in the last channel), one of the earlier items
    (never the last), the query delimiter again, and `item_length` blank steps.
    The target at the blank steps is the item that followed the shown one.
    Each sequence of a batch draws its own number of items, uniformly, and its
    own query.

    **The delimiter after the query** follows the paper's definition: an item
    is "bounded on the left and right by delimiter symbols". Between items one
    delimiter does for both sides, the query delimiter bounds the last item,
    and a second one bounds the shown item. The paper's Figure 12 describes
    only the first; `use_closing_delimiter=False` leaves the second out.
    Epochs, seeding and the shape of a batch: see `SequenceTask`.

    Args:
        batch_size: Int, sequences in a batch. Defaults to `16`.
        max_items: Int >= 2, the largest number of items. Defaults to `6`.
        min_items: Int >= 2, the smallest number of items. Defaults to `2`.
        item_length: Int, vectors in an item. Defaults to `3`.
        num_bits: Int, bits in a vector; `input_dim` is two more.
            Defaults to `6`.
        use_closing_delimiter: Boolean, whether a query delimiter follows the
            shown item too. Defaults to `True`.
        seed: Int from 0 to 2^32 - 1. Defaults to `0`.
        batches_per_epoch: Int, `len(task)`. Defaults to `100`.
        fixed_epoch: Boolean, whether every epoch holds the same batches.
            Defaults to `False`.

    Raises:
        ValueError: If `min_items > max_items`, or if an integer is out of
            range or not an integer.

    Example:

    >>> task = AssociativeRecallTask(batch_size=4, seed=0)
    >>> [array.shape for array in task[0]]
    [(4, 32, 8), (4, 32, 6), (4, 32)]
    >>> [array.shape for array in task.batch_of(20)]
    [(4, 88, 8), (4, 88, 6), (4, 88)]

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401),
          section 4.3
    """

    def __init__(
        self,
        batch_size=16,
        max_items=6,
        *,
        min_items=2,
        item_length=3,
        num_bits=6,
        use_closing_delimiter=True,
        seed=0,
        batches_per_epoch=100,
        fixed_epoch=False,
    ):
        self.max_items = check_integer("max_items", max_items, 2)
        self.min_items = check_integer("min_items", min_items, 2)
        self.item_length = check_integer("item_length", item_length)
        self.num_bits = check_integer("num_bits", num_bits)
        self.use_closing_delimiter = bool(use_closing_delimiter)
        if self.min_items > self.max_items:
            raise ValueError(
                "`min_items` must not exceed `max_items`. Received: "
                f"min_items={min_items}, max_items={max_items}. "
                "Lower `min_items` or raise `max_items`."
            )
        super().__init__(
            self._num_steps_of(self.max_items),
            self.num_bits + 2,
            self.num_bits,
            batch_size=batch_size,
            seed=seed,
            batches_per_epoch=batches_per_epoch,
            fixed_epoch=fixed_epoch,
        )

    def draw_batch(self, rng):
        num_items = rng.integers(
            self.min_items, self.max_items + 1, self.batch_size
        )
        return self._draw(rng, num_items, self.max_items)

    def batch_of(self, num_items, *, index=0):
        """Draws a batch with one number of items, without padding.

        Args:
            num_items: Int >= 2, items in the list; may exceed `max_items`.
            index: Int >= 0, which batch of that number. The same arguments
                give the same batch, whatever the epoch. Defaults to `0`.

        Returns:
            Tuple `(x, y, sample_weight)`, with
            `(num_items + 2) * (item_length + 1)` steps (one fewer without the
            closing delimiter).

        Raises:
            ValueError: If `num_items` or `index` is out of range or not an
                integer.
        """
        num_items = check_integer("num_items", num_items, 2)
        rng = self._generator_of(index, num_items)
        return self._draw(rng, np.full(self.batch_size, num_items), num_items)

    def _num_steps_of(self, num_items):
        # Items and query with a delimiter each, then the answer.
        query_and_answer = 2 * self.item_length + 1
        return (
            num_items * (self.item_length + 1)
            + query_and_answer
            + self.use_closing_delimiter
        )

    def _draw(self, rng, num_items, max_items):
        num_sequences = len(num_items)
        num_steps = self._num_steps_of(max_items)
        rows = np.arange(num_sequences)
        # Any item but the last.
        queries = (rng.random(num_sequences) * (num_items - 1)).astype(int)
        items = rng.integers(
            0,
            2,
            (num_sequences, max_items, self.item_length, self.num_bits),
            dtype=np.uint8,
        )
        # A slot is a delimiter and an item: the list, the query, the answer.
        slots = (num_sequences, max_items + 2, self.item_length + 1)
        x = np.zeros((*slots, self.input_dim), "float32")
        y = np.zeros((*slots, self.num_bits), "float32")
        sample_weight = np.zeros(slots, "float32")
        is_used = np.arange(max_items) < num_items[:, None]
        x[:, :max_items, 0, -2] = is_used
        np.multiply(
            items,
            is_used[:, :, None, None],
            out=x[:, :max_items, 1:, : self.num_bits],
        )
        x[rows, num_items, 0, -1] = 1.0
        x[rows, num_items, 1:, : self.num_bits] = items[rows, queries]
        answer = slice(0, self.item_length)
        if self.use_closing_delimiter:
            x[rows, num_items + 1, 0, -1] = 1.0
            answer = slice(1, None)
        y[rows, num_items + 1, answer] = items[rows, queries + 1]
        sample_weight[rows, num_items + 1, answer] = 1.0
        return tuple(
            np.ascontiguousarray(
                array.reshape((num_sequences, -1, *array.shape[3:]))[
                    :, :num_steps
                ]
            )
            for array in (x, y, sample_weight)
        )
