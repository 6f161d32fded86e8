"""A penalty on how much an encoder moves when its input moves."""

import itertools
import math
import numbers

import keras
from keras import ops

from keras_dl4.ops.jacobian_norm import build_encoder
from keras_dl4.ops.jacobian_norm import check_method
from keras_dl4.ops.jacobian_norm import jacobian_of
from keras_dl4.ops.jacobians import check_inputs


@keras.saving.register_keras_serializable(package="keras_dl4")
class ContractivePenalty:
    r"""Mean squared Frobenius norm of an encoder's Jacobian, weighted.

    `weight * mean_batch ||J(x)||^2`, the penalty of the contractive
    autoencoder: codes are to change little around the training examples. With
    `hessian_weight` it is the one of the CAE+H, which adds `hessian_weight *
    mean_batch E ||J(x) - J(x + noise)||^2` for normal noise, so that the
    Jacobian changes little as well.

    Put it into a model with `keras_dl4.layers.ContractiveRegularization`. The
    Jacobian is the one of the encoder in inference, without dropout or noise
    inside; the calls that it takes add no losses of the encoder a second time.

    Args:
        weight: Float, at least 0, factor $\lambda$ of the squared norm.
        method: How to find the norm; all but the last are exact.
            `"closed_form"` for one dense layer of any activation, at about
            the cost of the layer; `"chain"` for a stack of dense layers and
            activations, with a product of their matrices that needs `batch *
            outputs * units of the first layer` floats; `"exact"` for
            anything, with one backward pass for each output; `"hutchinson"`
            for anything, with one for each random probe, an unbiased
            estimate; or `"auto"`, the first of those that fits, without
            `"exact"`. Defaults to `"auto"`.
        hessian_weight: Float, at least 0, factor $\gamma$ of the squared
            change of the Jacobian. Defaults to `0.0`.
        num_probes: Int, random directions for `"hutchinson"`. Defaults to
            `1`.
        hessian_stddev: Float above 0, standard deviation of the noise for
            `hessian_weight`. Defaults to `0.1`.
        num_corruptions: Int, noisy copies of each example for
            `hessian_weight`. Defaults to `2`.
        seed: Int, where the random draws of calls without a seed start, or
            `None` for a random start. Defaults to `None`.

    Call arguments:
        encoder: Layer, model or other function of a tensor `(batch, ...)`
            that treats the examples apart.
        inputs: Float tensor `(batch, ...)`. Under `tf.distribute` the mean is
            over the replica's share, as of a Keras loss.
        seed: Int or `keras.random.SeedGenerator` for this call. Compiled
            code on JAX needs one that belongs to a layer.

    Returns:
        Float32 scalar.

    Raises:
        ValueError: If a weight is no finite number of at least 0, `method` is
            none of these or does not fit the encoder, `num_probes` or
            `num_corruptions` is no int of at least 1, `hessian_stddev` is no
            finite number above 0, `seed` is no int, or the encoder has no
            Jacobian path: several inputs or outputs, integers, no
            differentiable path.

    Example:

    >>> from keras_dl4.regularizers import ContractivePenalty
    >>> encoder = keras.layers.Dense(5, "sigmoid", kernel_initializer="ones")
    >>> penalty = ContractivePenalty(0.5)(encoder, np.zeros((2, 4), "float32"))
    >>> float(penalty)  # 0.5 * 5 * 4 * sigmoid'(0)^2
    0.625

    References:
        - [Rifai et al., 2011](https://icml.cc/2011/papers/455_icmlpaper.pdf),
          equations 2 and 9
        - Rifai et al., 2011, "Higher order contractive auto-encoder",
          equation 7
    """

    def __init__(
        self,
        weight,
        method="auto",
        hessian_weight=0.0,
        *,
        num_probes=1,
        hessian_stddev=0.1,
        num_corruptions=2,
        seed=None,
    ):
        for name, value in (
            ("weight", weight),
            ("hessian_weight", hessian_weight),
        ):
            if not isinstance(value, numbers.Real) or not (
                0.0 <= value < math.inf
            ):
                raise ValueError(
                    f"`{name}` must be a finite number of at least 0; it is "
                    f"the factor of a norm in a loss. Received: "
                    f"{name}={value!r}"
                )
        check_method(method, num_probes)
        is_int = isinstance(num_corruptions, numbers.Integral)
        if not is_int or num_corruptions < 1:
            raise ValueError(
                "`num_corruptions` must be an int of at least 1. Received: "
                f"num_corruptions={num_corruptions!r}. Without the term, "
                "leave `hessian_weight` at 0."
            )
        if not isinstance(hessian_stddev, numbers.Real) or not (
            0.0 < hessian_stddev < math.inf
        ):
            raise ValueError(
                "`hessian_stddev` must be a finite number above 0, on the "
                "scale of the inputs. Received: "
                f"hessian_stddev={hessian_stddev!r}"
            )
        if seed is not None and not isinstance(seed, numbers.Integral):
            raise ValueError(
                "`seed` must be an int or None. Received: "
                f"seed={seed!r}. A generator goes with a call."
            )
        self.weight = weight
        self.method = method
        self.hessian_weight = hessian_weight
        self.num_probes = int(num_probes)
        self.hessian_stddev = hessian_stddev
        self.num_corruptions = int(num_corruptions)
        self.seed = None if seed is None else int(seed)
        self._seed_generator = None

    def __call__(self, encoder, inputs, seed=None):
        inputs = check_inputs(inputs)
        build_encoder(encoder, inputs)
        seeds = self._seeds(seed)

        def draw(shape):
            return keras.random.uniform(
                shape, dtype="float32", seed=next(seeds)
            )

        jacobian = jacobian_of(
            encoder, inputs.shape, self.method, self.num_probes, draw
        )
        at_inputs = jacobian.of(inputs)
        batch_size = ops.shape(inputs)[0]
        norms = jacobian.squared_norm(at_inputs, batch_size)
        penalty = self.weight * ops.mean(norms)
        if not self.hessian_weight:
            return penalty
        for _ in range(self.num_corruptions):
            noise = keras.random.normal(
                ops.shape(inputs),
                stddev=self.hessian_stddev,
                dtype="float32",
                seed=next(seeds),
            )
            change = jacobian.of(inputs + noise) - at_inputs
            norms = jacobian.squared_norm(change, batch_size)
            factor = self.hessian_weight / self.num_corruptions
            penalty = penalty + factor * ops.mean(norms)
        return penalty

    def _seeds(self, seed):
        """Yields a seed for each draw of one call."""
        if isinstance(seed, numbers.Integral):
            yield from itertools.count(int(seed))
        # Made only now, since most methods draw nothing.
        if seed is None and self._seed_generator is None:
            self._seed_generator = keras.random.SeedGenerator(self.seed)
        while True:
            yield self._seed_generator if seed is None else seed

    def get_config(self):
        return {
            "weight": self.weight,
            "method": self.method,
            "hessian_weight": self.hessian_weight,
            "num_probes": self.num_probes,
            "hessian_stddev": self.hessian_stddev,
            "num_corruptions": self.num_corruptions,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config):
        """Makes the penalty that has this config."""
        return cls(**config)
