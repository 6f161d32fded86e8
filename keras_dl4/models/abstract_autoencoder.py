"""What all autoencoders have in common: data, loss, codes, config."""

import abc

import keras
from keras import ops

from keras_dl4.models import host_checks
from keras_dl4.models.symbolic_calls import check_is_one
from keras_dl4.models.symbolic_calls import outputs_of
from keras_dl4.ops.batch_mean import batch_mean
from keras_dl4.ops.batch_mean import example_weights
from keras_dl4.ops.shapes import shapes_agree


class AbstractAutoencoder(keras.Model, abc.ABC):
    """An encoder and a decoder, trained to give back what they are given.

    A subclass defines `call` and `example_losses`, calls `build_if_known` at
    the end of its constructor, and adds its own arguments to the config. What
    `call` returns in training is for `example_losses` alone, and may be more
    than one tensor; in inference it is the output of the decoder.

    Args:
        encoder: Layer or model from data to codes.
        decoder: Layer or model from codes to data.
        shown: Names of the quantities beside the loss in the logs. Defaults to
            `("reconstruction_loss",)`.
        **kwargs: Arguments of `keras.Model`, such as `name`.

    Raises:
        ValueError: If they are no Keras layers, or do not meet; in `fit` and
            `evaluate` if the data is bad or has another target than itself.
    """

    def __init__(
        self, encoder, decoder, shown=("reconstruction_loss",), **kwargs
    ):
        super().__init__(**kwargs)
        for part, layer in (("encoder", encoder), ("decoder", decoder)):
            if not isinstance(layer, keras.layers.Layer):
                raise ValueError(
                    f"`{part}` must be a Keras layer or model. Received: "
                    f"{part}={layer!r}"
                )
        self.encoder = encoder
        self.decoder = decoder
        self.trackers = [keras.metrics.Mean(name) for name in shown]
        self._checked_id = None
        self._code_spec = None

    # For subclasses.

    @abc.abstractmethod
    def example_losses(self, x, outputs, training):
        """What the model is trained on, apart from penalties.

        Args:
            x: Tensor of data, in its own dtype.
            outputs: What `call` returned for it.
            training: Boolean.

        Returns:
            A pair: float32 tensor `(batch,)`, the losses, and a dict from the
            names in `shown` to tensors `(batch,)`.
        """

    def penalty_terms(self, x, training):
        """List of float32 scalars that are added to the loss."""
        return []

    def code_of(self, encoded):
        """What the decoder gets, of what the encoder returned."""
        return encoded

    def to_data(self, outputs):
        """Reconstructions in float32, of what `call` returned."""
        return ops.cast(outputs, "float32")

    @property
    def data_range(self):
        """Pair of the least and largest value of data, `None` for any."""
        return None

    def build_if_known(self):
        """Builds the model now, if its encoder has a `keras.Input`."""
        shape = getattr(self.encoder, "input_shape", None)
        if shape is not None:
            self.build(shape)

    # For users.

    @property
    def code_spec(self):
        """`keras.InputSpec` of codes, `(None, ...)`."""
        if self._code_spec is None:
            raise ValueError(
                f"{self.name!r} must be built before its codes have a shape. "
                f"Received: built={self.built}. Call it on data once, or give "
                "its encoder a `keras.Input`."
            )
        return self._code_spec

    def encode(self, inputs):
        """Codes of data, without noise.

        A function of tensors, which has a gradient and can be traced. For
        arrays that are too large for one batch: `model.encoder.predict(x)`.

        Args:
            inputs: Tensor or array `(batch, ...)`.

        Returns:
            Tensor `(batch, ...)`.
        """
        return self.code_of(self.encoder(inputs, training=False))

    def decode(self, code):
        """Data in float32, decoded from codes; see `encode`."""
        return self.to_data(self.decoder(code, training=False))

    def reconstruct(self, inputs):
        """Data in float32, encoded and decoded; see `encode`."""
        return self.decode(self.encode(inputs))

    def serving_signatures(self):
        """What `keras_dl4.serving.export_saved_model` takes as `signatures`.

        Returns:
            Dict of the signatures `encode`, `decode` and `reconstruct`, which
            answer in float32 under any dtype policy.
        """

        def encode(inputs):
            return {"code": ops.cast(self.encode(inputs), "float32")}

        def decode(code):
            return {"reconstruction": self.decode(code)}

        def reconstruct(inputs):
            return {"reconstruction": self.reconstruct(inputs)}

        return {
            "encode": encode,
            "decode": (decode, self.code_spec),
            "reconstruct": reconstruct,
        }

    def compile(self, optimizer="rmsprop", loss=None, **kwargs):
        """`keras.Model.compile`, without a loss.

        Args:
            optimizer: As of `keras.Model.compile`. Defaults to `"rmsprop"`.
            loss: Nothing: the model has its own. Defaults to `None`.
            **kwargs: As of `keras.Model.compile`.
        """
        if loss is not None:
            raise ValueError(
                f"{type(self).__name__} brings its own loss. Received: "
                f"loss={loss!r}. Leave it out, and choose it when the model "
                "is made."
            )
        super().compile(optimizer, **kwargs)
        if self.built:
            self._build_optimizer()

    def fit(
        self,
        x=None,
        y=None,
        *args,
        validation_data=None,
        sample_weight=None,
        **kwargs,
    ):
        """`keras.Model.fit`, where the target is `x` itself.

        Args:
            x: Array or tensor of data, `keras.utils.PyDataset`,
                `tf.data.Dataset` or other iterable of batches. Batches may
                be tuples `(x, y)` or `(x, y, sample_weight)`, of which y,
                say labels, is not used. Defaults to `None`.
            y: Nothing, or `x` once more. Defaults to `None`.
            *args: As of `keras.Model.fit`.
            validation_data: Like `x`, or a tuple. Defaults to `None`.
            sample_weight: Array, one weight for each example. Defaults to
                `None`.
            **kwargs: As of `keras.Model.fit`, without `class_weight`.

        Returns:
            A `History` object.
        """
        host_checks.check_no_class_weight(kwargs.get("class_weight"))
        x = host_checks.checked_data(x, y, self.data_range)
        if validation_data is not None:
            held_out, target, weight = keras.utils.unpack_x_y_sample_weight(
                validation_data
            )
            held_out = host_checks.checked_data(
                held_out, target, self.data_range
            )
            validation_data = (held_out, _target(held_out, weight), weight)
            self._checked_id = id(held_out)
        try:
            return super().fit(
                x,
                _target(x, sample_weight),
                *args,
                validation_data=validation_data,
                sample_weight=sample_weight,
                **kwargs,
            )
        finally:
            self._checked_id = None

    def evaluate(self, x=None, y=None, *args, sample_weight=None, **kwargs):
        """`keras.Model.evaluate`, where the target is `x` itself; see `fit`."""
        if self._checked_id != id(x):  # `fit` has checked what it passes on.
            x = host_checks.checked_data(x, y, self.data_range)
        return super().evaluate(
            x,
            _target(x, sample_weight),
            *args,
            sample_weight=sample_weight,
            **kwargs,
        )

    # For Keras.

    def build(self, input_shape):
        check_is_one(input_shape)
        shape = (None, *input_shape[1:])
        data = keras.KerasTensor(shape, dtype=self.compute_dtype)
        code = self.code_of(outputs_of(self.encoder, data, "data"))
        if not isinstance(code, keras.KerasTensor):
            raise ValueError(
                f"The encoder must return one tensor. Received: "
                f"{self.encoder.name!r}, which returns {code}. Join its "
                "outputs by a `keras.layers.Concatenate`."
            )
        self._code_spec = keras.InputSpec(
            shape=(None, *code.shape[1:]), dtype="float32", name="code"
        )
        outputs = outputs_of(self.decoder, code, "codes")
        if not shapes_agree(getattr(outputs, "shape", ()), shape):
            raise ValueError(
                "The decoder must give back the shape of the data, "
                f"{shape}. Received: {self.decoder.name!r}, which returns "
                f"{outputs}. Change its last layer, or add a "
                "`keras.layers.Reshape`."
            )
        if self.compiled:
            self._build_optimizer()

    def _build_optimizer(self):
        """Makes its state now, so that a weights file can bring it back."""
        if not self.optimizer.built:
            self.optimizer.build(self.trainable_variables)

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        losses, shown = self.example_losses(x, y_pred, training)
        weights = example_weights(sample_weight)
        total = batch_mean(losses * weights)
        if self.losses:  # of layers; Keras refuses to add up none
            total = total + super().compute_loss()
        for term in self.penalty_terms(x, training):
            total = total + batch_mean(ops.reshape(term, (1,)))
        for tracker in self.trackers:
            tracker.update_state(shown[tracker.name] * weights)
        return total

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        return super().compute_metrics(
            x, x, self.to_data(y_pred), sample_weight
        )

    def compile_from_config(self, config):
        self.compile(**keras.saving.deserialize_keras_object(config))

    def get_config(self):
        return {
            **super().get_config(),
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Makes the model that has this config."""
        made = keras.saving.deserialize_keras_object(config, custom_objects)
        return cls(**made)


def _target(x, sample_weight):
    """What to give to Keras as y, without which it drops the weights."""
    return None if sample_weight is None else x
