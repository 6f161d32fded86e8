"""The variational autoencoder, and its importance-weighted form."""

import keras
import numpy as np
from keras import ops

from keras_dl4.layers import GaussianSampling
from keras_dl4.models import host_checks
from keras_dl4.models import latent_draws as latents
from keras_dl4.models.abstract_autoencoder import AbstractAutoencoder
from keras_dl4.models.evidence_bound import EvidenceBound
from keras_dl4.models.likelihood_estimator import estimate_log_likelihood
from keras_dl4.models.likelihoods import make_likelihood
from keras_dl4.ops import gaussian_kl
from keras_dl4.ops import normal_of_seeds


@keras.saving.register_keras_serializable(package="keras_dl4")
class VariationalAutoencoder(AbstractAutoencoder):
    r"""A latent variable model, trained on a lower bound of its likelihood.

    Codes z have a standard normal prior; the decoder gives p(x | z), and the
    encoder approximates p(z | x) by a Gaussian q(z | x) with a diagonal
    covariance. `fit(x)` maximizes the evidence lower bound,
    `E log p(x | z) - KL(q(z | x) || p(z)) <= log p(x)`; all in nats, and
    summed over the components of an example.

    The logs show the `loss` and, of each example on average,
    `reconstruction_loss` (`-E log p(x | z)`), `kl` and `elbo`, the bound,
    however the divergence counts in the loss. `evaluate` draws codes as well.

    Args:
        encoder: Layer or model from data `(batch, ...)` to two tensors of the
            same shape, the mean and the logarithm of the variance of codes.
        decoder: Layer or model from codes to what has the shape of the data:
            logits (`"bernoulli"`) or means (`"gaussian"`).
        kl_weight: Float of at least 0, factor $\beta$ of the divergence, which
            `update_kl_weight` changes later on. Defaults to `1.0`.
        likelihood: `"bernoulli"` for binary data, or for probabilities in [0,
            1]; or `"gaussian"`. Defaults to `"bernoulli"`.
        stddev: Positive float, the standard deviation of the data around what
            is decoded, or `"learned"` for one that is trained, the same for
            all components. For `"gaussian"` only. Defaults to `1.0`.
        capacity: Float of at least 0, the divergence C in nats that is aimed
            at: in place of it counts `|KL - C|` of each example. `None` for
            none. Defaults to `None`.
        free_bits: Float of at least 0. In nats, despite its name: the mean
            divergence of each latent over the global batch counts at least as
            this much, so that a latent may hold as much at no cost. Defaults
            to `0.0`.
        num_samples: Positive int, codes drawn for each example in a step.
            Defaults to `1`.
        importance_weighted: Boolean, whether to train on the tighter bound
            `E log mean_i p(x, z_i) / q(z_i | x)` over the `num_samples` codes
            of an example. Defaults to `False`.
        binarize: Boolean, whether `fit` and `evaluate` draw binary data anew
            in each step, with the given values as probabilities of 1: dynamic
            binarization. Defaults to `False`.
        seed: Int, of what is drawn, or `None`. Defaults to `None`.
        **kwargs: Arguments of `keras.Model`, such as `name`.

    Call arguments:
        inputs: Tensor `(batch, ...)`.
        training: Boolean. Defaults to `False`.

    Returns:
        What the decoder gives for the mean code, logits if the likelihood is
        `"bernoulli"`; `reconstruct` gives probabilities. In training a tuple
        that the loss is made of.

    Raises:
        ValueError: If arguments are out of range or do not go together, or
            encoder and decoder do not meet. In `fit` and `evaluate` if data is
            not finite, or with `"bernoulli"` not in [0, 1].

    Example:

    >>> x = keras.Input((4,))
    >>> moments = [keras.layers.Dense(2)(x) for _ in range(2)]
    >>> vae = keras_dl4.models.VariationalAutoencoder(
    ...     keras.Model(x, moments),
    ...     keras.Sequential([keras.Input((2,)), keras.layers.Dense(4)]),
    ... )
    >>> vae.compile("adam")
    >>> data = np.eye(4, dtype="float32")
    >>> sorted(vae.fit(data, verbose=0).history)
    ['elbo', 'kl', 'loss', 'reconstruction_loss']
    >>> vae.sample(3, seed=0).shape == (3, 4)
    True
    >>> vae.log_likelihood(data, num_samples=10, verbose=0).shape
    (4,)

    References:
        - [Auto-Encoding Variational Bayes](https://arxiv.org/abs/1312.6114),
          equations 3 and 10
        - [Importance Weighted Autoencoders](https://arxiv.org/abs/1509.00519),
          equation 8, for `importance_weighted` and `log_likelihood`
        - [Understanding disentangling in beta-VAE](
          https://arxiv.org/abs/1804.03599), section 5, for `capacity`
        - [Improving Variational Inference with Inverse Autoregressive Flow](
          https://arxiv.org/abs/1606.04934), appendix C, for `free_bits`
    """

    def __init__(
        self,
        encoder,
        decoder,
        kl_weight=1.0,
        likelihood="bernoulli",
        stddev=1.0,
        *,
        capacity=None,
        free_bits=0.0,
        num_samples=1,
        importance_weighted=False,
        binarize=False,
        seed=None,
        **kwargs,
    ):
        shown = ("reconstruction_loss", "kl", "elbo")
        super().__init__(encoder, decoder, shown, **kwargs)
        latents.check_count("num_samples", num_samples)
        self._arguments = {
            "kl_weight": kl_weight,
            "likelihood": likelihood,
            "stddev": stddev,
            "capacity": capacity,
            "free_bits": free_bits,
            "num_samples": num_samples,
            "importance_weighted": importance_weighted,
            "binarize": binarize,
            "seed": seed,
        }
        self.num_samples = num_samples
        self.binarize = binarize
        self.likelihood = make_likelihood(likelihood, stddev, binarize)
        self.bound = EvidenceBound(
            kl_weight, capacity, free_bits, importance_weighted
        )
        # The one source of noise: of two with the same seed, codes would
        # depend on how the data was binarized.
        self.sampling = GaussianSampling(seed)
        self.build_if_known()

    # For users.

    def update_kl_weight(self, kl_weight):
        """Sets what the divergence weighs, at least 0; compiles nothing."""
        self.bound.update_kl_weight(kl_weight)

    def posterior(self, inputs):
        """Mean and logarithm of the variance of q(z | x), two tensors."""
        return latents.moments_of(self.encoder(inputs, training=False))

    def sample(self, num_samples, seed=None):
        """Probabilities or means of data, decoded from codes of the prior.

        Args:
            num_samples: Int, how many.
            seed: Int, or `None` for the global seed. Defaults to `None`.

        Returns:
            Tensor `(num_samples, ...)`.

        Raises:
            ValueError: If it is no positive int, or the model is not built.
        """
        latents.check_count("num_samples", num_samples)
        shape = (num_samples, *self.code_spec.shape[1:])
        code = keras.random.normal(shape, dtype="float32", seed=seed)
        return self.decode(code)

    def interpolate(self, first, second, num_steps):
        """Data decoded from codes on the lines between those of two examples.

        Args:
            first: Tensor or array `(batch, ...)`.
            second: The same, where the lines end.
            num_steps: Positive int, number of points on each line, which are
                evenly spaced and include both ends.

        Returns:
            Tensor `(batch, num_steps, ...)`.

        Raises:
            ValueError: If `num_steps` is no positive int, or the examples are
                not finite or of two shapes.
        """
        latents.check_count("num_steps", num_steps)
        host_checks.check_pair(first, second)
        start, end = self.encode(first), self.encode(second)
        decoded = [
            self.decode(start + float(part) * (end - start))
            for part in np.linspace(0.0, 1.0, num_steps)
        ]
        return ops.stack(decoded, axis=1)

    def log_likelihood(
        self,
        x,
        num_samples=5000,
        *,
        chunk_size=50,
        batch_size=32,
        seed=0,
        verbose=1,
    ):
        """Estimates log p(x) by importance sampling from q(z | x).

        The mean of the estimate is a lower bound that rises to log p(x) with
        `num_samples`; the literature takes 5,000. At once, `chunk_size *
        batch_size` codes are decoded, on one device, and by XLA if `compile`
        was told to use it.

        Args:
            x: Array `(num_examples, ...)`. Binary, if the model is trained on
                data that it binarizes: draw it once.
            num_samples: Positive int, codes drawn for each example. Defaults
                to `5000`.
            chunk_size: Positive int, codes of an example at once. Defaults to
                `50`.
            batch_size: Positive int, examples at once. Defaults to `32`.
            seed: Int, of the codes. Defaults to `0`.
            verbose: 1 for a progress bar, 0 for none. Defaults to `1`.

        Returns:
            NumPy float64 array `(num_examples,)`, in nats.

        Raises:
            ValueError: If a number or the data is bad.
        """
        return estimate_log_likelihood(
            self,
            x,
            num_samples,
            chunk_size=chunk_size,
            batch_size=batch_size,
            seed=seed,
            verbose=verbose,
        )

    def serving_signatures(self):
        """As of every autoencoder, and `sample`: one for each `seed`, ints."""

        def sample(seed):
            noise = normal_of_seeds(seed, self.code_spec.shape[1:])
            return {"sample": self.decode(noise)}

        seed = keras.InputSpec(shape=(None,), dtype="int32", name="seed")
        return {**super().serving_signatures(), "sample": (sample, seed)}

    # For the abstract class.

    @property
    def data_range(self):
        return self.likelihood.data_range

    def code_of(self, encoded):
        return latents.moments_of(encoded)[0]

    def to_data(self, outputs):
        if isinstance(outputs, tuple):  # of training
            draws, _ = outputs
            outputs = draws.decoded[: ops.shape(draws.mean)[0]]
        return self.likelihood.mean(ops.cast(outputs, "float32"))

    def call(self, inputs, training=False):
        if training:
            return self._draw_for_loss(inputs, training=True)
        return self.decoder(self.encode(inputs), training=False)

    def example_losses(self, x, outputs, training):
        if not training:
            outputs = self._draw_for_loss(x, training=False)
        draws, counted = outputs
        x = draws.x if self.binarize else x
        likelihoods = latents.log_likelihoods(
            self.likelihood, x, draws, self.num_samples
        )
        ratios = latents.log_ratios(draws, self.num_samples)
        losses = self.bound(likelihoods, ratios, counted)
        kl = latents.sum_latents(gaussian_kl(draws.mean, draws.log_variance))
        reconstruction_loss = -ops.mean(likelihoods, axis=0)
        return losses, {
            "reconstruction_loss": reconstruction_loss,
            "kl": kl,
            "elbo": -reconstruction_loss - kl,
        }

    def _draw_for_loss(self, x, training):
        if self.binarize:
            uniform = self.sampling.noise_source.uniform(ops.shape(x))
            x = ops.cast(uniform < ops.cast(x, "float32"), self.compute_dtype)
        draws = latents.draw(self, x, self.num_samples, self.sampling, training)
        divergences = gaussian_kl(draws.mean, draws.log_variance)
        return draws, self.bound.counted(divergences)

    def get_config(self):
        return {**super().get_config(), **self._arguments}
