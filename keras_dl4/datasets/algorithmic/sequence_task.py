"""What the algorithmic tasks share: seeding, epochs, batches and `tf.data`."""

import abc
import itertools
import numbers

import keras
import numpy as np

# Stands where an epoch number stands in the key of a training batch, so that
# no batch of a chosen length repeats the bits of a training batch.
_CHOSEN_LENGTH = 2**32 - 1


def check_integer(name, value, minimum=1, maximum=None):
    """Returns `value` as a Python int, or says what is wrong with it.

    Args:
        name: String, what the error message calls the value.
        value: The value to check. Booleans do not count as integers.
        minimum: Int, the smallest value allowed. Defaults to `1`.
        maximum: Int, the largest value allowed, or `None` for no limit.
            Defaults to `None`.

    Returns:
        `value` as a Python int.

    Raises:
        ValueError: If `value` is not an integer, or out of range.
    """
    is_integer = isinstance(value, numbers.Integral)
    too_large = is_integer and maximum is not None and value > maximum
    if (
        not is_integer
        or isinstance(value, bool)
        or value < minimum
        or too_large
    ):
        allowed = f"an integer >= {minimum}"
        if maximum is not None:
            allowed = f"an integer from {minimum} to {maximum}"
        raise ValueError(
            f"`{name}` must be {allowed}. Received: {name}={value!r} (of "
            f"type {type(value).__name__}). Pass a whole number, for example "
            f"`{name}={maximum if too_large else minimum}`."
        )
    return int(value)


