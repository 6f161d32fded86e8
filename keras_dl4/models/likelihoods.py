"""What a decoder says of data: log p(x | z) of each example."""

import math
import numbers

import keras
from keras import ops

from keras_dl4.ops import bernoulli_cross_entropy
from keras_dl4.ops import gaussian_log_density


class BernoulliLikelihood(keras.layers.Layer):
    """Independent binary components, of which the decoder gives logits."""

    data_range = (0.0, 1.0)

    def __init__(self):
        super().__init__(dtype="float32")

    def call(self, x, decoded):
        return -bernoulli_cross_entropy(x, decoded, from_logits=True)

    def mean(self, decoded):
        """Probabilities of 1."""
        return ops.sigmoid(decoded)


class GaussianLikelihood(keras.layers.Layer):
    """Independent normal components, of which the decoder gives the means.

    Args:
        stddev: Positive float, or `"learned"`, which starts at 1.
    """

    data_range = None

    def __init__(self, stddev):
        super().__init__(dtype="float32")
        is_learned = stddev == "learned"
        is_number = isinstance(stddev, numbers.Real)
        if not is_learned and not (is_number and 0.0 < stddev < math.inf):
            raise ValueError(
                "`stddev` must be a finite number above 0, or 'learned'. "
                f"Received: stddev={stddev!r}. Give it in the unit of the "
                "data."
            )
        start = 0.0 if is_learned else math.log(stddev)
        self.log_stddev = self.add_weight(
            shape=(),
            initializer=keras.initializers.Constant(start),
            trainable=is_learned,
            name="log_stddev",
        )

    def call(self, x, decoded):
        log_variance = 2.0 * ops.convert_to_tensor(self.log_stddev)
        densities = gaussian_log_density(x, decoded, log_variance)
        return ops.sum(densities, axis=tuple(range(1, len(x.shape))))

    def mean(self, decoded):
        """The means themselves."""
        return decoded


def make_likelihood(name, stddev, binarize):
    """The likelihood of a name.

    Args:
        name: `"bernoulli"` or `"gaussian"`.
        stddev: What a Gaussian is made with, else 1.
        binarize: Boolean, whether the data is to be made binary.

    Returns:
        A layer from data and what is decoded to float32 values `(batch,)`.

    Raises:
        ValueError: If the name is none of these, or what has no meaning with
            it is given.
    """
    if name not in ("bernoulli", "gaussian"):
        raise ValueError(
            "`likelihood` must be 'bernoulli' or 'gaussian'. Received: "
            f"likelihood={name!r}. For data in [0, 1] take 'bernoulli'."
        )
    if name == "gaussian":
        if binarize:
            raise ValueError(
                "`binarize=True` goes with likelihood='bernoulli'. Received: "
                "likelihood='gaussian'. Leave one of them out."
            )
        return GaussianLikelihood(stddev)
    if stddev != 1.0:
        raise ValueError(
            "`stddev` goes with likelihood='gaussian'. Received: "
            f"stddev={stddev!r}, likelihood='bernoulli'. Leave one of them "
            "out."
        )
    return BernoulliLikelihood()
