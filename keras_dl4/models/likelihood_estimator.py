"""Log-likelihoods by importance sampling, in pieces that fit into memory."""

import math
import numbers

import keras
import numpy as np

from keras_dl4.layers import GaussianSampling
from keras_dl4.models import host_checks
from keras_dl4.models.latent_draws import check_count
from keras_dl4.models.latent_draws import draw
from keras_dl4.models.latent_draws import log_likelihoods
from keras_dl4.models.latent_draws import log_ratios
from keras_dl4.ops import log_mean_exp


class _LogMeanWeight(keras.Model):
    """Logarithm of the mean weight p(x, z) / q(z | x) of some codes.

    A model, so that `predict` cuts the data into batches and compiles on any
    backend. It draws other codes each time.
    """

    def __init__(self, autoencoder, num_draws, seed):
        super().__init__(name="log_mean_weight")
        self.autoencoder = autoencoder
        self.num_draws = num_draws
        self.sampling = GaussianSampling(seed)
        self.jit_compile = autoencoder.jit_compile

    def call(self, inputs):
        number = self.num_draws
        draws = draw(self.autoencoder, inputs, number, self.sampling, False)
        likelihoods = log_likelihoods(
            self.autoencoder.likelihood, inputs, draws, number
        )
        return log_mean_exp(likelihoods - log_ratios(draws, number), axis=0)


def estimate_log_likelihood(
    autoencoder, x, num_samples, *, chunk_size, batch_size, seed, verbose
):
    """Importance-sampled log p(x) of each example, in nats.

    Args:
        autoencoder: `keras_dl4.models.VariationalAutoencoder`.
        x: Array `(num_examples, ...)`.
        num_samples: Positive int, codes drawn for each example.
        chunk_size: Positive int, how many of them at once.
        batch_size: Positive int, examples at once.
        seed: Int.
        verbose: 1 to show a progress bar with the mean so far, 0 for none.

    Returns:
        Float64 array `(num_examples,)`.

    Raises:
        ValueError: If a number is not positive, `seed` is no int, or the data
            is no array or bad.
    """
    x = host_checks.as_numbers(x)
    host_checks.check_values(x, autoencoder.data_range)
    if autoencoder.binarize and np.any((x != 0) & (x != 1)):
        raise ValueError(
            "A model that binarizes its data gives likelihoods of binary "
            "data. Received: values between 0 and 1. Draw the data once, by "
            "`keras_dl4.datasets.binarize(x)`."
        )
    check_count("num_samples", num_samples)
    check_count("chunk_size", chunk_size)
    check_count("batch_size", batch_size)
    if not isinstance(seed, numbers.Integral):
        raise ValueError(
            "`seed` must be an int, so that an estimate can be had again. "
            f"Received: seed={seed!r}. Use 0, or draw one."
        )
    seed = int(seed)
    # Whole batches, since XLA compiles each size anew.
    batch_size = min(batch_size, len(x))
    filled = np.resize(x, (-len(x) % batch_size + len(x), *x.shape[1:]))
    whole, rest = divmod(num_samples, chunk_size)
    passes = [(chunk_size, whole), (rest, min(rest, 1))]
    name = "log_likelihood"
    bar = keras.utils.Progbar(
        whole + min(rest, 1),
        verbose=verbose,
        stateful_metrics=[name],
        unit_name="pass",
    )
    # Logarithm of the sum of all weights so far, and their number.
    total, num_drawn = np.full(len(x), -np.inf), 0
    for size, num_passes in passes:
        model = _LogMeanWeight(autoencoder, size, seed)
        for _ in range(num_passes):
            found = model.predict(filled, batch_size=batch_size, verbose=0)
            found = found[: len(x)].astype("float64") + math.log(size)
            total, num_drawn = np.logaddexp(total, found), num_drawn + size
            bar.add(1, [(name, np.mean(total) - math.log(num_drawn))])
        seed += 1  # The rest draws other codes than the first chunk.
    return total - math.log(num_samples)
