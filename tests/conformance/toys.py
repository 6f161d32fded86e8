"""Sound toy cases, which pass every check of their kind."""

import keras
from keras import ops

from tests.conformance.case import Case
from tests.conformance.case import integers
from tests.conformance.case import normal

register = keras.saving.register_keras_serializable(package="conformance_toys")


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
class ToyLoss(keras.losses.Loss):
    """Sound."""

    def call(self, y_true, y_pred):
        return ops.mean(ops.square(y_true - y_pred), axis=-1)


@register
class ToyMetric(keras.metrics.Mean):
    """Sound: the mean squared error."""

    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(ops.square(y_true - y_pred))


@register
class ToyRegularizer(keras.regularizers.Regularizer):
    """Sound."""

    def __init__(self, weight=0.1):
        self.weight = weight

    def __call__(self, x):
        return self.weight * ops.sum(ops.square(x))

    def get_config(self):
        return {"weight": self.weight}


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
