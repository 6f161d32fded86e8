"""Autoencoders: plain, denoising, sparse, contractive, or several at once."""

import math
import numbers

import keras
from keras import ops

from keras_dl4.layers.noise_source import NoiseSource
from keras_dl4.models.abstract_autoencoder import AbstractAutoencoder
from keras_dl4.ops.reconstruction import bernoulli_cross_entropy
from keras_dl4.ops.reconstruction import squared_error


@keras.saving.register_keras_serializable(package="keras_dl4")
class Autoencoder(AbstractAutoencoder):
    """Learns codes from which data can be reconstructed.

    One class for all deterministic kinds, which can be combined:

    - plain: nothing but an encoder with a narrow code, and a decoder;
    - denoising: with a `corruption` of what the encoder is given in training,
      while the target stays clean;
    - sparse: with `keras_dl4.regularizers.KLSparsity` on the code, or
      `keras_dl4.layers.KSparse` as its last layer;
    - contractive: with a `keras_dl4.regularizers.ContractivePenalty`.

    Compile it without a loss and call `fit(x)`: the target is `x`, and with it
    `y` in metrics. Beside `loss` the logs show `reconstruction_loss`, which is
    the loss without penalties and regularizers. In evaluation nothing is
    corrupted, and random draws of penalties are the same in each batch.

    `encode`, `decode` and `reconstruct` are functions of tensors in inference;
    `predict(x)` and `encoder.predict(x)` go through large arrays in batches.

    Args:
        encoder: Layer or model from a data tensor to a code tensor.
        decoder: Layer or model from a code tensor to the shape of the data.
        corruption: Layer that is called on the data in training only, such as
            `keras_dl4.layers.MaskingNoise`, or `None`. Defaults to `None`.
        penalties: Sequence of functions `(encoder, inputs, seed)` that return
            a scalar to be added to the loss, for example
            `keras_dl4.regularizers.ContractivePenalty`. The inputs are clean.
            To be saved they must be serializable by Keras. Defaults to `()`.
        reconstruction: `"mse"`, the squared error; `"bce"`, the binary
            cross-entropy of data in [0, 1], both **summed over the components
            of an example** and averaged over the batch; or a
            `keras.losses.Loss`, whose values are averaged over both. Defaults
            to `"mse"`.
        emphasis: Pair of weights for the errors of components that were
            corrupted and of those that were not, in training, or `None` for 1
            and 1. The corruption must return its mask. Defaults to `None`.
        from_logits: Boolean, for `"bce"`: whether the decoder gives logits
            instead of probabilities, which is exact for extreme ones. Calls
            and `predict` return what the decoder gives; `decode` and
            `reconstruct` return probabilities. Defaults to `False`.
        **kwargs: Arguments of `keras.Model`, such as `name`.

    Call arguments:
        inputs: Tensor `(batch, ...)` of data.
        training: Boolean, whether to corrupt. Defaults to `False`.

    Returns:
        Output of the decoder, of the shape of the inputs. With `emphasis` in
        training, a tuple of it and the mask of what was corrupted.

    Raises:
        ValueError: If an argument is none of the above, or encoder and decoder
            do not meet. In `fit` and `evaluate`: if there is another target
            than x, NaN, or with `"bce"` data outside of [0, 1].

    Example:

    >>> encoder = keras.Sequential(
    ...     [keras.Input((64,)), keras.layers.Dense(16, "sigmoid")]
    ... )
    >>> decoder = keras.Sequential(
    ...     [keras.Input((16,)), keras.layers.Dense(64, "sigmoid")]
    ... )
    >>> autoencoder = keras_dl4.models.Autoencoder(
    ...     encoder,
    ...     decoder,
    ...     corruption=keras_dl4.layers.MaskingNoise(0.3),
    ...     reconstruction="bce",
    ... )
    >>> autoencoder.compile("adam")
    >>> x = np.random.default_rng(0).random((32, 64))
    >>> history = autoencoder.fit(x, verbose=0)
    >>> autoencoder.encode(x).shape == (32, 16)
    True

    References:
        - [Stacked Denoising Autoencoders](
          https://jmlr.org/papers/v11/vincent10a.html), sections 2.2 and 3.3
        - [Contractive Auto-Encoders](
          https://icml.cc/2011/papers/455_icmlpaper.pdf), section 2
    """

    def __init__(
        self,
        encoder,
        decoder,
        corruption=None,
        penalties=(),
        reconstruction="mse",
        emphasis=None,
        *,
        from_logits=False,
        **kwargs,
    ):
        super().__init__(encoder, decoder, **kwargs)
        _check_corruption(corruption, emphasis)
        _check_reconstruction(reconstruction, emphasis, from_logits)
        self.corruption = corruption
        _check_penalties(penalties)
        self.penalties = list(penalties)
        # One each, so that the draws of one do not depend on another's.
        self.penalty_noise = [
            NoiseSource(getattr(penalty, "seed", None))
            for penalty in self.penalties
        ]
        self.reconstruction = reconstruction
        self.emphasis = None if emphasis is None else tuple(emphasis)
        self.from_logits = from_logits
        self.build_if_known()

    @property
    def data_range(self):
        return (0.0, 1.0) if self.reconstruction == "bce" else None

    def build(self, input_shape):
        if self.corruption is not None and not self.corruption.built:
            self.corruption.build(input_shape)
        super().build(input_shape)

    def call(self, inputs, training=False):
        mask = None
        if training and self.corruption is not None:
            inputs = self.corruption(inputs, training=True)
            if isinstance(inputs, list | tuple):
                inputs, mask = inputs
        code = self.encoder(inputs, training=training)
        outputs = self.decoder(code, training=training)
        if training and self.emphasis is not None:
            return outputs, mask
        return outputs

    def to_data(self, outputs):
        if isinstance(outputs, list | tuple):
            outputs, _ = outputs
        outputs = ops.cast(outputs, "float32")
        return ops.sigmoid(outputs) if self.from_logits else outputs

    def example_losses(self, x, outputs, training):
        weights = None
        if isinstance(outputs, list | tuple):
            outputs, mask = outputs
            corrupted, kept = self.emphasis
            mask = ops.cast(mask, "float32")
            weights = corrupted * mask + kept * (1.0 - mask)
        if self.reconstruction == "mse":
            errors = squared_error(x, outputs, weights)
        elif self.reconstruction == "bce":
            errors = bernoulli_cross_entropy(
                x, outputs, self.from_logits, weights
            )
        else:
            values = self.reconstruction.call(
                ops.cast(x, "float32"), ops.cast(outputs, "float32")
            )
            rows = ops.reshape(values, (ops.shape(x)[0], -1))
            errors = ops.mean(rows, axis=-1)
        return errors, {"reconstruction_loss": errors}

    def penalty_terms(self, x, training):
        # Here and not in `call`, where half precision would round the kernels
        # and inference would pay for it.
        x = ops.cast(x, "float32")
        return [
            penalty(
                self.encoder, x, seed=noise.seed_generator if training else 0
            )
            for penalty, noise in zip(
                self.penalties, self.penalty_noise, strict=True
            )
        ]

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            "corruption": serialize(self.corruption),
            "penalties": serialize(list(self.penalties)),
            "reconstruction": serialize(self.reconstruction),
            "emphasis": self.emphasis and list(self.emphasis),
            "from_logits": self.from_logits,
        }


