"""What models of two players have in common: turns, optimizers, logs."""

import abc
import typing

import keras

from keras_dl4.backend import run_step
from keras_dl4.models.composite_optimizer import CompositeOptimizer
from keras_dl4.models.training_phases import Phase
from keras_dl4.models.training_phases import run_phases

_REFUSED_ON_REPLICAS = (
    "clipnorm",
    "clipvalue",
    "global_clipnorm",
    "gradient_accumulation_steps",
)


class Player(typing.NamedTuple):
    """One player.

    Args:
        name: String.
        network: Layer or model, whose trainable variables are the player's.
        loss: Function from a tuple of tensors `(batch, ...)` and a boolean,
            whether in training, to a float32 scalar, a mean over the batch,
            and a dict of tensors `(batch,)` that are to be shown.
        num_steps: Positive int, updates in a row. Defaults to `1`.
    """

    name: str
    network: keras.layers.Layer
    loss: typing.Callable
    num_steps: int = 1


class AbstractTwoPlayerModel(keras.Model, abc.ABC):
    """A model of players who each lower a loss of their own.

    A subclass has its networks built in its constructor, and defines `players`,
    `checked` and `inputs_of`.

    Args:
        shown: Names of the quantities in the logs.
        simultaneous: Boolean, whether players move at once. Defaults to
            `False`.
        **kwargs: Arguments of `keras.Model`, such as `name`.

    Raises:
        ValueError: In `compile`, if an optimizer is missing, or what it is
            asked for does not work on several replicas.
    """

    def __init__(self, shown, simultaneous=False, **kwargs):
        super().__init__(**kwargs)
        self.simultaneous = simultaneous
        self.num_micro_batches = 1
        self.trackers = [keras.metrics.Mean(name) for name in shown]

    # For subclasses.

    @abc.abstractmethod
    def players(self):
        """List of `Player`, in the order of their turns."""

    @abc.abstractmethod
    def checked(self, x, y, batch_size):
        """Refuses bad data on the host, and returns what to use for `x`.

        Args:
            x: What `fit` or `evaluate` is given.
            y: The same.
            batch_size: Int, or `None`.
        """

    @abc.abstractmethod
    def inputs_of(self, batch, training):
        """A function that draws what the players are given.

        Args:
            batch: What Keras hands to `train_step` and `test_step`.
            training: Boolean.

        Returns:
            Function without arguments that returns a tuple of tensors `(batch,
            ...)`, with new noise each time.
        """

    def after_update(self):
        """Called at the end of each training step. Does nothing."""

    def compile_players(self, optimizers, num_micro_batches=1, **kwargs):
        """`keras.Model.compile` with an optimizer for each player.

        Args:
            optimizers: List of optimizers, or their names, in the order of
                `players`.
            num_micro_batches: Positive int. Defaults to `1`.
            **kwargs: As of `keras.Model.compile`.
        """
        players = self.players()
        for player, optimizer in zip(players, optimizers, strict=True):
            if optimizer is None:
                name = player.name
                raise ValueError(
                    f"`{name}_optimizer` is needed: each network has an "
                    f"optimizer of its own. Received: {name}_optimizer=None. "
                    f"Pass for example `{name}_optimizer=keras.optimizers."
                    "Adam(2e-4, 0.5)`."
                )
        unknown = set(kwargs) - {
            "jit_compile",
            "run_eagerly",
            "steps_per_execution",
        }
        if unknown:
            raise ValueError(
                f"{type(self).__name__} brings its own losses and metrics. "
                f"Received: {sorted(unknown)}. Leave them out, and choose "
                "losses when the model is made."
            )
        optimizers = [keras.optimizers.get(each) for each in optimizers]
        if self.dtype_policy.name == "mixed_float16":
            optimizers = [_with_loss_scale(each) for each in optimizers]
        self._check_replicas(optimizers, kwargs.get("jit_compile"))
        composite = CompositeOptimizer(optimizers)
        composite.build(
            [player.network.trainable_variables for player in players]
        )
        self.num_micro_batches = num_micro_batches
        super().compile(composite, auto_scale_loss=False, **kwargs)

    def _check_replicas(self, optimizers, jit_compile):
        """Refuses what TensorFlow and Keras cannot do on several replicas."""
        if self.num_replicas == 1:
            return
        devices = self.distribute_strategy.extended.worker_devices
        if jit_compile is True and any("CPU" in device for device in devices):
            raise ValueError(
                "XLA has no collectives between CPUs, so several CPU replicas "
                "cannot be compiled. Received: jit_compile=True with "
                f"{len(devices)} CPU replicas. Pass jit_compile=False, or "
                "train on one device."
            )
        for optimizer in optimizers:
            inner = getattr(optimizer, "inner_optimizer", optimizer)
            for name in _REFUSED_ON_REPLICAS:
                if getattr(inner, name, None):
                    raise ValueError(
                        f"Keras applies `{name}` on each replica before it "
                        "adds up gradients. Received: "
                        f"{name}={getattr(inner, name)!r} with "
                        f"{self.num_replicas} replicas. Leave it out; to "
                        "accumulate gradients, pass `num_micro_batches`."
                    )

    @property
    def num_replicas(self):
        """Int, how many replicas share a batch."""
        strategy = getattr(self, "distribute_strategy", None)
        return getattr(strategy, "num_replicas_in_sync", 1)

    # For users.

    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        *args,
        validation_data=None,
        **kwargs,
    ):
        """`keras.Model.fit`, of data that is checked."""
        x = self.checked(x, y, batch_size)
        if validation_data is not None:
            held_out, *rest = keras.utils.unpack_x_y_sample_weight(
                validation_data
            )
            size = kwargs.get("validation_batch_size") or batch_size
            validation_data = self.checked(held_out, rest[0], size), *rest
        return super().fit(
            x, y, batch_size, *args, validation_data=validation_data, **kwargs
        )

    def evaluate(self, x=None, y=None, batch_size=None, *args, **kwargs):
        """`keras.Model.evaluate`, which updates nothing."""
        if not kwargs.get("_use_cached_eval_dataset"):  # `fit` has checked it.
            x = self.checked(x, y, batch_size)
        return super().evaluate(x, y, batch_size, *args, **kwargs)

    # For Keras.

    @property
    def metrics(self):
        return list(self.trackers)

    def train_step(self, *arguments):
        """Updates of all players; the arguments are those of the backend."""
        return run_step(self, self._update, arguments)

    def test_step(self, *arguments):
        """Losses of all players, without updates."""
        return run_step(self, self._measure, arguments)

    def _update(self, batch):
        phases = [
            Phase(
                lambda inputs, loss=player.loss: loss(inputs, True),
                player.network.trainable_variables,
                optimizer,
                player.num_steps,
            )
            for player, optimizer in zip(
                self.players(), self.optimizer.optimizers, strict=True
            )
        ]
        shown = run_phases(
            phases,
            self.inputs_of(batch, training=True),
            self.variables + self.optimizer.variables,
            self.simultaneous,
            self.num_micro_batches,
        )
        self.after_update()
        self.optimizer.count_step()
        return self._logs(shown)

    def _measure(self, batch):
        inputs = self.inputs_of(batch, training=False)()
        losses = [player.loss(inputs, False) for player in self.players()]
        return self._logs([shown for _, shown in losses])

    def _logs(self, shown):
        for each in shown:
            for tracker in self.trackers:
                if tracker.name in each:
                    tracker.update_state(each[tracker.name])
        return {tracker.name: tracker.result() for tracker in self.trackers}

    def get_compile_config(self):
        """What the model was compiled with, to be saved with it."""
        config = super().get_compile_config()
        if not self.compiled:
            return config
        for name in ("loss", "loss_weights", "metrics", "weighted_metrics"):
            config.pop(name)
        return {**config, "num_micro_batches": self.num_micro_batches}

    def compile_from_config(self, config):
        """Compiles the model as such a config says."""
        config = keras.saving.deserialize_keras_object(config)
        self.compile_players(config.pop("optimizer").optimizers, **config)


def _with_loss_scale(optimizer):
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return optimizer
    return keras.optimizers.LossScaleOptimizer(optimizer)
