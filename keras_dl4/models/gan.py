"""The adversarial game of a generator and a discriminator."""

import functools

import keras
from keras import ops

from keras_dl4.layers.noise_source import NoiseSource
from keras_dl4.models import gan_checks
from keras_dl4.models import gan_data
from keras_dl4.models import gan_labels
from keras_dl4.models import gan_latents
from keras_dl4.models.abstract_two_player_model import AbstractTwoPlayerModel
from keras_dl4.models.abstract_two_player_model import Player
from keras_dl4.models.gan_players import SHOWN
from keras_dl4.models.gan_players import discriminator_loss
from keras_dl4.models.gan_players import generator_loss
from keras_dl4.models.gan_players import logits_of
from keras_dl4.models.gan_signatures import gan_inputs
from keras_dl4.models.gan_signatures import gan_signatures
from keras_dl4.models.moving_average import averaged_copy
from keras_dl4.models.moving_average import move_average
from keras_dl4.models.seed_states import SeedStates
from keras_dl4.ops.adversarial_losses import ADVERSARIAL_LOSSES


@keras.saving.register_keras_serializable(package="keras_dl4")
class GAN(AbstractTwoPlayerModel):
    r"""A generator that learns to make what a discriminator takes for data.

    The discriminator D is trained to tell data x from what the generator G
    makes of random latent vectors z, and G to have D take it for data: of the
    value $V = E \log D(x) + E \log(1 - D(G(z)))$, D wants the largest and G
    the least. At the optimum G makes the distribution of the data, D is 1/2
    everywhere, and V is $-\log 4$.

    A step of `fit(x)` updates D `num_discriminator_steps` times, on the same
    batch with new noise for each, and then G once. The logs show
    `discriminator_loss` (for cross-entropies -V, not halved, and penalties),
    `generator_loss`, and of D before its update `real_score` and `fake_score`,
    its probabilities that x and G(z) are data (its plain outputs with
    the losses that have no probabilities), and `accuracy`. `evaluate` updates
    nothing and draws noise of its own.

    Neither network's batch normalization statistics move in the turn of the
    other. Called on data, the model returns the logits of D. Under
    `tf.distribute` replicas draw different latents (layers with noise inside
    the networks, such as `keras.layers.Dropout`, draw the same there, as in
    every Keras model); batches must divide evenly.

    Args:
        generator: Layer or model from latent vectors `(batch, latent_dim)` to
            data `(batch, ...)`.
        discriminator: Layer or model from data to one logit, `(batch, 1)` or
            `(batch,)`, without an activation.
        latent_dim: Positive int, size of the latent vectors.
        generator_loss: `"non_saturating"`, -log D(G(z)); `"minimax"`, log(1 -
            D(G(z))), both with the cross-entropy for D; `"least_squares"`,
            `"hinge"`; `"wasserstein"`, with a `GradientPenalty` and several
            steps of D; or `"relativistic"`, of pairs of data and samples, best
            with `R1` and `R2`. Defaults to `"non_saturating"`.
        num_discriminator_steps: Positive int, k in the paper. Defaults to `1`.
        latent: Distribution of z: `"normal"`; `"uniform"`, between $-\sqrt 3$
            and $\sqrt 3$, which has the variance 1 as well; or a function of a
            shape and `seed` such as `keras.random.truncated_normal`,
            registered with Keras if it is to be saved. Defaults to `"normal"`.
        penalties: List of `keras_dl4.regularizers.R1`, `R2`, `GradientPenalty`
            or functions of the same arguments, which are added to the loss of
            D. Defaults to `()`.
        simultaneous: Boolean, whether both players move at once, from one draw
            of z, as in the code behind the paper, and not in turn. Defaults to
            `False`.
        label_smoothing: Float in [0, 1), by how much the target of D for data
            is less than 1. Defaults to `0.0`.
        num_classes: Positive int, where data has labels, or `None`. `fit(x,
            labels)` then calls both networks with a list of their input and
            int labels `(batch,)`; samples take the labels of the batch.
            Without it labels are not used. Defaults to `None`.
        ema_momentum: Float in [0, 1), of a moving average of G's weights, which
            makes samples in place of G, and which `compile` begins anew; or
            `None` for G itself. Defaults to `None`.
        seed: Int, of the noise, or `None`. Defaults to `None`.
        **kwargs: Arguments of `keras.Model`, such as `name`.

    Call arguments:
        inputs: Tensor `(batch, ...)`, or a list of it and labels.
        training: Boolean. Defaults to `False`.

    Returns:
        Logits of the discriminator, float32 `(batch, 1)`.

    Raises:
        ValueError: If arguments are out of range or do not go together, the
            networks do not meet, or the discriminator does not end in one
            logit. In `fit` and `evaluate` if data is not finite, or not what
            the generator can make, labels are no classes, or a batch does not
            divide over replicas.

    Example:

    >>> generator = keras.Sequential(
    ...     [keras.Input((2,)), keras.layers.Dense(4, "sigmoid")]
    ... )
    >>> discriminator = keras.Sequential(
    ...     [keras.Input((4,)), keras.layers.Dense(1)]
    ... )
    >>> gan = keras_dl4.models.GAN(generator, discriminator, latent_dim=2)
    >>> gan.compile(
    ...     generator_optimizer=keras.optimizers.Adam(2e-4, 0.5),
    ...     discriminator_optimizer=keras.optimizers.Adam(2e-4, 0.5),
    ... )
    >>> data = np.eye(4, dtype="float32")
    >>> history = gan.fit(data, verbose=0).history
    >>> for name in sorted(history):
    ...     print(name)
    accuracy
    discriminator_loss
    fake_score
    generator_loss
    real_score
    >>> gan.sample(3, seed=0).shape == (3, 4)
    True

    References:
        - [Generative Adversarial Networks](https://arxiv.org/abs/1406.2661),
          equation 1, algorithm 1 and theorem 1
        - [Least Squares GANs](https://arxiv.org/abs/1611.04076), equation 9
        - [Geometric GAN](https://arxiv.org/abs/1705.02894), for `"hinge"`
        - [Wasserstein GAN](https://arxiv.org/abs/1701.07875), algorithm 1
        - [The GAN is dead; long live the GAN!](
          https://arxiv.org/abs/2501.05441), for `"relativistic"`
    """

    def __init__(
        self,
        generator,
        discriminator,
        latent_dim,
        generator_loss="non_saturating",
        num_discriminator_steps=1,
        latent="normal",
        penalties=(),
        *,
        simultaneous=False,
        label_smoothing=0.0,
        num_classes=None,
        ema_momentum=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(SHOWN, simultaneous, **kwargs)
        self._arguments = {
            "latent_dim": latent_dim,
            "generator_loss": generator_loss,
            "num_discriminator_steps": num_discriminator_steps,
            "latent": latent,
            "penalties": penalties,
            "simultaneous": simultaneous,
            "label_smoothing": label_smoothing,
            "num_classes": num_classes,
            "ema_momentum": ema_momentum,
            "seed": seed,
        }
        gan_checks.check_arguments(self._arguments)
        self._arguments["penalties"] = list(penalties)
        for name, value in self._arguments.items():
            setattr(self, name, value)
        self.generator = generator
        self.discriminator = discriminator
        latents, self.made = gan_checks.build_networks(
            generator, discriminator, latent_dim, num_classes is not None
        )
        self.averaged_generator = None
        if ema_momentum is not None:
            self.averaged_generator = averaged_copy(generator, latents)
        self.game = ADVERSARIAL_LOSSES[generator_loss]
        self.noise_source = NoiseSource(seed)
        # Of its own, so that validation does not change how training goes on.
        self.evaluation_noise = NoiseSource(None if seed is None else seed + 1)
        networks = [generator, discriminator, self.averaged_generator]
        self.seed_states = SeedStates([each for each in networks if each])
        self.built = True

    def compile(
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        num_micro_batches=1,
        **kwargs,
    ):
        """Prepares for training.

        Args:
            generator_optimizer: `keras.optimizers.Optimizer`, or its name.
            discriminator_optimizer: Another one.
            num_micro_batches: Positive int, parts into which each batch is
                split so that it fits into memory; gradients are added up
                before an update. Defaults to `1`.
            **kwargs: `jit_compile`, `run_eagerly` and `steps_per_execution`,
                as of `keras.Model.compile`.
        """
        gan_checks.check_count("num_micro_batches", num_micro_batches)
        optimizers = [discriminator_optimizer, generator_optimizer]
        self.compile_players(optimizers, num_micro_batches, **kwargs)

    def generate(self, latent, labels=None):
        """What the generator, or its average, makes of latent vectors.

        Args:
            latent: Float tensor or array `(batch, latent_dim)`.
            labels: Int tensor or array `(batch,)`, with `num_classes`.
                Defaults to `None`.

        Returns:
            Tensor `(batch, ...)`.
        """
        gan_labels.check_are_given(labels, self.num_classes)
        network = self.averaged_generator or self.generator
        latent = ops.cast(latent, "float32")
        given = [] if labels is None else [ops.cast(labels, "int32")]
        return network(gan_checks.inputs_of(latent, given), training=False)

    def sample(self, num_samples, seed=None, labels=None):
        """Makes samples of random latent vectors.

        Args:
            num_samples: Positive int, how many.
            seed: Int, or `None` for the global seed. Defaults to `None`.
            labels: Int array `(num_samples,)`, with `num_classes`; `None` for
                all classes in turn. Defaults to `None`.

        Returns:
            Tensor `(num_samples, ...)`.
        """
        gan_checks.check_count("num_samples", num_samples)
        labels = gan_labels.of_samples(labels, num_samples, self.num_classes)
        shape = (num_samples, self.latent_dim)
        latent = gan_latents.draw_with(seed, self.latent, shape)
        return self.generate(latent, labels)

    def serving_signatures(self):
        """`generate` and `discriminate`, for `export_saved_model`."""
        return gan_signatures(self)

    def serving_inputs(self):
        """What the model is called with, for the same."""
        return gan_inputs(self)

    # For the abstract class.

    def players(self):
        judge, maker = (
            functools.partial(loss, self)
            for loss in (discriminator_loss, generator_loss)
        )
        num_steps = self.num_discriminator_steps
        return [
            Player("discriminator", self.discriminator, judge, num_steps),
            Player("generator", self.generator, maker),
        ]

    def checked(self, x, y, batch_size):
        return gan_data.checked(self, x, y, batch_size)

    def inputs_of(self, batch, training):
        x, labels = gan_data.unpack(self, batch)
        shape = (ops.shape(x)[0], self.latent_dim)
        noise = self.noise_source if training else self.evaluation_noise
        return lambda: (
            x,
            gan_latents.draw_from(noise, self.latent, shape),
            *labels,
        )

    def after_update(self):
        if self.averaged_generator is not None:
            num_updates = self.optimizer.optimizers[1].iterations
            networks = self.averaged_generator, self.generator
            move_average(*networks, self.ema_momentum, num_updates <= 1)

    def call(self, inputs, training=False):
        x, *labels = gan_labels.split_inputs(inputs, self.num_classes)
        return logits_of(self, x, labels, training)[:, None]

    def get_config(self):
        objects = {
            **self._arguments,
            "generator": self.generator,
            "discriminator": self.discriminator,
        }
        return {
            **super().get_config(),
            **keras.saving.serialize_keras_object(objects),
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Makes the model that has this config."""
        made = keras.saving.deserialize_keras_object(config, custom_objects)
        return cls(**made)
