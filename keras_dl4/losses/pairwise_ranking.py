"""The loss that brings images and their sentences together."""

import math
import numbers

import keras
from keras import ops

from keras_dl4.ops.ranking import NEGATIVES
from keras_dl4.ops.ranking import pairwise_ranking_cost


@keras.saving.register_keras_serializable(package="keras_dl4")
class PairwiseRankingLoss(keras.losses.Loss):
    r"""Each pair is to score higher than its negatives, by a margin.

    $\sum_k \max(0, \alpha - s_{ii} + s_{ik}) +
    \sum_k \max(0, \alpha - s_{ii} + s_{ki})$ for pair i, with $\alpha$ the
    margin: its image against other sentences of the batch, and its sentence
    against other images. Use it on scores of all images of a batch with all
    sentences, such as cosines: those of unit vectors on both sides.

    Pairs of the same image are no negatives of each other, so that several
    captions of one image may be in a batch.

    The hardest negatives alone, `"max"`, give better embeddings in the end but
    often collapse at the start: the loss then stays at two margins, with all
    scores equal. Raise `hard_weight` from 0 to 1 during first epochs, by
    `loss.hard_weight.assign(...)`: it is what `"max"` weighs, against the rest
    for `"sum"`. On the JAX backend a compiled training step sees the change if
    the model tracks `hard_weight`, as an attribute.

    Args:
        margin: Float > 0, in units of the scores. Defaults to `0.2`.
        negatives: String. `"sum"`: all negatives count. `"max"`: the one with
            the highest score. `"semi_hard"`: the highest that is below the
            pair's own score, or the lowest of all where none is below.
            `"random"`: some of them, drawn anew each time. Defaults to
            `"sum"`.
        num_negatives: Int >= 1, how many `"random"` draws for each image, and
            for each sentence. Defaults to `1`.
        hard_weight: Float from 0 to 1, the weight of `"max"` to start with;
            `"sum"` has the rest. For `"max"` only. Defaults to `1.0`.
        seed: Int, for `"random"`, or `None` for a random one. Defaults to
            `None`.
        reduction: String, as in Keras: how the costs of pairs become one
            number. Defaults to `"sum_over_batch_size"`.
        name: String. Defaults to `"pairwise_ranking_loss"`.
        dtype: As in Keras, or `None` for float32. Defaults to `None`.

    Call arguments:
        y_true: Int tensor `(batch,)` or `(batch, 1)`, which image each pair is
            of, below 2^24.
        y_pred: Float tensor `(batch, batch)`, the score of image i with
            sentence j at `[i, j]`; pair i is on the diagonal.

    Returns:
        Float scalar, or `(batch,)` without reduction.

    Raises:
        ValueError: If an argument is out of range, the scores are not as
            many for each image as there are images, or the ids are not.

    Example:

    >>> loss = PairwiseRankingLoss(margin=0.2)
    >>> scores = np.array([[0.9, 0.8], [0.1, 0.6]])
    >>> print(f"{float(loss([0, 1], scores)):.2f}")
    0.25
    >>> print(float(loss([7, 7], scores)))  # two captions of one image
    0.0

    References:
        - [Kiros et al., 2014](https://arxiv.org/abs/1411.2539), section 2.2
        - [VSE++](https://arxiv.org/abs/1707.05612), equation 6, for `"max"`
        - [FaceNet](https://arxiv.org/abs/1503.03832), section 3.2, for
          `"semi_hard"`
    """

    def __init__(
        self,
        margin=0.2,
        negatives="sum",
        *,
        num_negatives=1,
        hard_weight=1.0,
        seed=None,
        reduction="sum_over_batch_size",
        name="pairwise_ranking_loss",
        dtype=None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        if negatives not in NEGATIVES:
            raise ValueError(
                "`negatives` must be one of "
                f"{', '.join(map(repr, NEGATIVES))}. Received: "
                f"negatives={negatives!r}."
            )
        if not _is_number(margin) or not 0.0 < margin < math.inf:
            raise ValueError(
                "`margin` must be a positive number. Received: "
                f"margin={margin!r}. For cosines take 0.2."
            )
        if not isinstance(num_negatives, int) or num_negatives < 1:
            raise ValueError(
                "`num_negatives` must be an int of at least 1. Received: "
                f"num_negatives={num_negatives!r}. All of them: "
                "negatives='sum'."
            )
        if not _is_number(hard_weight) or not 0.0 <= hard_weight <= 1.0:
            raise ValueError(
                "`hard_weight` must be a number from 0 to 1. Received: "
                f"hard_weight={hard_weight!r}."
            )
        if negatives != "max" and hard_weight != 1.0:
            raise ValueError(
                "Only negatives='max' has a `hard_weight`. Received: "
                f"hard_weight={hard_weight} with negatives={negatives!r}. "
                "Leave it out."
            )
        self.margin = margin
        self.negatives = negatives
        self.num_negatives = num_negatives
        self.seed = seed
        self._first_hard_weight = hard_weight
        self.hard_weight = self.seed_generator = None
        if negatives == "max":
            self.hard_weight = keras.Variable(
                hard_weight, trainable=False, name="hard_weight"
            )
        if negatives == "random":
            self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, y_true, y_pred):
        shape = tuple(y_pred.shape)
        sizes = {size for size in shape if size is not None}
        if len(shape) != 2 or len(sizes) > 1:
            raise ValueError(
                "`y_pred` must hold the scores of all images of the batch with "
                f"all sentences, (batch, batch). Received: shape {shape}. Take "
                "`images @ transpose(sentences)`, of vectors of unit length."
            )
        noise = None
        if self.negatives == "random":
            noise = keras.random.uniform(
                (2, *ops.shape(y_pred)),
                dtype=y_pred.dtype,
                seed=self.seed_generator,
            )
        cost = self._cost(y_true, y_pred, self.negatives, noise)
        if self.negatives != "max":
            return cost
        weight = ops.cast(self.hard_weight, cost.dtype)
        easy = self._cost(y_true, y_pred, "sum")
        return weight * cost + (1.0 - weight) * easy

    def _cost(self, y_true, y_pred, negatives, noise=None):
        return pairwise_ranking_cost(
            y_pred, y_true, self.margin, negatives, noise, self.num_negatives
        )

    def get_config(self):
        return {
            **super().get_config(),
            "margin": self.margin,
            "negatives": self.negatives,
            "num_negatives": self.num_negatives,
            "hard_weight": self._first_hard_weight,
            "seed": self.seed,
            "dtype": self.dtype,
        }


def _is_number(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool)
