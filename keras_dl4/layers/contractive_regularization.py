"""A contractive encoder as a layer of any model."""

import keras

from keras_dl4.layers.noise_source import NoiseSource


@keras.saving.register_keras_serializable(package="keras_dl4")
class ContractiveRegularization(keras.layers.Layer):
    """Calls an encoder and adds a penalty on its Jacobian to the loss.

    Use it to put a `keras_dl4.regularizers.ContractivePenalty` into a model
    of your own. Random draws of the penalty are different on each replica and
    resume from a checkpoint; in inference they are the same in each call.

    Args:
        encoder: Layer or model from one float tensor to another.
        penalty: `keras_dl4.regularizers.ContractivePenalty`, or another
            function `(encoder, inputs, seed)` that returns a scalar. To be
            saved it must be serializable by Keras.
        **kwargs: As of every Keras layer, such as `name`. The layer itself is
            float32, the encoder follows its own policy.

    Call arguments:
        inputs: Float tensor `(batch, ...)`, inputs of the encoder.
        training: Boolean, passed on to the encoder.

    Returns:
        What the encoder returns.

    Raises:
        ValueError: If `encoder` is no Keras layer or `penalty` is no function,
            in a call if the penalty does not fit the encoder, or if a weights
            file holds no state of its random draws.

    Example:

    >>> from keras_dl4.layers import ContractiveRegularization
    >>> from keras_dl4.regularizers import ContractivePenalty
    >>> inputs = keras.Input((784,))
    >>> code = ContractiveRegularization(
    ...     keras.layers.Dense(100, "sigmoid"), ContractivePenalty(0.1)
    ... )(inputs)
    >>> model = keras.Model(inputs, keras.layers.Dense(784)(code))

    References:
        - [Rifai et al., 2011](https://icml.cc/2011/papers/455_icmlpaper.pdf)
    """

    def __init__(self, encoder, penalty, **kwargs):
        # In half precision the kernels would be rounded in the penalty.
        super().__init__(**{**kwargs, "dtype": "float32"})
        if not isinstance(encoder, keras.layers.Layer):
            raise ValueError(
                "`encoder` must be a Keras layer or model, whose weights this "
                f"layer trains. Received: encoder={encoder!r}"
            )
        if not callable(penalty):
            raise ValueError(
                "`penalty` must be a ContractivePenalty or a function of an "
                f"encoder, inputs and a seed. Received: penalty={penalty!r}"
            )
        self.encoder = encoder
        self.penalty = penalty
        self.noise_source = NoiseSource(getattr(penalty, "seed", None))

    def build(self, input_shape):
        if not self.encoder.built:
            self.encoder.build(input_shape)

    def call(self, inputs, training=False):
        outputs = self.encoder(inputs, training=training)
        seed = self.noise_source.seed_generator if training else 0
        self.add_loss(self.penalty(self.encoder, inputs, seed=seed))
        return outputs

    def compute_output_shape(self, input_shape):
        return self.encoder.compute_output_shape(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "penalty": keras.saving.serialize_keras_object(self.penalty),
        }

    @classmethod
    def from_config(cls, config):
        """Makes the layer that has this config."""
        made = {
            name: keras.saving.deserialize_keras_object(config[name])
            for name in ("encoder", "penalty")
        }
        return cls(**{**config, **made})