def _check_corruption(corruption, emphasis):
    if corruption is not None and not isinstance(
        corruption, keras.layers.Layer
    ):
        raise ValueError(
            "`corruption` must be a Keras layer, such as "
            f"`keras_dl4.layers.MaskingNoise(0.3)`. Received: {corruption!r}"
        )
    if emphasis is None:
        return
    is_pair = isinstance(emphasis, list | tuple) and len(emphasis) == 2
    if not is_pair or not all(
        isinstance(weight, numbers.Real) and 0.0 <= weight < math.inf
        for weight in emphasis
    ):
        raise ValueError(
            "`emphasis` must be a pair of weights of at least 0, of corrupted "
            "components and of the others, such as (1.0, 0.0) for full "
            f"emphasis. Received: emphasis={emphasis!r}"
        )
    if not getattr(corruption, "return_mask", False):
        raise ValueError(
            "`emphasis` needs a corruption that returns which components it "
            f"corrupted. Received: corruption={corruption!r}. Use a layer "
            "with `return_mask=True`, such as "
            "`keras_dl4.layers.MaskingNoise(0.3, return_mask=True)`."
        )


def _check_penalties(penalties):
    if not isinstance(penalties, list | tuple):
        raise ValueError(
            "`penalties` must be a list or tuple. Received: "
            f"penalties={penalties!r}. Put a single one into a list."
        )
    for penalty in penalties:
        if not callable(penalty) or isinstance(
            penalty, keras.regularizers.Regularizer
        ):
            raise ValueError(
                "Each of the `penalties` must be a function of an encoder, "
                "inputs and a seed, such as a ContractivePenalty. "
                f"Received: {penalty!r}. A layer's own regularizer "
                "belongs to that layer, as `kernel_regularizer` or "
                "`activity_regularizer`."
            )


def _check_reconstruction(reconstruction, emphasis, from_logits):
    is_loss = isinstance(reconstruction, keras.losses.Loss)
    if reconstruction not in ("mse", "bce") and not is_loss:
        raise ValueError(
            "`reconstruction` must be 'mse', 'bce' or a `keras.losses.Loss`. "
            f"Received: reconstruction={reconstruction!r}"
        )
    if is_loss and reconstruction.reduction != "sum_over_batch_size":
        raise ValueError(
            "A `reconstruction` loss is averaged over the batch. Received: "
            f"reduction={reconstruction.reduction!r}. Leave the reduction "
            "out; 'mse' and 'bce' sum over the components."
        )
    if is_loss and emphasis is not None:
        raise ValueError(
            "`emphasis` weighs single components, for which `reconstruction` "
            f"must be 'mse' or 'bce'. Received: {reconstruction!r}"
        )
    if from_logits and reconstruction != "bce":
        raise ValueError(
            "`from_logits` is for `reconstruction='bce'`. Received: "
            f"reconstruction={reconstruction!r}. Give a Keras loss its own "
            "`from_logits`."
        )