class SequenceTask(keras.utils.PyDataset, abc.ABC):
    """Endless supply of generated sequences, seeded and ready for `fit`.

    Base class of the tasks of the Neural Turing Machine paper. Derive from it
    to add a task of your own: implement `draw_batch`.

    `task[index]` is `(x, y, sample_weight)`, three float32 NumPy arrays of
    shapes `(batch, num_steps, input_dim)`, `(batch, num_steps, target_dim)`
    and `(batch, num_steps)`. Every sequence is padded with zeros on the right
    to `num_steps`, which never changes, so that sequences of different
    lengths share a batch and XLA compiles once. `sample_weight` is 1 at the
    steps whose output counts and 0 elsewhere: pass metrics as
    `weighted_metrics` to `compile`.

    A batch depends on nothing but `(seed, epoch, index)`. For validation data
    use another seed.

    **Epochs.** An epoch is `batches_per_epoch` batches and no sequence occurs
    in two of them: `on_epoch_end` adds 1 to `epoch`. Keras calls it at the end
    of each epoch and also once when `fit` or `evaluate` starts. A `fit` that
    starts with `task.epoch = 0` therefore trains on epochs 1, 2, 3, ...: set
    `task.epoch = n` beside `fit(initial_epoch=n)` to resume an interrupted run
    on exactly the data that it would have seen. To tie the two numbers
    together, in a resumed run as well, let a callback set it:

    ```python
    keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: setattr(task, "epoch", epoch)
    )
    ```

    `fit` shuffles the order of the batches within an epoch with Python's
    global random state. Pass `shuffle=False` where the order has to be the
    same again. Leave `steps_per_epoch` out: `batches_per_epoch` is that
    number. Validation data moves on to fresh sequences at each evaluation;
    `fixed_epoch=True` keeps it the same.

    Args:
        num_steps: Int, the length to which every sequence is padded.
        input_dim: Int, number of input channels.
        target_dim: Int, number of target channels.
        batch_size: Int, sequences in a batch. Defaults to `16`.
        seed: Int from 0 to 2^32 - 1. Defaults to `0`.
        batches_per_epoch: Int, `len(task)`. Defaults to `100`.
        fixed_epoch: Boolean, whether every epoch holds the same batches.
            `on_epoch_end` then does nothing. Defaults to `False`.

    Raises:
        ValueError: If an integer is missing, out of range or not an integer.

    Example:

    >>> class ParityTask(SequenceTask):
    ...     def draw_batch(self, rng):
    ...         bits = rng.integers(0, 2, (self.batch_size, 7, 1))
    ...         x = bits.astype("float32")
    ...         y = (np.cumsum(bits, axis=1) % 2).astype("float32")
    ...         return x, y, np.ones(x.shape[:2], "float32")
    >>> task = ParityTask(7, 1, 1, batch_size=4)
    >>> [array.shape for array in task[0]]
    [(4, 7, 1), (4, 7, 1), (4, 7)]

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401), section 4
    """

    def __init__(
        self,
        num_steps,
        input_dim,
        target_dim,
        *,
        batch_size=16,
        seed=0,
        batches_per_epoch=100,
        fixed_epoch=False,
    ):
        # No `workers`: a batch takes microseconds, and the queue of Keras
        # would hand over batches of the epoch before.
        super().__init__()
        self.num_steps = check_integer("num_steps", num_steps)
        self.input_dim = check_integer("input_dim", input_dim)
        self.target_dim = check_integer("target_dim", target_dim)
        self.batch_size = check_integer("batch_size", batch_size)
        # 32 bits each: NumPy splits larger numbers in two, and the keys of
        # two batches could then coincide.
        self.seed = check_integer("seed", seed, 0, 2**32 - 1)
        self.batches_per_epoch = check_integer(
            "batches_per_epoch", batches_per_epoch, 1, 2**32 - 1
        )
        self.fixed_epoch = bool(fixed_epoch)
        self.epoch = 0

    @abc.abstractmethod
    def draw_batch(self, rng):
        """Draws one batch, padded to `num_steps`.

        Args:
            rng: `numpy.random.Generator`, the only source of randomness.

        Returns:
            Tuple `(x, y, sample_weight)` of float32 arrays.
        """

    @property
    def epoch(self):
        """Int, the epoch from which `task[index]` draws; may be set."""
        return self._epoch

    @epoch.setter
    def epoch(self, value):
        self._epoch = check_integer("epoch", value, 0, _CHOSEN_LENGTH - 1)

    def on_epoch_end(self):
        if not self.fixed_epoch:
            self.epoch += 1

    def __len__(self):
        return self.batches_per_epoch

    def __getitem__(self, index):
        last = self.batches_per_epoch - 1
        index = check_integer("index", index, 0, last)
        return self.draw_batch(self._generator(self._epoch, index))

    def as_tf_dataset(self, num_epochs=None):
        """Streams the batches, in order, as a `tf.data.Dataset`.

        The stream starts at the present `epoch` and goes through the epochs
        that follow, `batches_per_epoch` batches each, with the same numbers
        as `task[index]`. It neither reads `epoch` later nor changes it:
        iterating twice gives the same batches twice. Shapes are static.

        Args:
            num_epochs: Int, epochs in the stream, or `None` for a stream
                without end (then give `steps_per_epoch=len(task)` to `fit`).
                Defaults to `None`.

        Returns:
            `tf.data.Dataset` of `(x, y, sample_weight)`.

        Raises:
            ValueError: If `num_epochs` is not `None` nor an integer >= 1.
        """
        import tensorflow as tf

        if num_epochs is None:
            cardinality = tf.data.INFINITE_CARDINALITY
            offsets = itertools.count
        else:
            num_epochs = check_integer("num_epochs", num_epochs)
            cardinality = num_epochs * len(self)

            def offsets():
                return range(num_epochs)

        first_epoch = self.epoch

        def batches():
            for offset in offsets():
                epoch = first_epoch + (0 if self.fixed_epoch else offset)
                for index in range(len(self)):
                    yield self.draw_batch(self._generator(epoch, index))

        steps = (self.batch_size, self.num_steps)
        dataset = tf.data.Dataset.from_generator(
            batches,
            output_signature=(
                tf.TensorSpec((*steps, self.input_dim), "float32"),
                tf.TensorSpec((*steps, self.target_dim), "float32"),
                tf.TensorSpec(steps, "float32"),
            ),
        )
        return dataset.apply(
            tf.data.experimental.assert_cardinality(cardinality)
        )

    def _generator(self, epoch, index):
        return np.random.default_rng([self.seed, epoch, index])

    def _generator_of(self, index, *lengths):
        """The generator of `batch_of`, which does not depend on the epoch."""
        index = check_integer("index", index, 0, 2**32 - 1)
        return np.random.default_rng(
            [self.seed, _CHOSEN_LENGTH, index, *lengths]
        )
