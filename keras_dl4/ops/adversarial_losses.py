"""What the two players of an adversarial game lower, by name.

All are functions of logits `(batch,)`, the unbounded outputs of the
discriminator, for data and for what the generator made, and give one value for
each example. Sources: "non_saturating" and "minimax" Goodfellow et al. 2014,
equation 1 and section 3; "least_squares" Mao et al. 2017, equation 9;
"hinge" Lim and Ye 2017; "wasserstein" Arjovsky et al. 2017, algorithm 1;
"relativistic" Jolicoeur-Martineau 2019, of pairs, as in Huang et al. 2024.
"""

import typing

from keras import ops


class AdversarialLoss(typing.NamedTuple):
    """One game.

    Args:
        discriminator: Function of real logits, fake logits, and by how much
            the target for data is lowered.
        generator: Function of fake logits and real logits.
        is_smoothable: Boolean, whether data has a target that can be lowered.
            Defaults to `False`.
        is_relative: Boolean, whether the generator is told the real logits.
            Defaults to `False`.
        is_probability: Boolean, whether the sigmoid of a logit is the
            probability of data. Defaults to `False`.
        threshold: Float, logits above which are called data; `None` where only
            the order of a real and a fake logit has a meaning. Defaults to
            `None`.
    """

    discriminator: typing.Callable
    generator: typing.Callable
    is_smoothable: bool = False
    is_relative: bool = False
    is_probability: bool = False
    threshold: float | None = None

    def score(self, logits):
        """What the discriminator says of each example, to be shown."""
        return ops.sigmoid(logits) if self.is_probability else logits

    def accuracy(self, real, fake):
        """Share of the two examples of each pair that are told right."""
        if self.threshold is None:
            return ops.cast(real > fake, "float32")
        return 0.5 * (
            ops.cast(real > self.threshold, "float32")
            + ops.cast(fake <= self.threshold, "float32")
        )


def _cross_entropy(real, fake, smoothing):
    """-log D(x) - log(1 - D(G(z))), with a target of 1 - smoothing for x."""
    return ops.softplus(-real) + smoothing * real + ops.softplus(fake)


def _squares(real, fake, smoothing):
    return 0.5 * (ops.square(real - 1.0 + smoothing) + ops.square(fake))


def _hinge(real, fake, smoothing):
    del smoothing
    return ops.relu(1.0 - real) + ops.relu(1.0 + fake)


def _distance(real, fake, smoothing):
    del smoothing
    return fake - real


def _relative(real, fake, smoothing):
    del smoothing
    return ops.softplus(fake - real)


_CROSS_ENTROPY = {
    "is_smoothable": True,
    "is_probability": True,
    "threshold": 0.0,
}

ADVERSARIAL_LOSSES = {
    "non_saturating": AdversarialLoss(
        _cross_entropy, lambda fake, _: ops.softplus(-fake), **_CROSS_ENTROPY
    ),
    "minimax": AdversarialLoss(
        _cross_entropy, lambda fake, _: -ops.softplus(fake), **_CROSS_ENTROPY
    ),
    "least_squares": AdversarialLoss(
        _squares,
        lambda fake, _: 0.5 * ops.square(fake - 1.0),
        is_smoothable=True,
        threshold=0.5,
    ),
    "hinge": AdversarialLoss(_hinge, lambda fake, _: -fake, threshold=0.0),
    "wasserstein": AdversarialLoss(_distance, lambda fake, _: -fake),
    "relativistic": AdversarialLoss(
        _relative,
        lambda fake, real: ops.softplus(real - fake),
        is_relative=True,
    ),
}
