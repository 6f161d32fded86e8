"""The moment at which a training metric has become small."""

import keras


class FirstBelow(keras.callbacks.Callback):
    """Notes after how many training examples a metric was small for a while.

    Keras logs a metric as its mean since the start of the epoch. This takes
    the means of the single batches (of each `steps_per_execution` batches)
    out of that, and averages them over the last examples.

    Each epoch it puts the number, or NaN, into the logs as `first_below`. To
    resume a run, set `num_examples` to it.

    Args:
        monitor: String, a training metric that is a mean over examples.
        threshold: Float, the value that the mean has to be below.
        batch_size: Positive int, examples in a batch.
        window: Positive int, the least number of examples to average over.
            Defaults to `100`.

    Example:

    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> first = keras_dl4.callbacks.FirstBelow("loss", 0.5, 4, window=8)
    >>> x, y = np.zeros((16, 2)), np.zeros((16, 1))
    >>> _ = model.fit(x, y, batch_size=4, callbacks=[first], verbose=0)
    >>> first.num_examples
    8
    """

    def __init__(self, monitor, threshold, batch_size, window=100):
        super().__init__()
        self.monitor = monitor
        self.threshold = threshold
        self.batch_size = batch_size
        self.window = window
        self.num_examples = None
        self._blocks = []  # pairs of a number of examples and their sum

    def on_epoch_begin(self, epoch, logs=None):
        steps = int(keras.ops.convert_to_numpy(self.model.optimizer.iterations))
        self._before, self._seen, self._total = steps * self.batch_size, 0, 0.0

    def on_train_batch_end(self, batch, logs=None):
        # With several steps an execution, Keras counts on beyond the last one.
        steps = (self.params or {}).get("steps") or batch + 1
        seen = min(batch + 1, steps) * self.batch_size
        total = float(logs[self.monitor]) * seen
        self._blocks.append((seen - self._seen, total - self._total))
        self._seen, self._total = seen, total
        while sum(size for size, _ in self._blocks[1:]) >= self.window:
            del self._blocks[0]
        num_examples = sum(size for size, _ in self._blocks)
        mean = sum(total for _, total in self._blocks) / num_examples
        is_below = num_examples >= self.window and mean < self.threshold
        if is_below and self.num_examples is None:
            self.num_examples = self._before + seen

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["first_below"] = float(self.num_examples or "nan")
