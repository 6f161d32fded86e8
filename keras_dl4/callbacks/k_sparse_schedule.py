"""A schedule for the number of activations that a layer keeps."""

import keras


class KSparseSchedule(keras.callbacks.Callback):
    """Lowers `k` of a `keras_dl4.layers.KSparse` while a model trains.

    With a small `k` from the start, many units never become active and never
    learn. This begins with a large one, lowers it linearly from epoch to epoch
    during the first part of the training, and then leaves it as it is. It
    depends on the epoch only, so that a resumed run goes on as it would have.

    Each epoch it puts the number into the logs, under the name of the layer
    followed by `_k`.

    Args:
        layer: The `keras_dl4.layers.KSparse` in the model.
        start: Positive int, `k` in the first epoch.
        final: Positive int up to `start`, `k` at the end.
        num_epochs: Positive int, the epochs until `final` is reached; the
            paper takes half of the training.

    Raises:
        ValueError: If the numbers are not positive ints, `final` exceeds
            `start`, or the layer is not in the model that is trained.

    Example:

    >>> sparse = keras_dl4.layers.KSparse(2)
    >>> model = keras.Sequential(
    ...     [keras.Input((4,)), keras.layers.Dense(8), sparse]
    ... )
    >>> model.compile("sgd", "mse")
    >>> schedule = keras_dl4.callbacks.KSparseSchedule(sparse, 8, 2, 3)
    >>> x, y = np.zeros((8, 4)), np.zeros((8, 8))
    >>> history = model.fit(x, y, epochs=5, callbacks=[schedule], verbose=0)
    >>> history.history[f"{sparse.name}_k"]
    [8, 6, 4, 2, 2]

    References:
        - [k-Sparse Autoencoders](https://arxiv.org/abs/1312.5663), section 4.2
    """

    def __init__(self, layer, start, final, num_epochs):
        super().__init__()
        numbers = {"start": start, "final": final, "num_epochs": num_epochs}
        for name, value in numbers.items():
            if not isinstance(value, int) or value < 1:
                raise ValueError(
                    f"`{name}` must be a positive int. Received: "
                    f"{name}={value!r}. Give `k` as a number of activations "
                    "and the time in whole epochs."
                )
        if final > start:
            raise ValueError(
                "`k` is lowered: `final` must be at most `start`. Received: "
                f"start={start}, final={final}. Swap them."
            )
        self.layer = layer
        self.start = start
        self.final = final
        self.num_epochs = num_epochs

    def value_at(self, epoch):
        """`k` in an epoch.

        Args:
            epoch: Int, counted from 0.
        """
        part = min(epoch / self.num_epochs, 1.0)
        return round(self.start + part * (self.final - self.start))

    def on_epoch_begin(self, epoch, logs=None):
        trained = {id(variable) for variable in self.model.variables}
        if not trained >= {id(variable) for variable in self.layer.variables}:
            raise ValueError(
                "The layer must be part of the model that is trained. "
                f"Received: {self.layer.name!r}, which is not in "
                f"{self.model.name!r}. After loading a model, take the layer "
                "from it, by `model.get_layer`."
            )
        self.layer.update_k(self.value_at(epoch))

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs[f"{self.layer.name}_k"] = self.value_at(epoch)
