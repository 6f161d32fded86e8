"""Toy cases: sound ones, and one for each mistake that a check must find."""

import json

import keras
import numpy as np
from keras import ops

from tests.conformance.case import Case
from tests.conformance.case import integers
from tests.conformance.case import normal

register = keras.saving.register_keras_serializable(package="conformance_toys")


def executing_eagerly():
    if keras.backend.backend() != "tensorflow":
        return True
    import tensorflow as tf

    return tf.executing_eagerly()


@register
class Scale(keras.layers.Layer):
    """Sound: a dense product, times a constant."""

    def __init__(self, scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def build(self, input_shape):
        units = input_shape[-1]
        self.kernel = self.add_weight(shape=(units, units), name="kernel")

    def call(self, inputs):
        return self.scale * ops.matmul(inputs, self.kernel)

    def get_config(self):
        return {**super().get_config(), "scale": self.scale}


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
class SumsTime(Scale):
    """Sound: sums over the unmasked steps."""

    def call(self, inputs, mask=None):
        outputs = super().call(inputs)
        if mask is not None:
            outputs = ops.where(mask[..., None], outputs, 0.0)
        return ops.sum(outputs, axis=1)

    def compute_mask(self, inputs, mask=None):
        return None


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
class DrawsNoise(Scale):
    """Sound, but random."""

    def call(self, inputs):
        noise = keras.random.normal(inputs.shape[-1:], dtype=inputs.dtype)
        return super().call(inputs + noise)


@register
class LooksUp(keras.layers.Layer):
    """Sound: two inputs by name, one of them integers of any number."""

    def build(self, input_shape):
        units = input_shape["query"][-1]
        self.table = self.add_weight(shape=(7, units), name="table")

    def call(self, inputs):
        rows = ops.take(self.table, inputs["ids"], axis=0)
        scores = ops.einsum("bnu,bu->bn", rows, inputs["query"])
        return {"scores": scores, "mean": ops.mean(rows, axis=1)}


@register
class Multiplies(keras.layers.Layer):
    """Sound: a list of two inputs, and no weights."""

    def call(self, inputs):
        return inputs[0] * inputs[1]


@register
class Narrows(Scale):
    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(3, 3), name="kernel", dtype="bfloat16"
        )

    def call(self, inputs):
        return ops.matmul(inputs, ops.cast(self.kernel, inputs.dtype))


@register
class ToyModel(keras.Model):
    """Sound."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(3)

    def build(self, input_shape):
        self.dense.build(input_shape)

    def call(self, inputs):
        return self.dense(inputs)


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
class ToyLoss(keras.losses.Loss):
    """Sound."""

    def call(self, y_true, y_pred):
        return ops.mean(ops.square(y_true - y_pred), axis=-1)


@register
class ReducesMeanLoss(ToyLoss):
    def __call__(self, y_true, y_pred, sample_weight=None):
        return ops.mean(self.call(y_true, y_pred))


@register
class ToyMetric(keras.metrics.Mean):
    """Sound: the mean squared error."""

    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(ops.square(y_true - y_pred))


@register
class AveragesBatches(ToyMetric):
    def update_state(self, y_true, y_pred, sample_weight=None):
        error = ops.mean(ops.square(y_true - y_pred))
        keras.metrics.Mean.update_state(self, error)


@register
class ToyRegularizer(keras.regularizers.Regularizer):
    """Sound."""

    def __init__(self, weight=0.1):
        self.weight = weight

    def __call__(self, x):
        return self.weight * ops.sum(ops.square(x))

    def get_config(self):
        return {"weight": self.weight}


class UnregisteredRegularizer(ToyRegularizer):
    pass


def layer_case(cls, *args, **kwargs):
    options = {"output_shape": (None, None, 3), "dynamic_axes": (1,), **kwargs}
    return Case(
        cls.__name__, "layer", lambda: cls(*args), normal(4, 5, 3), **options
    )


def sum_case(cls):
    return layer_case(cls, output_shape=(None, 3), supports_masking=True)


def model_case(cls):
    return Case(
        cls.__name__,
        "model",
        cls,
        normal(4, 3),
        (None, 3),
        targets=normal(4, 3, seed=1),
    )


def pair():
    return {"y_true": normal(4, 3)(), "y_pred": normal(4, 3, seed=1)()}


def gru_case(**kwargs):
    return Case(
        "GRUCell",
        "cell",
        lambda: keras.layers.GRUCell(4),
        normal(4, 5, 3),
        ((None, None, 4), (None, 4)),
        dynamic_axes=(1,),
        **kwargs,
    )


def query():
    return {"ids": integers(7, 4, 6)(), "query": normal(4, 3)()}


SOUND_TOYS = [
    layer_case(Scale, 2.0),
    layer_case(DrawsNoise, stochastic=True),
    sum_case(SumsTime),
    Case(
        "LooksUp",
        "layer",
        LooksUp,
        query,
        {"scores": (None, None), "mean": (None, 3)},
        dynamic_axes={"ids": (1,)},
    ),
    Case(
        "Multiplies",
        "layer",
        Multiplies,
        lambda: [normal(4, 3)(), normal(4, 3, seed=1)()],
        (None, 3),
    ),
    gru_case(),
    model_case(ToyModel),
    Case("ToyLoss", "loss", ToyLoss, pair),
    Case("ToyMetric", "metric", ToyMetric, pair),
    Case("ToyRegularizer", "regularizer", ToyRegularizer, normal(4, 3)),
]
# What runs in the other processes, besides the real cases.
JAX_TOYS = [*SOUND_TOYS, layer_case(DoublesOnJax)]
SAVED_MODEL_TOYS = [
    *(case for case in SOUND_TOYS if case.is_graph),
    layer_case(AddsOneInGraphs),
    layer_case(CallsPython),
]
