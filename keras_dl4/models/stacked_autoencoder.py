"""Autoencoders on top of each other, trained from the bottom up."""

import numbers

import keras

from keras_dl4.models.abstract_autoencoder import AbstractAutoencoder
from keras_dl4.models.autoencoder import Autoencoder
from keras_dl4.models.host_checks import is_array


@keras.saving.register_keras_serializable(package="keras_dl4")
class StackedAutoencoder(AbstractAutoencoder):
    """A deep autoencoder whose layers are trained one at a time.

    Each autoencoder reconstructs the codes of the one below it, in its own
    way: with noise, sparsity, contraction. `pretrain` trains them from the
    bottom up, `to_classifier` puts a classifier on the codes at the top, to be
    fine-tuned as a whole. This starts deep networks well where labels are few.

    Noise is in force only while an autoencoder is trained: what the next one
    gets are the codes of clean data. `compile` and `fit` train the stack as
    one deep autoencoder by the reconstruction loss of the lowest one, without
    corruption and penalties.

    Args:
        autoencoders: Sequence of `keras_dl4.models.Autoencoder`, the one of
            the data first. Their encoders need different names, and so do
            their decoders.
        **kwargs: Arguments of `keras.Model`, such as `name`.

    Call arguments:
        inputs: Tensor `(batch, ...)` of data.
        training: Boolean, passed on to the layers. Defaults to `False`.

    Returns:
        Output of the lowest decoder, of the shape of the inputs.

    Raises:
        ValueError: If the autoencoders are not, do not meet, or share names.
            In `pretrain`: if the data is bad or can be gone over only once, or
            there is not one value for each autoencoder.

    Example:

    >>> def layer(num_inputs, units):
    ...     encoder = keras.Sequential(
    ...         [keras.Input((num_inputs,)), keras.layers.Dense(units, "relu")]
    ...     )
    ...     decoder = keras.Sequential(
    ...         [keras.Input((units,)), keras.layers.Dense(num_inputs)]
    ...     )
    ...     noise = keras_dl4.layers.MaskingNoise(0.25)
    ...     return keras_dl4.models.Autoencoder(encoder, decoder, noise)
    >>> stack = keras_dl4.models.StackedAutoencoder([layer(8, 6), layer(6, 4)])
    >>> x = np.random.default_rng(0).random((32, 8))
    >>> histories = stack.pretrain(x, epochs=1, verbose=0)
    >>> classifier = stack.to_classifier(3)
    >>> classifier.output_shape
    (None, 3)

    References:
        - [Stacked Denoising Autoencoders](
          https://jmlr.org/papers/v11/vincent10a.html), section 3.5
    """

    def __init__(self, autoencoders, **kwargs):
        autoencoders = list(autoencoders)
        _check_autoencoders(autoencoders)
        lowest, *upper = autoencoders
        decoders = []
        for autoencoder in reversed(upper):
            decoders.append(autoencoder.decoder)
            if autoencoder.from_logits:
                decoders.append(keras.layers.Activation("sigmoid"))
        super().__init__(
            keras.Sequential([each.encoder for each in autoencoders]),
            keras.Sequential([*decoders, lowest.decoder]),
            **kwargs,
        )
        self.autoencoders = autoencoders
        shape = getattr(lowest.encoder, "input_shape", None)
        if shape is not None:
            self.build(shape)

    @property
    def data_range(self):
        return self.autoencoders[0].data_range

    def call(self, inputs, training=False):
        code = self.encoder(inputs, training=training)
        return self.decoder(code, training=training)

    def to_data(self, outputs):
        return self.autoencoders[0].to_data(outputs)

    def example_losses(self, x, outputs, training):
        return self.autoencoders[0].example_losses(x, outputs, training)

    def pretrain(
        self,
        x,
        epochs=10,
        optimizer="adam",
        batch_size=None,
        validation_data=None,
        callbacks=(),
        verbose="auto",
        *,
        first=0,
        jit_compile="auto",
    ):
        """Trains the autoencoders one after the other, from the bottom up.

        Each is compiled anew. Codes of data sets are kept in memory. Under a
        `tf.distribute` strategy, call it within `strategy.scope()`.

        Args:
            x: Array of data, or a finite data set that can be gone over again,
                such as a `tf.data.Dataset`.
            epochs: Int, or one for each autoencoder. Defaults to `10`.
            optimizer: Name, or `keras.optimizers.Optimizer` of which each
                autoencoder gets a copy, or one for each. Defaults to
                `"adam"`.
            batch_size: Int, or `None` for 32. Defaults to `None`.
            validation_data: Like `x`, or `None`. Defaults to `None`.
            callbacks: List for each call of `fit`. Defaults to `()`.
            verbose: As of `keras.Model.fit`. Defaults to `"auto"`.
            first: Int, the autoencoder to begin with; those below it are used
                as they are. Defaults to `0`.
            jit_compile: As of `keras.Model.compile`. Defaults to `"auto"`.

        Returns:
            A list of the `History` objects of the autoencoders trained.

        Raises:
            ValueError: If `first` is no autoencoder, `epochs` or `optimizer`
                is a list of another length, the data cannot be gone over
                again, or it is bad.
        """
        number = len(self.autoencoders)
        if not isinstance(first, numbers.Integral) or not 0 <= first < number:
            raise ValueError(
                f"`first` must be an int from 0 to {number - 1}, the "
                f"autoencoder to begin with. Received: first={first!r}"
            )
        all_epochs = _one_each("epochs", epochs, number)
        optimizers = _one_each("optimizer", optimizer, number)
        for data in (x, validation_data):
            _check_repeatable(data)
        histories = []
        for index, autoencoder in enumerate(self.autoencoders):
            where = f"Autoencoder {index + 1} of {number}"
            if index >= first:
                if verbose:
                    print(f"{where}: {autoencoder.name}", flush=True)
                autoencoder.compile(
                    _copy(optimizers[index]), jit_compile=jit_compile
                )
                try:
                    history = autoencoder.fit(
                        x,
                        epochs=all_epochs[index],
                        batch_size=batch_size,
                        validation_data=validation_data,
                        callbacks=list(callbacks),
                        verbose=verbose,
                    )
                except ValueError as error:
                    error.add_note(where)
                    raise
                histories.append(history)
            if index < number - 1:
                encoder = keras.Sequential([autoencoder.encoder])
                x, validation_data = (
                    None if data is None else encoder.predict(data, verbose=0)
                    for data in (x, validation_data)
                )
        return histories

    def to_classifier(self, num_classes, activation=None, **kwargs):
        """A classifier of the codes, to be compiled and fine-tuned.

        It shares the weights of the encoder: fine-tuning changes those of the
        stack too. Regularizers of the encoder's layers stay in force.

        Args:
            num_classes: Int of at least 2.
            activation: Activation of the last layer, such as `"softmax"`, or
                `None` for logits. Defaults to `None`.
            **kwargs: Arguments of `keras.Model`, such as `name`.

        Returns:
            A `keras.Model` from data to `(batch, num_classes)`.
        """
        is_int = isinstance(num_classes, numbers.Integral)
        if not is_int or num_classes < 2:
            raise ValueError(
                "`num_classes` must be an int of at least 2. Received: "
                f"num_classes={num_classes!r}. For yes and no use 2."
            )
        if not self.built:
            raise ValueError(
                f"{self.name!r} must be built before it can be a classifier. "
                f"Received: num_classes={num_classes}. Call it on data once, "
                "or give its encoders a `keras.Input`."
            )
        inputs = keras.Input(self.encoder.input_shape[1:])
        code = self.encoder(inputs)
        if len(code.shape) > 2:
            code = keras.layers.Flatten()(code)
        head = keras.layers.Dense(num_classes, activation, name="classes")
        return keras.Model(inputs, head(code), **kwargs)

    def get_config(self):
        config = super().get_config()
        del config["encoder"], config["decoder"]
        autoencoders = keras.saving.serialize_keras_object(
            list(self.autoencoders)
        )
        return {**config, "autoencoders": autoencoders}


