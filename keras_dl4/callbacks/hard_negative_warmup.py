"""A schedule that turns a ranking loss to its hardest negatives."""

import keras


class HardNegativeWarmup(keras.callbacks.Callback):
    """Raises the weight of the hardest negatives during first epochs.

    From the start they often make all vectors equal, and the loss stays at two
    margins. The weight rises linearly from 0, all negatives, to 1, the hardest
    alone. It depends on the epoch only, so that a resumed run goes on as it
    would have, and compiles nothing anew. Each epoch it puts the number into
    the logs, as `hard_weight`.

    Args:
        num_epochs: Positive int, the epochs until the weight is 1. Defaults to
            `5`.

    Raises:
        ValueError: If `num_epochs` is no positive int, or the loss of the
            model has no such weight.

    Example:

    >>> warmup = keras_dl4.callbacks.HardNegativeWarmup(num_epochs=4)
    >>> [warmup.value_at(epoch) for epoch in (0, 1, 4, 9)]
    [0.0, 0.25, 1.0, 1.0]

    References:
        - [VSE++](https://arxiv.org/abs/1707.05612), equation 6, for the loss
    """

    def __init__(self, num_epochs=5):
        super().__init__()
        is_int = isinstance(num_epochs, int)
        if not is_int or isinstance(num_epochs, bool) or num_epochs < 1:
            raise ValueError(
                "`num_epochs` must be a positive int. Received: "
                f"num_epochs={num_epochs!r}. Give the time in whole epochs."
            )
        self.num_epochs = num_epochs

    def value_at(self, epoch):
        """The weight in an epoch.

        Args:
            epoch: Int, counted from 0.
        """
        return min(epoch / self.num_epochs, 1.0)

    def on_epoch_begin(self, epoch, logs=None):
        loss = getattr(self.model, "loss", None)
        weight = getattr(loss, "hard_weight", None)
        if weight is None:
            raise ValueError(
                "The loss must have a weight of hard negatives. Received: "
                f"{loss!r}. Compile the model with "
                "`keras_dl4.losses.PairwiseRankingLoss(negatives='max')`."
            )
        weight.assign(self.value_at(epoch))

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["hard_weight"] = self.value_at(epoch)
