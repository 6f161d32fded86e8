"""A schedule for what the divergence weighs in a variational autoencoder."""

import math
import numbers

import keras


class KLWeightSchedule(keras.callbacks.Callback):
    """Changes the weight of the KL divergence linearly during first epochs.

    Raised from 0 to 1, a warm-up: latents that carry nothing yet are not
    pressed onto the prior, from which few return. It depends on the epoch
    only, so that a resumed run goes on as it would have, and compiles nothing
    anew. Each epoch it puts the number into the logs, as `kl_weight`.

    Args:
        start: Float of at least 0, the weight in the first epoch. Defaults to
            `0.0`.
        final: Float of at least 0, the weight at the end. Defaults to `1.0`.
        num_epochs: Positive int, the epochs until it is reached. Defaults to
            `10`.

    Raises:
        ValueError: If a number is out of range, or the model that is trained
            has no such weight.

    Example:

    >>> x = keras.Input((4,))
    >>> moments = [keras.layers.Dense(2)(x) for _ in range(2)]
    >>> decoder = keras.Sequential(
    ...     [keras.Input((2,)), keras.layers.Dense(4)]
    ... )
    >>> vae = keras_dl4.models.VariationalAutoencoder(
    ...     keras.Model(x, moments), decoder
    ... )
    >>> vae.compile("sgd")
    >>> schedule = keras_dl4.callbacks.KLWeightSchedule(num_epochs=2)
    >>> data = np.eye(4, dtype="float32")
    >>> history = vae.fit(data, epochs=4, callbacks=[schedule], verbose=0)
    >>> history.history["kl_weight"]
    [0.0, 0.5, 1.0, 1.0]

    References:
        - [Ladder Variational Autoencoders](https://arxiv.org/abs/1602.02282),
          section 2.3, "warm-up"
    """

    def __init__(self, start=0.0, final=1.0, num_epochs=10):
        super().__init__()
        for name, value in (("start", start), ("final", final)):
            is_number = isinstance(value, numbers.Real)
            if not is_number or not 0.0 <= value < math.inf:
                raise ValueError(
                    f"`{name}` must be a finite number of at least 0. "
                    f"Received: {name}={value!r}. The bound has the weight 1."
                )
        if not isinstance(num_epochs, int) or num_epochs < 1:
            raise ValueError(
                "`num_epochs` must be a positive int. Received: "
                f"num_epochs={num_epochs!r}. Give the time in whole epochs."
            )
        self.start = start
        self.final = final
        self.num_epochs = num_epochs

    def value_at(self, epoch):
        """The weight in an epoch.

        Args:
            epoch: Int, counted from 0.
        """
        part = min(epoch / self.num_epochs, 1.0)
        return self.start + part * (self.final - self.start)

    def on_epoch_begin(self, epoch, logs=None):
        if not hasattr(self.model, "update_kl_weight"):
            raise ValueError(
                "The model must have a weight of the divergence. Received: "
                f"{self.model.name!r}, a {type(self.model).__name__}. Train a "
                "`keras_dl4.models.VariationalAutoencoder`."
            )
        self.model.update_kl_weight(self.value_at(epoch))

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["kl_weight"] = self.value_at(epoch)
