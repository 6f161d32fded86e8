"""Toy classes with one mistake each, which a check must find."""

import json

import keras
import numpy as np
from keras import ops

from tests.conformance.toys import SOUND_TOYS
from tests.conformance.toys import Scale
from tests.conformance.toys import SumsTime
from tests.conformance.toys import ToyLoss
from tests.conformance.toys import ToyMetric
from tests.conformance.toys import ToyModel
from tests.conformance.toys import ToyRegularizer
from tests.conformance.toys import layer_case
from tests.conformance.toys import register


def executing_eagerly():
    if keras.backend.backend() != "tensorflow":
        return True
    import tensorflow as tf

    return tf.executing_eagerly()


@register
class LosesArgument(Scale):
    def __init__(self, scale=1.0, **kwargs):
        super().__init__(scale, **kwargs)

    def get_config(self):
        config = super().get_config()
        del config["scale"]
        return config


@register
class RenamesConfig(Scale):
    def __init__(self, scale=1.0, **kwargs):
        super().__init__(2 * scale, **kwargs)


@register
class ConfigIsNotJson(Scale):
    def __init__(self, scale=json, **kwargs):
        super().__init__(**kwargs)
        self.module = scale

    def get_config(self):
        return {**super().get_config(), "scale": self.module}


class Unregistered(Scale):
    pass


@register
class AddsOneInGraphs(Scale):
    def call(self, inputs):
        outputs = super().call(inputs)
        return outputs if executing_eagerly() else outputs + 1.0


@register
class NoGradientInGraphs(Scale):
    def call(self, inputs):
        outputs = super().call(inputs)
        return outputs if executing_eagerly() else ops.stop_gradient(outputs)


@register
class DoublesOnJax(Scale):
    def call(self, inputs):
        factor = 2.0 if keras.backend.backend() == "jax" else 1.0
        return factor * super().call(inputs)


@register
class CallsPython(Scale):
    def call(self, inputs):
        import tensorflow as tf

        outputs = super().call(inputs)
        if executing_eagerly():
            return outputs
        python = tf.numpy_function(lambda x: x, [outputs], "float32")
        return tf.ensure_shape(python, outputs.shape)


@register
class HidesWeights(Scale):
    """Draws what no file holds."""

    def build(self, input_shape):
        super().build(input_shape)
        self.hidden = np.random.normal(size=input_shape[-1:]).astype("float32")

    def call(self, inputs):
        return super().call(inputs) * self.hidden


@register
class CentersBatch(Scale):
    def call(self, inputs):
        return super().call(inputs - ops.mean(inputs, axis=0))


@register
class FixesTime(Scale):
    def call(self, inputs):
        return super().call(inputs) * ops.ones((5, 1))


@register
class HasNoGradient(Scale):
    def call(self, inputs):
        return ops.stop_gradient(super().call(inputs))


@register
class SumsActivity(Scale):
    """Adds a loss per example, summed over the batch of the replica."""

    def call(self, inputs):
        outputs = super().call(inputs)
        self.add_loss(0.01 * ops.sum(ops.square(outputs)))
        return outputs


@register
class IgnoresMask(SumsTime):
    def call(self, inputs, mask=None):
        return super().call(inputs)


@register
class LosesGradientToPadding(SumsTime):
    """Masks what overflowed: 0 times infinity, on the way back."""

    def call(self, inputs, mask=None):
        outputs = ops.exp(ops.square(Scale.call(self, inputs)))
        if mask is not None:
            outputs = ops.where(mask[..., None], outputs, 0.0)
        return ops.sum(outputs, axis=1)


@register
class Narrows(Scale):
    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(3, 3), name="kernel", dtype="bfloat16"
        )

    def call(self, inputs):
        return ops.matmul(inputs, ops.cast(self.kernel, inputs.dtype))


@register
class ReducesMean(ToyModel):
    """The mistake: `tf.distribute` sums the gradients of the replicas."""

    def compute_loss(self, x, y, y_pred, sample_weight=None, training=True):
        return ops.mean(ops.square(y - y_pred))


@register
class StepsInPython(ToyModel):
    """Its training step cannot be compiled by XLA."""

    def compute_loss(self, x, y, y_pred, *args, **kwargs):
        import tensorflow as tf

        scale = tf.numpy_function(lambda: np.float32(1.0), [], "float32")
        scaled = tf.ensure_shape(y_pred * scale, y_pred.shape)
        return super().compute_loss(x, y, scaled, *args, **kwargs)


@register
class ReducesMeanLoss(ToyLoss):
    def __call__(self, y_true, y_pred, sample_weight=None):
        return ops.mean(self.call(y_true, y_pred))


@register
class AveragesBatches(ToyMetric):
    def update_state(self, y_true, y_pred, sample_weight=None):
        error = ops.mean(ops.square(y_true - y_pred))
        keras.metrics.Mean.update_state(self, error)


class UnregisteredRegularizer(ToyRegularizer):
    pass


# What runs in the other processes, besides the real cases.
JAX_TOYS = [*SOUND_TOYS, layer_case(DoublesOnJax)]
SAVED_MODEL_TOYS = [
    *(case for case in SOUND_TOYS if case.is_graph),
    layer_case(AddsOneInGraphs),
    layer_case(CallsPython),
]
