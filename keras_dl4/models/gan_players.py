"""What each player of an adversarial game lowers, for one batch."""

from keras import ops

from keras_dl4.backend import without_updates
from keras_dl4.models.gan_checks import inputs_of

SHOWN = (
    "discriminator_loss",
    "generator_loss",
    "real_score",
    "fake_score",
    "accuracy",
)


def discriminator_loss(gan, inputs, training):
    """The loss of the discriminator.

    The generator is called as in its own phase, but its statistics, of batch
    normalization for example, stay as they are.

    Args:
        gan: `keras_dl4.models.GAN`.
        inputs: Tuple of data and latents, and labels where there are some.
        training: Boolean, of both networks.

    Returns:
        Float32 scalar, and a dict of tensors `(batch,)` to be shown.
    """
    x, latent, *labels = inputs
    with without_updates(gan.generator):
        made = gan.generator(inputs_of(latent, labels), training=training)
    made = ops.cast(ops.stop_gradient(made), "float32")
    real = logits_of(gan, x, labels, training)
    added = sum(gan.discriminator.losses)
    fake = logits_of(gan, made, labels, training)
    # Both calls add the regularization of weights, and that of their outputs.
    added = 0.5 * (added + sum(gan.discriminator.losses))
    losses = gan.game.discriminator(real, fake, gan.label_smoothing)
    total = ops.mean(losses) + added
    noise = gan.noise_source if training else gan.evaluation_noise
    for penalty in gan.penalties:
        total = total + penalty(
            lambda x: _frozen_logits(gan, x, labels, training),
            x,
            made,
            seed=noise.seed_generator,
        )
    return total, {
        "discriminator_loss": ops.broadcast_to(total, ops.shape(real)),
        "real_score": gan.game.score(real),
        "fake_score": gan.game.score(fake),
        "accuracy": gan.game.accuracy(real, fake),
    }


def generator_loss(gan, inputs, training):
    """The loss of the generator.

    The discriminator is called as in its own phase, with its dropout, but its
    statistics stay as they are.

    Args:
        gan: `keras_dl4.models.GAN`.
        inputs: Tuple of data and latents, and labels where there are some.
        training: Boolean, of both networks.

    Returns:
        Float32 scalar, and a dict of tensors `(batch,)` to be shown.
    """
    x, latent, *labels = inputs
    made = gan.generator(inputs_of(latent, labels), training=training)
    added = sum(gan.generator.losses)
    fake = _frozen_logits(gan, made, labels, training)
    real = None
    if gan.game.is_relative:
        real = _frozen_logits(gan, x, labels, training)
    total = ops.mean(gan.game.generator(fake, real)) + added
    return total, {"generator_loss": ops.broadcast_to(total, ops.shape(fake))}


def logits_of(gan, x, labels, training):
    """What the discriminator says of each example, float32 `(batch,)`."""
    logits = gan.discriminator(inputs_of(x, labels), training=training)
    return ops.reshape(ops.cast(logits, "float32"), (-1,))


def _frozen_logits(gan, *given):
    """The same, of a discriminator whose statistics stay as they are."""
    # Nothing else may be called in this context, where no seed moves but those
    # of the discriminator.
    with without_updates(gan.discriminator):
        return logits_of(gan, *given)
