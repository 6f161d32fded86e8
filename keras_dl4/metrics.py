"""Metrics of sequence prediction, in bits per sequence."""

import math

import keras
from keras import ops

__all__ = ["BitsPerSequence", "WrongBitsPerSequence"]


class _PaddingMask(keras.losses.Loss):
    """Turns the Keras mask of the predictions into weights of 1 and 0.

    A loss reads the mask on every backend; there is no other public way.
    """

    def __init__(self):
        super().__init__("padding_mask", reduction=None, dtype="float32")

    def call(self, y_true, y_pred):
        return ops.ones_like(y_pred[..., 0])


class _MeanOverSequences(keras.metrics.Metric):
    """Sums a value over steps and channels, and averages over sequences.

    Subclasses implement `values(y_true, y_pred)`, of shape
    `(batch, time, channels)`.
    """

    def __init__(self, from_logits, name, dtype):
        super().__init__(name=name, dtype=dtype)
        self.from_logits = from_logits
        # float32 whatever the policy: a sum over an epoch does not fit the
        # 8 or 11 bits of a half-precision mantissa.
        self.total = self.add_variable((), "zeros", "float32", name="total")
        self.count = self.add_variable((), "zeros", "float32", name="count")
        self._padding_mask = _PaddingMask()

    def values(self, y_true, y_pred):
        raise NotImplementedError

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true_shape, y_pred_shape = _shape_of(y_true), _shape_of(y_pred)
        _check_shapes(y_true_shape, y_pred_shape)
        step_weights = self._padding_mask(y_pred, y_pred)  # (batch, time)
        if sample_weight is not None:
            _check_weight_shape(_shape_of(sample_weight), y_pred_shape)
            sample_weight = ops.cast(sample_weight, "float32")
            if len(sample_weight.shape) == 1:
                sample_weight = ops.expand_dims(sample_weight, -1)
            step_weights = step_weights * sample_weight

        values = self.values(
            ops.cast(y_true, "float32"), ops.cast(y_pred, "float32")
        )
        counts = ops.not_equal(step_weights, 0.0)
        # A product with 0 would let NaN and inf through.
        values = ops.where(counts, ops.sum(values, axis=-1) * step_weights, 0.0)
        sequences = ops.cast(ops.any(counts, axis=-1), "float32")
        self.total.assign_add(ops.sum(values))
        self.count.assign_add(ops.sum(sequences))

    def result(self):
        return ops.divide_no_nan(
            ops.convert_to_tensor(self.total),
            ops.convert_to_tensor(self.count),
        )

    def get_config(self):
        return {**super().get_config(), "from_logits": self.from_logits}


@keras.saving.register_keras_serializable(package="keras_dl4")
class BitsPerSequence(_MeanOverSequences):
    """Cross-entropy in bits, summed over a sequence, averaged over sequences.

    This is the cost that papers on algorithmic tasks plot: how many bits an
    optimal code based on the predictions needs for one target sequence. Chance
    level is one bit per target bit.

    Pass it to `compile(weighted_metrics=[...])`. Keras does not hand sample
    weights to `metrics=[...]`, which would count padded steps.

    Args:
        from_logits: Boolean, whether predictions are logits or probabilities.
            Logits are exact at any size. Probabilities are clipped to
            `keras.config.epsilon()` from 0 and 1, so that one bit costs at most
            about 23 bits. Defaults to `True`.
        name: String, name of the metric. Defaults to `"bits_per_sequence"`.
        dtype: Dtype that the metric reports as its own. The sums are float32
            whatever it is. Defaults to `None` (the Keras float type).

    Call arguments:
        y_true: Targets of shape `(batch, time, channels)`, in [0, 1].
        y_pred: Logits or probabilities with the shape of `y_true`. Steps that
            their Keras mask leaves out have weight 0.
        sample_weight: Weights of shape `(batch, time)` that multiply the bits
            of each step, or of shape `(batch,)` for all steps of a sequence.
            A step of weight 0 contributes exactly 0, even where the prediction
            is NaN, and a sequence of such steps only is not counted. Weights
            do not change the number of sequences that the sum is divided by.

    Returns:
        Scalar float32 tensor, bits per sequence over all batches since the last
        reset, however the sequences were split into batches; 0 before the
        first.

    Raises:
        ValueError: If `y_true` and `y_pred` are not both of one shape
            `(batch, time, channels)`, or `sample_weight` does not fit it.

    Example:

    >>> metric = BitsPerSequence()
    >>> targets = np.array([[[1.0, 0.0], [1.0, 1.0]]])
    >>> know_nothing = np.zeros((1, 2, 2))
    >>> print(float(metric(targets, know_nothing)))
    4.0
    >>> metric.reset_state()
    >>> first_step_only = np.array([[1.0, 0.0]])
    >>> print(float(metric(targets, know_nothing, first_step_only)))
    2.0

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401), Figure 3
          and Section 4
    """

    def __init__(self, from_logits=True, name="bits_per_sequence", dtype=None):
        super().__init__(from_logits, name, dtype)

    def values(self, y_true, y_pred):
        if self.from_logits:
            # log(1 + exp(y_pred)) - y_true * y_pred without the overflow, and
            # without the cancellation that it has for large logits.
            nats = (
                ops.maximum(y_pred, 0.0)
                - y_true * y_pred
                + ops.log1p(ops.exp(-ops.abs(y_pred)))
            )
        else:
            epsilon = keras.config.epsilon()
            y_pred = ops.clip(y_pred, epsilon, 1.0 - epsilon)
            nats = -y_true * ops.log(y_pred) - (1.0 - y_true) * ops.log(
                1.0 - y_pred
            )
        return nats / math.log(2.0)