def _check_autoencoders(autoencoders):
    if not autoencoders or not all(
        isinstance(each, Autoencoder) for each in autoencoders
    ):
        raise ValueError(
            "`autoencoders` must be a sequence of `keras_dl4.models."
            f"Autoencoder`, the one of the data first. Received: "
            f"{autoencoders!r}"
        )
    for part in ("encoder", "decoder"):
        names = [getattr(each, part).name for each in autoencoders]
        if len(set(names)) < len(names):
            raise ValueError(
                f"The {part}s need different names. Received: {names}. Give "
                "them other ones, or none, when they are made."
            )
    for index, lower in enumerate(autoencoders[:-1]):
        upper = autoencoders[index + 1]
        takes = getattr(upper.encoder, "input_shape", None)
        if not lower.built or takes is None:
            continue
        gives = lower.code_spec.shape
        if tuple(takes) != tuple(gives):
            raise ValueError(
                "Each autoencoder takes the codes of the one below it. "
                f"Received: codes of shape {gives} of autoencoder {index}, on "
                f"which stands one of data of shape {takes}. Give its encoder "
                f"a `keras.Input({tuple(gives[1:])})`, and its decoder that "
                "many outputs."
            )


def _check_repeatable(data):
    if data is not None and not is_array(data):
        if not isinstance(data, keras.utils.PyDataset) and iter(data) is data:
            raise ValueError(
                "Pretraining goes over the data once for each autoencoder and "
                f"epoch. Received: a {type(data).__name__}, which ends. Give "
                "an array, a `tf.data.Dataset` or a `keras.utils.PyDataset`."
            )


def _one_each(name, value, number):
    """A list of values, one for each autoencoder."""
    if not isinstance(value, list | tuple):
        return [value] * number
    if len(value) != number:
        raise ValueError(
            f"`{name}` must be one value, or one for each of the {number} "
            f"autoencoders. Received: {name}={value!r}"
        )
    return list(value)


def _copy(optimizer):
    """An optimizer of its own for each autoencoder."""
    optimizer = keras.optimizers.get(optimizer)
    return type(optimizer).from_config(optimizer.get_config())
