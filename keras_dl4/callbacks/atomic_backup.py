"""A backup of a training run that a kill cannot tear."""

import os

import keras


class AtomicBackup(keras.callbacks.Callback):
    """Saves weights and optimizer at the end of each epoch, all or nothing.

    A run that is killed at any moment goes on bit for bit where its last
    whole epoch ended: `keras.callbacks.BackupAndRestore` writes weights and
    epoch in two steps, between which a kill repeats an epoch; here the epoch
    follows from the optimizer's own counter.

    Args:
        path: String, where to save; must end in `.weights.h5`.

    Raises:
        ValueError: If `path` has another ending, or holds a model of another
            geometry.

    Example:

    >>> import os
    >>> import tempfile
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> path = os.path.join(tempfile.mkdtemp(), "backup.weights.h5")
    >>> backup = keras_dl4.callbacks.AtomicBackup(path)
    >>> x, y = np.zeros((8, 2)), np.zeros((8, 1))
    >>> _ = model.fit(x, y, batch_size=4, callbacks=[backup], verbose=0)
    >>> backup.restore(model, steps_per_epoch=2)
    1
    """

    def __init__(self, path):
        super().__init__()
        if not str(path).endswith(".weights.h5"):
            raise ValueError(
                f"`path` must end in '.weights.h5'. Received: path={path!r}."
            )
        self.path = str(path)

    def on_epoch_end(self, epoch, logs=None):
        folder, name = os.path.split(self.path)
        os.makedirs(folder or ".", exist_ok=True)
        temporary = os.path.join(folder, f"partial-{name}")
        self.model.save_weights(temporary, overwrite=True)
        os.replace(temporary, self.path)

    def restore(self, model, steps_per_epoch):
        """Loads the last backup into a compiled model.

        Args:
            model: The compiled `keras.Model`.
            steps_per_epoch: Positive int, optimizer steps in an epoch.

        Returns:
            Int, the number of whole epochs behind the model; 0, with the
            model untouched, if there is no backup.
        """
        if not os.path.exists(self.path):
            return 0
        model.optimizer.build(model.trainable_variables)
        try:
            model.load_weights(self.path)
        except (ValueError, KeyError) as error:
            raise ValueError(
                f"{self.path} was saved by a model of another geometry. Give "
                "the run the same arguments as before, or start a new one "
                f"elsewhere. Keras says: {error}"
            ) from error
        steps = int(keras.ops.convert_to_numpy(model.optimizer.iterations))
        if steps % steps_per_epoch:
            raise ValueError(
                f"{self.path} was saved after {steps} steps. Received: "
                f"steps_per_epoch={steps_per_epoch}, which does not divide "
                "that. Resume with the batch size of the run."
            )
        return steps // steps_per_epoch