@keras.saving.register_keras_serializable(package="keras_dl4")
class WrongBitsPerSequence(_MeanOverSequences):
    """Number of wrongly predicted bits per sequence, after a threshold.

    A prediction is a one where its probability is above 0.5 (its logit above
    0). At chance level half of the target bits are wrong. A prediction that is
    NaN is wrong.

    Pass it to `compile(weighted_metrics=[...])`. Keras does not hand sample
    weights to `metrics=[...]`, which would count padded steps.

    Args:
        from_logits: Boolean, whether predictions are logits or probabilities.
            Defaults to `True`.
        name: String, name of the metric. Defaults to
            `"wrong_bits_per_sequence"`.
        dtype: Dtype that the metric reports as its own. The sums are float32
            whatever it is. Defaults to `None` (the Keras float type).

    Call arguments:
        y_true: Targets of shape `(batch, time, channels)`, 0 or 1.
        y_pred: Logits or probabilities with the shape of `y_true`. Steps that
            their Keras mask leaves out have weight 0.
        sample_weight: Weights of shape `(batch, time)` or `(batch,)`, used as
            in `BitsPerSequence`.

    Returns:
        Scalar float32 tensor, wrong bits per sequence over all batches since
        the last reset; 0 before the first.

    Raises:
        ValueError: If `y_true` and `y_pred` are not both of one shape
            `(batch, time, channels)`, or `sample_weight` does not fit it.

    Example:

    >>> metric = WrongBitsPerSequence()
    >>> targets = np.array([[[1.0, 0.0], [1.0, 1.0]]])
    >>> logits = np.array([[[3.0, 2.0], [0.1, -5.0]]])
    >>> print(float(metric(targets, logits)))
    2.0

    References:
        - [Neural Turing Machines](https://arxiv.org/abs/1410.5401), Section 4
    """

    def __init__(
        self, from_logits=True, name="wrong_bits_per_sequence", dtype=None
    ):
        super().__init__(from_logits, name, dtype)

    def values(self, y_true, y_pred):
        threshold = 0.0 if self.from_logits else 0.5
        # Written as "not right", so that NaN, which compares false, is wrong.
        right = ops.where(y_true > 0.5, y_pred > threshold, y_pred <= threshold)
        return 1.0 - ops.cast(right, "float32")


def _shape_of(tensor):
    return tuple(ops.convert_to_tensor(tensor).shape)


def _fit(shape, expected):
    """Whether two static shapes can be the same (None is any size)."""
    return len(shape) == len(expected) and all(
        None in (size, other) or size == other
        for size, other in zip(shape, expected, strict=True)
    )


def _check_shapes(y_true_shape, y_pred_shape):
    if len(y_pred_shape) != 3 or not _fit(y_true_shape, y_pred_shape):
        raise ValueError(
            "`y_true` and `y_pred` must have one shape (batch, time, "
            f"channels). Received: y_true of shape {y_true_shape}, y_pred of "
            f"shape {y_pred_shape}. Add an axis of size 1 for a single channel "
            "or a single sequence."
        )


def _check_weight_shape(weight_shape, y_pred_shape):
    batch_and_time = y_pred_shape[:2]
    if not (
        _fit(weight_shape, batch_and_time)
        or _fit(weight_shape, batch_and_time[:1])
    ):
        raise ValueError(
            "`sample_weight` must have the shape (batch, time) = "
            f"{batch_and_time} or (batch,). Received: sample_weight of shape "
            f"{weight_shape}. Sum or squeeze any further axis, and broadcast "
            "over time beforehand."
        )
