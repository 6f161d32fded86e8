"""The bound on the log-likelihood that a variational autoencoder raises."""

import math
import numbers

import keras
from keras import ops

from keras_dl4.backend import all_reduce_mean
from keras_dl4.ops import log_mean_exp


class EvidenceBound(keras.layers.Layer):
    """Negative bounds, with the ways in which a divergence can count.

    Args:
        kl_weight: Float of at least 0, where `kl_weight` starts.
        capacity: Float of at least 0, or `None`.
        free_bits: Float of at least 0.
        importance_weighted: Boolean.

    Call arguments:
        log_likelihoods: Float32 `(draws, batch)`, log p(x | z).
        log_ratios: Float32 `(draws, batch)`, log q(z | x) - log p(z).
        counted: What `counted` makes of the divergences.

    Returns:
        Float32 tensor `(batch,)`, to be minimized.
    """

    def __init__(self, kl_weight, capacity, free_bits, importance_weighted):
        super().__init__(dtype="float32")
        _check_at_least_0("kl_weight", kl_weight)
        _check_at_least_0("free_bits", free_bits)
        if capacity is not None:
            _check_at_least_0("capacity", capacity)
        counts = {
            "capacity": capacity is not None,
            "free_bits": free_bits > 0.0,
            "importance_weighted": importance_weighted,
        }
        chosen = [name for name, is_chosen in counts.items() if is_chosen]
        if len(chosen) > 1:
            raise ValueError(
                "`capacity`, `free_bits` and `importance_weighted` each say "
                f"how the divergence counts. Received: {chosen}. Choose one."
            )
        self.capacity = capacity
        self.free_bits = free_bits
        self.importance_weighted = importance_weighted
        self.kl_weight = self.add_weight(
            shape=(),
            initializer=keras.initializers.Constant(kl_weight),
            trainable=False,
            name="kl_weight",
        )

    def update_kl_weight(self, kl_weight):
        """Sets the weight, which compiles nothing anew."""
        _check_at_least_0("kl_weight", kl_weight)
        self.kl_weight.assign(kl_weight)

    def counted(self, divergences):
        """What counts of divergences `(batch, ...)`, one for each latent.

        Replicas meet in here, so that all free the same latents. It is to be
        called while the model is, which has losses that are to be kept apart.

        Args:
            divergences: Float32 tensor, in nats.

        Returns:
            Float32 tensor `(batch,)`, or a scalar if it is the same for all.
        """
        if self.free_bits:
            means = all_reduce_mean(ops.mean(divergences, axis=0))
            return ops.sum(ops.maximum(means, self.free_bits))
        latents = tuple(range(1, len(divergences.shape)))
        counted = ops.sum(divergences, axis=latents)
        if self.capacity is not None:
            counted = ops.abs(counted - self.capacity)
        return counted

    def call(self, log_likelihoods, log_ratios, counted):
        kl_weight = ops.convert_to_tensor(self.kl_weight)
        if self.importance_weighted:
            log_weights = log_likelihoods - kl_weight * log_ratios
            return -log_mean_exp(log_weights, axis=0)
        return kl_weight * counted - ops.mean(log_likelihoods, axis=0)


def _check_at_least_0(name, value):
    if not isinstance(value, numbers.Real) or not 0.0 <= value < math.inf:
        raise ValueError(
            f"`{name}` must be a finite number of at least 0. Received: "
            f"{name}={value!r}. It weighs or bounds a divergence in nats."
        )
