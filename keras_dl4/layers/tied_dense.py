"""A dense layer with the transposed kernel of another."""

import keras
from keras import ops

from keras_dl4.backend.layer_sharing import keep_shared


@keras.saving.register_keras_serializable(package="keras_dl4")
class TiedDense(keras.layers.Layer):
    """Multiplies by the transposed kernel of another dense layer.

    In a decoder it halves the parameters of an autoencoder. The kernel is one
    variable: it collects the gradients of both uses, and freezing either layer
    freezes it (freezing this one, the whole source).

    Saved together in one `.keras` file, or exported, the two stay tied, even
    in different models nested in one. This layer without its source's model is
    saved with a source of its own. So is what `get_config` and
    `keras.models.clone_model` copy: build such a model anew and set its
    weights instead.

    Args:
        source: `keras.layers.Dense`, the layer whose kernel to use; built
            before this one.
        activation: Name or function of an activation, or `None` for a linear
            layer. Defaults to `None`.
        use_bias: Boolean, whether to add a bias, which is not shared.
            Defaults to `True`.
        bias_initializer: Initializer of the bias. Defaults to `"zeros"`.
        bias_regularizer: Regularizer of the bias. Defaults to `None`.
        bias_constraint: Constraint on the bias. Defaults to `None`.
        activity_regularizer: Regularizer of the outputs. Defaults to `None`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, ..., units of the source)`.

    Returns:
        Float tensor of shape `(batch, ..., input width of the source)`.

    Raises:
        ValueError: If the source is not a dense layer, is not built, or has
            another number of units than the inputs.

    Example:

    >>> hidden = keras.layers.Dense(3, "sigmoid")
    >>> encoder = keras.Sequential([keras.Input((5,)), hidden])
    >>> decoder = keras.Sequential(
    ...     [keras.Input((3,)), keras_dl4.layers.TiedDense(hidden)]
    ... )
    >>> model = keras.Sequential([encoder, decoder])
    >>> [tuple(weight.shape) for weight in model.weights]
    [(5, 3), (3,), (5,)]

    References:
        - [Extracting and Composing Robust Features with Denoising
          Autoencoders](https://doi.org/10.1145/1390156.1390294), section 2.2
    """

    def __init__(
        self,
        source,
        activation=None,
        use_bias=True,
        bias_initializer="zeros",
        bias_regularizer=None,
        bias_constraint=None,
        *,
        activity_regularizer=None,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        if not isinstance(source, keras.layers.Dense):
            raise ValueError(
                "`source` must be the `keras.layers.Dense` whose kernel to "
                f"use. Received: source={source!r}. Give the layer itself, "
                "not its kernel, its name or its model."
            )
        self.source = source
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.bias_regularizer = keras.regularizers.get(bias_regularizer)
        self.bias_constraint = keras.constraints.get(bias_constraint)
        self.supports_masking = True
        keep_shared(source)

    def build(self, input_shape):
        units, width = self._source_units(), input_shape[-1]
        if width != units:
            raise ValueError(
                f"The inputs must be as wide as the source has units, {units}. "
                f"Received: input shape {tuple(input_shape)}. A tied layer "
                "takes what its source gives."
            )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(self.source.kernel.shape[0],),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    def _source_units(self):
        if not self.source.built:
            raise ValueError(
                "The source must be built before a layer is tied to it. "
                f"Received: {self.source.name!r}, which has no kernel yet. "
                "Give its model a `keras.Input`, or call it on data first."
            )
        return self.source.units

    def call(self, inputs):
        outputs = ops.matmul(inputs, ops.transpose(self.source.kernel))
        if self.bias is not None:
            outputs = outputs + self.bias
        return self.activation(outputs)

    def compute_output_shape(self, input_shape):
        self._source_units()
        return (*input_shape[:-1], self.source.kernel.shape[0])

    def get_config(self):
        config = {
            "source": keras.saving.serialize_keras_object(self.source),
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "bias_initializer": keras.initializers.serialize(
                self.bias_initializer
            ),
            "bias_regularizer": keras.regularizers.serialize(
                self.bias_regularizer
            ),
            "bias_constraint": keras.constraints.serialize(
                self.bias_constraint
            ),
            "activity_regularizer": keras.regularizers.serialize(
                self.activity_regularizer
            ),
        }
        return {**super().get_config(), **config}

    @classmethod
    def from_config(cls, config):
        source = keras.saving.deserialize_keras_object(config["source"])
        return cls(**{**config, "source": source})
