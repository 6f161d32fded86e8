"""End-to-end memory networks from several starts, trained side by side."""

import dataclasses
import random

import keras
import numpy as np
from keras import ops

from keras_dl4.models.abstract_story_model import LEAST_WORD
from keras_dl4.models.abstract_story_model import StoryModel
from keras_dl4.models.memn2n import MemN2N
from keras_dl4.models.restart_programs import as_tensors
from keras_dl4.models.restart_programs import check_index
from keras_dl4.models.restart_programs import lowest
from keras_dl4.models.restart_programs import programs_of
from keras_dl4.models.restart_programs import progress_bar
from keras_dl4.models.restart_schedule import questions_of
from keras_dl4.models.restart_schedule import schedule_of
from keras_dl4.ops.restart_training import mean_log_probability
from keras_dl4.ops.restart_training import one_restart


@keras.saving.register_keras_serializable(package="keras_dl4")
class MemN2NRestarts(StoryModel):
    """Several `MemN2N` of other initial weights, as one model.

    How well a memory network learns a task depends on its initial weights, so
    the paper trains ten and keeps the one of the lowest training loss. Here
    their tables lie side by side, and all of them see the same batches:
    `train` runs each epoch as one compiled program, with the data in memory.
    `best` is the one to keep. Called itself, the model answers as an ensemble,
    with the probabilities averaged, which is mostly better still.

    `train` follows the code of the authors: plain gradient descent on the loss
    summed over batches that are drawn with replacement, a gradient clipped for
    each table, epochs without the softmax first (linear start), then a
    learning rate that is halved again and again. `fit` trains the ensemble as
    one network instead.

    Args:
        vocabulary: List of words, or their number, as of `MemN2N`.
        num_restarts: Positive int. Defaults to `10`.
        seed: Int for initial weights, batches and noise, or `None` for a
            random one. Defaults to `None`.
        **settings: Arguments of `MemN2N`, except `linear` and
            `return_attention`.

    Call arguments:
        inputs: Dict of int tensors `story`, `(batch, n, num_words)` with `n`
            up to `memory_size` and the newest sentence first, and `question`,
            `(batch, num_words)`.
        training: Not used: `train` alone draws noise.

    Returns:
        Float32 tensor `(batch, vocabulary_size)`, logarithms of the averaged
        probabilities, which serve as logits.

    Raises:
        ValueError: If an argument is invalid or data does not fit; in `train`,
            if no restart is left with a finite loss; in `best`, before it.

    Example:

    >>> rng = np.random.default_rng(0)
    >>> x = {
    ...     "story": rng.integers(2, 6, (64, 4, 3)),
    ...     "question": rng.integers(2, 6, (64, 3)),
    ... }
    >>> restarts = MemN2NRestarts(6, num_restarts=3, seed=0, memory_size=4)
    >>> history = restarts.train(
    ...     x, x["story"][:, 0, 0], epochs=4, linear_epochs=1, verbose=0
    ... )
    >>> len(history.history["loss"])
    5
    >>> type(restarts.best()).__name__
    'MemN2N'

    References:
        - [End-To-End Memory Networks](https://arxiv.org/abs/1503.08895),
          sections 4.2 and 4.3
    """

    def __init__(self, vocabulary, num_restarts=10, seed=None, **settings):
        names = {"name", "trainable", "dtype"} & settings.keys()
        own = {name: settings.pop(name) for name in names}
        super().__init__(**{**own, "dtype": "float32"})
        for name in ("return_attention", "linear"):
            if settings.get(name):
                raise ValueError(
                    f"Restarts have no `{name}`. Received: {name}=True. Ask "
                    "`best()` for attention, and `train` for a linear start."
                )
        # It judges the settings; its own weights are not needed.
        model = MemN2N(vocabulary, **settings)
        self.vocabulary = vocabulary
        self.settings = settings
        self.num_restarts = num_restarts
        self.seed = seed
        self.sentence_length = model.sentence_length
        self.question_length = model.question_length
        self.random_noise = model.random_noise
        self.architecture = dataclasses.replace(
            model.architecture, num_restarts=num_restarts
        )
        # As Keras does it: of Python's numbers, which have a global seed.
        self._start = random.randrange(2**31) if seed is None else seed
        seeds = np.random.default_rng(self._start).integers(2**31, size=3)
        self.memory_weights = {
            name: self.add_weight(
                shape=shape,
                initializer=keras.initializers.RandomNormal(
                    stddev=0.1, seed=int(start)
                ),
                name=name,
            )
            for start, (name, shape) in zip(
                seeds, self.architecture.weight_shapes.items(), strict=False
            )
        }
        # Of every restart, at the end of `train`; zeros before.
        self.training_loss = self.add_weight(
            shape=(num_restarts,),
            initializer="zeros",
            trainable=False,
            name="training_loss",
        )
        self._programs = programs_of(self.architecture, self.random_noise)

    def call(self, inputs, training=False):
        weights = {
            name: ops.convert_to_tensor(weight)
            for name, weight in self.memory_weights.items()
        }
        logits, _ = self.architecture(weights, *self.checked_ids(inputs))
        return mean_log_probability(logits)

    def train(self, x, y, callbacks=(), verbose="auto", **schedule):
        """Trains all restarts at once, each for itself.

        Goes on from the weights that there are. The logs of an epoch are
        `loss`, of the restart with the lowest one, `mean_loss`, of all, and
        `val_loss` and `val_error` of the same restart on what is held out.

        Args:
            x: Dict of int arrays, as of `StoryVectorizer.encode`.
            y: Int array `(count,)` of ids of answers.
            callbacks: List of `keras.callbacks.Callback`, called per epoch.
                Defaults to `()`.
            verbose: `0` for no progress bar. Defaults to `"auto"`.
            **schedule: Any of the following, as in a preset of
                `memn2n_preset`.
            epochs: Int, epochs with the softmax of the hops. Defaults to
                `100`.
            linear_epochs: Int, epochs before them without it. Defaults to
                `20`.
            learning_rate: Float, for the loss summed over a batch, at the
                start of the epochs with the softmax. Defaults to `0.005`.
            linear_learning_rate: Float, in the epochs before. Defaults to
                `0.005`.
            halve_every: Int, after how many epochs with the softmax the
                learning rate is halved again. Defaults to `25`.
            batch_size: Int. Defaults to `32`.
            clip: Float, the largest L2 norm of the gradient of a table.
                Defaults to `40.0`.
            held_out: Float in [0, 1), share of the questions that are not
                trained on. Defaults to `0.1`.
            held_out_from: `"last"` or `"random"`, which questions those are.
                Defaults to `"last"`.

        Returns:
            A `keras.callbacks.History`.
        """
        schedule = schedule_of(schedule)
        questions = questions_of(
            x, y, self.architecture, self.lengths, LEAST_WORD
        )
        if not self.built:
            self.build({name: (None, *x[name].shape[1:]) for name in x})
        count, rng = len(y), np.random.default_rng([self._start, 1])
        kept, out = schedule.split(count, rng)
        data = {"questions": questions, "clip": np.float32(schedule.clip)}
        weights, data = as_tensors((self._arrays(), data))
        num_epochs = schedule.num_epochs
        follow = keras.callbacks.CallbackList(
            list(callbacks), add_history=True, model=self, epochs=num_epochs
        )
        bar = progress_bar(num_epochs, verbose)
        self.stop_training = False
        follow.on_train_begin()
        for epoch in range(num_epochs):
            follow.on_epoch_begin(epoch)
            rate, linear = schedule.of_epoch(epoch)
            drawn = schedule.draw(
                rng, kept, self.architecture, self.random_noise
            )
            drawn |= {"rate": np.float32(rate), "linear": np.bool_(linear)}
            weights, loss = self._programs.train_epoch(
                weights, data | as_tensors(drawn)
            )
            for name, variable in self.memory_weights.items():
                variable.assign(weights[name])
            logs = self._logs(loss, data["questions"], out, linear)
            follow.on_epoch_end(epoch, logs)
            bar.update(epoch + 1, logs.items())
            if self.stop_training:
                break
        found = self._programs.judge(self._arrays(), data["questions"], kept)
        self.training_loss.assign(found["loss"])
        follow.on_train_end()
        return self.history

    def _logs(self, loss, questions, held_out, linear):
        best = lowest(loss)
        logs = {"loss": float(loss[best]), "mean_loss": float(np.mean(loss))}
        if len(held_out):
            found = self._programs.judge(
                self._arrays(), questions, held_out, linear
            )
            logs["val_loss"] = float(found["loss"][best])
            logs["val_error"] = float(found["error"][best])
        return logs

    def evaluate_restarts(self, x, y):
        """Judges each restart, and all of them as an ensemble.

        Args:
            x: Dict of int arrays, as of `StoryVectorizer.encode`.
            y: Int array `(count,)` of ids of answers.

        Returns:
            Dict of the arrays `loss` and `error`, `(num_restarts,)`, and the
            float `ensemble_error`, means over the questions.
        """
        questions = questions_of(x, y, self.architecture, self.lengths)
        chosen = np.arange(len(y), dtype="int32")
        return self._programs.judge(
            self._arrays(), as_tensors(questions), chosen
        )

    def restart(self, index):
        """One of the restarts.

        Args:
            index: Int from 0 to `num_restarts - 1`.

        Returns:
            A `MemN2N` with a copy of its weights.
        """
        check_index(index, self.num_restarts)
        model = MemN2N(**self._settings())
        lengths = model.sentence_length, model.question_length
        if None not in lengths:  # `train` knows them.
            shapes = (None, self.num_slots, lengths[0]), (None, lengths[1])
            model.build(dict(zip(("story", "question"), shapes, strict=True)))
        alone = one_restart(self.architecture, self._arrays(), index)
        for name, variable in model.memory_weights.items():
            variable.assign(alone[name])
        return model

    @property
    def best_index(self):
        """Number of the restart with the lowest loss that is finite."""
        loss = ops.convert_to_numpy(self.training_loss)
        if not np.any(loss):
            raise ValueError(
                "Which restart is best is known after `train`. Received: a "
                "model that was not trained by it. Call `train` first, or "
                "choose one yourself, by `restart(index)`."
            )
        return lowest(loss)

    def best(self):
        """The restart with the lowest loss on what `train` trained on.

        Returns:
            A `MemN2N` with a copy of its weights.
        """
        return self.restart(self.best_index)

    def get_config(self):
        return {
            **super().get_config(),
            **self._settings(),
            "num_restarts": self.num_restarts,
            "seed": self.seed,
        }

    def _settings(self):
        """Arguments of `MemN2N`."""
        words = self.vocabulary
        words = words if isinstance(words, int) else list(words)
        return {**self.settings, **self.lengths, "vocabulary": words}

    def _arrays(self):
        """The weights, to be computed with."""
        return {
            name: ops.convert_to_numpy(variable)
            for name, variable in self.memory_weights.items()
        }
