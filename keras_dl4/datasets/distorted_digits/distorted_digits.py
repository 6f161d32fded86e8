"""What the distorted digits share: seeding, epochs, batches and `tf.data`."""

import abc
import itertools
import math

import keras
import numpy as np

from keras_dl4.datasets.distorted_digits.argument_checks import check_images
from keras_dl4.datasets.distorted_digits.argument_checks import check_indices
from keras_dl4.datasets.distorted_digits.argument_checks import check_integer
from keras_dl4.datasets.distorted_digits.argument_checks import check_labels

# Examples rendered at once; more of them fall out of the processor's cache.
_CHUNK = 64
# Each epoch has a key of its own, of 32 bits: NumPy splits larger numbers in
# two, and two keys could then coincide.
_MAX_KEY = 2**32 - 1


class DistortedDigits(keras.utils.PyDataset, abc.ABC):
    """Digits that are distorted anew in every epoch, ready for `fit`.

    Base class of the data sets of the spatial transformer paper. Derive from
    it to add a distortion of your own: implement `draw_parameters` and
    `render`.

    `digits[index]` is the batch `(x, y)`: float32 images with channels last,
    and the labels (`(x, box)` for `ColocalizationDigits`). `digits.draw()`
    gives the examples as a dictionary of arrays, with what is known about
    them: the transform that was applied, the box of the digit. `arrays()`
    gives them as `(x, y)`, and `as_tf_dataset()` as a stream.

    **Seeding.** An example depends on nothing but the digits and
    `(seed, epoch, number of the example)`, whatever the batch size, and
    however many examples there are. Each quantity that a distortion draws has
    a generator of its own, which draws a row for each example. Take another
    seed for test data.

    **Epochs.** `on_epoch_end` adds 1 to `epoch`; Keras calls it at the end of
    each epoch and also once when `fit` or `evaluate` starts. A `fit` that
    starts with `digits.epoch = 0` therefore trains on epochs 1, 2, 3, ...: set
    `digits.epoch = n` beside `fit(initial_epoch=n)` to resume an interrupted
    run on the data that it would have seen. `fixed_epoch=True` gives a finite
    set: the same examples each time, as test data should be.

    Args:
        images: Float array of shape `(num_images, height, width)`, or with a
            single channel, from 0 to 1; see `load_digits`.
        labels: Int array of shape `(num_images,)`.
        batch_size: Int, examples in a batch. The last one may be smaller.
            Defaults to `256`.
        seed: Int from 0 to 2^32 - 1. Defaults to `0`.
        num_examples: Int, examples in an epoch, or `None` for as many as there
            are digits. Defaults to `None`.
        shuffle: Boolean, whether every epoch takes the digits in another
            order, or `None`: exactly if they change with the epoch.
            Defaults to `None`.
        fixed_epoch: Boolean, whether every epoch holds the same examples.
            `on_epoch_end` then does nothing. Defaults to `False`.
        drop_remainder: Boolean, whether to leave out a last batch that is
            smaller than the others, so that XLA compiles once. Defaults to
            `False`.

    Raises:
        ValueError: If the images or labels are of the wrong shape, type,
            range or number, an integer is out of range, or no batch is left.

    Example:

    >>> class MirroredDigits(DistortedDigits):
    ...     def draw_parameters(self, streams, num_examples):
    ...         return {"mirror": next(streams).random(num_examples) < 0.5}
    ...     def render(self, parameters):
    ...         images = self.images[parameters["source"]]
    ...         mirror = parameters["mirror"][:, None, None]
    ...         return {"image": np.where(mirror, images[..., ::-1], images)}
    >>> images = np.eye(4, dtype="float32")[None].repeat(6, axis=0)
    >>> digits = MirroredDigits(images, np.arange(6), batch_size=5)
    >>> [(x.shape, y.shape) for x, y in digits]
    [((5, 4, 4, 1), (5,)), ((1, 4, 4, 1), (1,))]

    References:
        - [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025),
          section 4.1 and appendix A.4
    """

    paper_name = None  # for `distort_digits`
    target = "label"  # what the network is to tell
    rank = 2

    def __init__(
        self,
        images,
        labels,
        *,
        batch_size=256,
        seed=0,
        num_examples=None,
        shuffle=None,
        fixed_epoch=False,
        drop_remainder=False,
    ):
        # No `workers`: the queue of Keras would hand over batches of the epoch
        # before. `as_tf_dataset` renders ahead.
        super().__init__()
        self.images = check_images(images)
        self.labels = check_labels(labels, len(self.images))
        self.candidates = np.arange(len(self.images))
        if num_examples is None:
            num_examples = len(self.images)
        self.num_examples = check_integer("num_examples", num_examples, 1)
        self.batch_size = check_integer("batch_size", batch_size, 1)
        self.seed = check_integer("seed", seed, 0, _MAX_KEY)
        self.fixed_epoch = bool(fixed_epoch)
        self.shuffle = not fixed_epoch if shuffle is None else bool(shuffle)
        self.drop_remainder = bool(drop_remainder)
        if not len(self):
            raise ValueError(
                "`drop_remainder` must leave a batch. Received: batch_size="
                f"{batch_size}. Use `batch_size={num_examples}` or less."
            )
        self.epoch = 0
        self._drawn = None

    @abc.abstractmethod
    def draw_parameters(self, streams, num_examples):
        """Draws what distinguishes the examples of an epoch.

        Args:
            streams: Iterator of `numpy.random.Generator`: `next(streams)` for
                each quantity, to draw it for all examples at once.
            num_examples: Int, how many rows to draw.

        Returns:
            Dictionary of arrays, one row for each example.
        """

    @abc.abstractmethod
    def render(self, parameters):
        """Makes examples of their parameters.

        Args:
            parameters: Some rows of `draw_parameters`, and `"source"`: which
                digits they are made of.

        Returns:
            Dictionary of arrays: `"image"`, with channels or without, and
            whatever else is known. A missing `"label"` is the digit's.
        """

    @property
    def epoch(self):
        """Int, the epoch from which examples are drawn; may be set."""
        return self._epoch

    @epoch.setter
    def epoch(self, value):
        self._epoch = check_integer("epoch", value, 0, _MAX_KEY)

    @property
    def image_shape(self):
        """Tuple of ints, the shape of an image with its channels."""
        return self.draw([0])["image"].shape[1:]

    def on_epoch_end(self):
        if not self.fixed_epoch:
            self.epoch += 1

    def __len__(self):
        if self.drop_remainder:
            return self.num_examples // self.batch_size
        return math.ceil(self.num_examples / self.batch_size)

    def __getitem__(self, index):
        return self._batch(self.epoch, index)

    def draw(self, indices=None, epoch=None):
        """Gives examples with all that is known about them.

        Args:
            indices: Sequence of ints from 0 to `num_examples - 1`, or `None`
                for all examples. Defaults to `None`.
            epoch: Int, or `None` for the present one. Defaults to `None`.

        Returns:
            Dictionary of arrays: `"image"`, `"label"`, `"source"` (the index
            of the digit in `images`), and what the class says.

        Raises:
            ValueError: If there is no such example.
        """
        if indices is None:
            indices = np.arange(self.num_examples)
        indices = check_indices(indices, self.num_examples)
        epoch = self.epoch if epoch is None else epoch
        parameters = self._parameters(
            check_integer("epoch", epoch, 0, _MAX_KEY)
        )
        examples = {}
        for start in range(0, len(indices), _CHUNK):
            rows = indices[start : start + _CHUNK]
            chunk = self._render(
                {name: value[rows] for name, value in parameters.items()}
            )
            for name, value in chunk.items():
                if name not in examples:
                    shape = (len(indices), *value.shape[1:])
                    examples[name] = np.empty(shape, value.dtype)
                examples[name][start : start + len(rows)] = value
        return examples

    def arrays(self, epoch=None):
        """Gives all examples of an epoch as `(x, y)`; `None`: the present."""
        return self._targets(self.draw(epoch=epoch))

    def as_tf_dataset(self, num_epochs=None):
        """Streams the batches, in order, as a `tf.data.Dataset`.

        The stream starts at the present `epoch` and goes through those that
        follow, with the numbers of `digits[index]`; iterating again starts
        there again. Batches are rendered ahead, while the model trains.

        Args:
            num_epochs: Int, epochs in the stream, or `None` for a stream
                without end (then give `steps_per_epoch=len(digits)` to `fit`).
                Defaults to `None`.

        Returns:
            `tf.data.Dataset` of `(x, y)`.
        """
        import tensorflow as tf

        cardinality = tf.data.INFINITE_CARDINALITY
        if num_epochs is not None:
            num_epochs = check_integer("num_epochs", num_epochs, 1)
            cardinality = num_epochs * len(self)
        first_epoch = self.epoch

        def batches():
            for offset in itertools.islice(itertools.count(), num_epochs):
                epoch = first_epoch + (0 if self.fixed_epoch else offset)
                for index in range(len(self)):
                    yield self._batch(epoch, index)

        is_even = self.num_examples % self.batch_size == 0
        rows = self.batch_size if is_even or self.drop_remainder else None
        signature = tuple(
            tf.TensorSpec((rows, *array.shape[1:]), array.dtype)
            for array in self._targets(self.draw([0]))
        )
        dataset = tf.data.Dataset.from_generator(
            batches, output_signature=signature
        )
        return dataset.apply(
            tf.data.experimental.assert_cardinality(cardinality)
        ).prefetch(tf.data.AUTOTUNE)

    def _batch(self, epoch, index):
        index = check_integer("index", index, 0, len(self) - 1)
        start = index * self.batch_size
        stop = min(start + self.batch_size, self.num_examples)
        return self._targets(self.draw(np.arange(start, stop), epoch))

    def _targets(self, examples):
        return examples["image"], examples[self.target]

    def _render(self, parameters):
        examples = self.render(parameters)
        if "label" not in examples:
            examples["label"] = self.labels[parameters["source"]]
        examples["source"] = parameters["source"]
        if examples["image"].ndim == self.rank + 1:
            examples["image"] = examples["image"][..., None]
        return examples

    def _parameters(self, epoch):
        """The parameters of all examples of an epoch; keeps the last ones."""
        drawn = self._drawn
        if drawn is None or drawn[0] != epoch:
            streams = (
                np.random.default_rng([self.seed, epoch, stream])
                for stream in itertools.count()
            )
            source = self._sources(next(streams))
            parameters = self.draw_parameters(streams, self.num_examples)
            drawn = epoch, {"source": source, **parameters}
            self._drawn = drawn
        return drawn[1]

    def _sources(self, rng):
        """Which digit each example is made of: each once, then again."""
        count = len(self.candidates)
        num_rounds = math.ceil(self.num_examples / count)
        rounds = [np.arange(count)] * num_rounds
        if self.shuffle:
            rounds = [rng.permutation(count) for _ in rounds]
        order = np.concatenate(rounds)
        return self.candidates[order[: self.num_examples]]
