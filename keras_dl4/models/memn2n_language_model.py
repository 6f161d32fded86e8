"""End-to-end memory network that predicts words (Sukhbaatar et al. 2015)."""

import keras
import numpy as np
from keras import ops

from keras_dl4.models.host_checks import first_batch
from keras_dl4.models.host_checks import is_array
from keras_dl4.ops.memory_hops import read_by_attention


@keras.saving.register_keras_serializable(package="keras_dl4")
class MemN2NLanguageModel(keras.Model):
    """Predicts the next word of a text from the words before it.

    The last words are the memories, one each, and every hop attends to them by
    the same weights, as a recurrent network that reads the memory many times
    over. The query that it starts from is a constant. Compile it with a loss
    of logits, and train it on what `keras_dl4.datasets.language_text` returns;
    the perplexity is the exponential of the mean cross-entropy. The paper
    takes plain gradient descent with a norm of gradients of up to 50.

    Convention (windows): the newest word comes first, as the newest sentence
    of a story does. Weights are float32 under any dtype policy.

    Args:
        vocabulary: List of different words, or their number.
        embedding_dim: Positive int, size of the vectors of words. Defaults to
            `150`.
        num_hops: Positive int. Defaults to `6`.
        memory_size: Positive int, the most words that are looked at. Defaults
            to `100`.
        num_linear_units: Int from 0 to `embedding_dim`, how many units are
            without the ReLU behind each hop, or `None` for half of them.
            Defaults to `None`.
        query_value: Float, each unit of the query. Defaults to `0.1`.
        initial_stddev: Positive float, standard deviation of initial weights.
            Defaults to `0.05`.
        return_attention: Boolean, whether to return attention as well.
            Defaults to `False`.
        **kwargs: Arguments of `keras.Model`, such as `name`.

    Call arguments:
        inputs: Int tensor `(batch, n)` of ids of words, with `n` up to
            `memory_size`.
        training: Boolean, not used. Defaults to `False`.

    Returns:
        Float32 tensor `(batch, vocabulary_size)` of logits. With
        `return_attention` a dict of it, `logits`, and `attention`, `(batch,
        num_hops, n)`; loss and metrics are of the logits in any case.

    Raises:
        ValueError: If an argument is invalid, or the inputs have another
            shape; in `fit` and `evaluate`, if data are not ids within the
            vocabulary.

    Example:

    >>> from keras_dl4.datasets import language_text
    >>> words = language_text.split_words(language_text.generate(2000))
    >>> vocabulary = language_text.make_vocabulary(words)
    >>> ids = language_text.encode_words(words, vocabulary)
    >>> x, y = language_text.word_windows(ids, memory_size=20)
    >>> model = keras_dl4.models.MemN2NLanguageModel(
    ...     vocabulary, embedding_dim=16, num_hops=2, memory_size=20
    ... )
    >>> loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    >>> model.compile(keras.optimizers.Adam(0.01), loss)
    >>> history = model.fit(x, y, epochs=5, verbose=0)
    >>> bool(np.exp(history.history["loss"][-1]) < 10)  # of 39 words
    True

    References:
        - [End-To-End Memory Networks](https://arxiv.org/abs/1503.08895),
          section 5
    """

    def __init__(
        self,
        vocabulary,
        embedding_dim=150,
        num_hops=6,
        memory_size=100,
        *,
        num_linear_units=None,
        query_value=0.1,
        initial_stddev=0.05,
        return_attention=False,
        **kwargs,
    ):
        super().__init__(**{**kwargs, "dtype": "float32"})
        is_list = isinstance(vocabulary, list | tuple)
        self.vocabulary = list(vocabulary) if is_list else vocabulary
        self.vocabulary_size = len(vocabulary) if is_list else vocabulary
        self.embedding_dim = embedding_dim
        self.num_hops = num_hops
        self.memory_size = memory_size
        self.num_linear_units = num_linear_units
        self.query_value = query_value
        self.initial_stddev = initial_stddev
        self.return_attention = return_attention
        self._checked_id = None
        self._check_arguments()
        self._add_weights()

    def _check_arguments(self):
        words = self.vocabulary
        if isinstance(words, list) and len(set(words)) < len(words):
            raise ValueError(
                "`vocabulary` must have each word once. Received: "
                f"{len(words)} words, {len(set(words))} different ones. Take "
                "that of `language_text.make_vocabulary`."
            )
        for name in (
            "vocabulary_size",
            "embedding_dim",
            "num_hops",
            "memory_size",
        ):
            size = getattr(self, name)
            is_int = isinstance(size, int) and not isinstance(size, bool)
            if not is_int or size < 1:
                raise ValueError(
                    f"`{name}` must be a positive int. Received: "
                    f"{name}={size!r}"
                )
        number = self.num_linear_units
        if number is not None and number not in range(self.embedding_dim + 1):
            raise ValueError(
                "`num_linear_units` must be an int from 0 to "
                f"{self.embedding_dim}, the `embedding_dim`, or None for half "
                f"of it. Received: num_linear_units={number!r}"
            )
        if not 0.0 < self.initial_stddev < np.inf:
            raise ValueError(
                "`initial_stddev` must be a positive number. Received: "
                f"initial_stddev={self.initial_stddev!r}"
            )
        if not np.isfinite(self.query_value):
            raise ValueError(
                "`query_value` must be a finite number. Received: "
                f"query_value={self.query_value!r}"
            )

    def _add_weights(self):
        def weight(name, *shape):
            initializer = keras.initializers.RandomNormal(
                stddev=self.initial_stddev
            )
            return self.add_weight(
                shape=shape, initializer=initializer, name=name
            )

        # A and C side by side, so that a word is looked up once.
        self.words = weight(
            "words", self.vocabulary_size, 2 * self.embedding_dim
        )
        self.times = weight("times", self.memory_size, 2 * self.embedding_dim)
        self.transition = weight(
            "transition", self.embedding_dim, self.embedding_dim
        )
        self.answers = weight(
            "answers", self.embedding_dim, self.vocabulary_size
        )

    def build(self, input_shape):
        # A saved one is a list.
        is_one = isinstance(input_shape, tuple | list)
        shape = tuple(input_shape) if is_one else ()
        if len(shape) != 2 or (shape[1] or 1) not in range(
            1, self.memory_size + 1
        ):
            raise ValueError(
                "The inputs must be ids of words, (batch, n), with n from 1 "
                f"to {self.memory_size}. Received: shape {input_shape}. Use "
                "what `word_windows` returns, with the same `memory_size`."
            )

    def call(self, inputs, training=False):
        inputs = ops.cast(inputs, "int32")
        slots = ops.arange(ops.shape(inputs)[1], dtype="int32")
        memories = ops.take(self.words, inputs, axis=0)
        memories = memories + ops.take(self.times, slots, axis=0)
        keys, values = ops.split(memories, 2, axis=-1)
        state = ops.full_like(keys[:, 0], self.query_value)
        weightings = []
        for _ in range(self.num_hops):
            read, weighting = read_by_attention(state, keys, values)
            state = ops.matmul(state, self.transition) + read
            state = self._activate(state)
            weightings.append(weighting)
        logits = ops.matmul(state, self.answers)
        if self.return_attention:
            attention = ops.stack(weightings, axis=1)
            return {"logits": logits, "attention": attention}
        return logits

    def _activate(self, state):
        number = self.num_linear_units
        if number is None:
            number = self.embedding_dim // 2
        parts = [state[:, :number], ops.relu(state[:, number:])]
        return ops.concatenate(parts, axis=-1)

    def fit(self, x=None, y=None, *args, validation_data=None, **kwargs):
        """`keras.Model.fit`, with a look at the values of the data first.

        Args:
            x: Int array, or a data set of batches `(x, y)`. Defaults to
                `None`.
            y: Int array of ids of the next words. Defaults to `None`.
            *args: As of `keras.Model.fit`.
            validation_data: Tuple of the same, or a data set. Defaults to
                `None`.
            **kwargs: As of `keras.Model.fit`.

        Returns:
            A `History` object.
        """
        x = self._checked(x, y)
        if isinstance(validation_data, list | tuple):
            self._checked(*validation_data[:2])
            self._checked_id = id(validation_data[0])
        elif validation_data is not None:
            validation_data = self._checked(validation_data)
            self._checked_id = id(validation_data)
        try:
            return super().fit(
                x, y, *args, validation_data=validation_data, **kwargs
            )
        finally:
            self._checked_id = None

    def evaluate(self, x=None, y=None, *args, **kwargs):
        """`keras.Model.evaluate`, with a look at the data first; see `fit`."""
        if self._checked_id != id(x):  # `fit` has checked what it passes on.
            x = self._checked(x, y)
        return super().evaluate(x, y, *args, **kwargs)

    def _checked(self, x, y=None):
        """What to train on instead of `x`; of a data set, a batch is read."""
        if x is None:
            return x
        data, target = x, y
        if not is_array(x):
            batch, x = first_batch(x)
            data, target, _ = keras.utils.unpack_x_y_sample_weight(batch)
        for name, values in {"words": data, "next words": target}.items():
            if is_array(values):  # and not spread over replicas
                self._check_ids(name, np.asarray(values))
        return x

    def _check_ids(self, name, ids):
        low, high = ids.min(initial=0), ids.max(initial=0)
        if ids.dtype.kind not in "iu" or not (
            0 <= low <= high < self.vocabulary_size
        ):
            raise ValueError(
                f"The {name} must be ids, ints from 0 to "
                f"{self.vocabulary_size - 1}. Received: {ids.dtype} values "
                f"from {low} to {high}. Encode the text by the vocabulary of "
                "the model."
            )

    def compute_loss(self, x=None, y=None, y_pred=None, *args, **kwargs):
        return super().compute_loss(x, y, _logits(y_pred), *args, **kwargs)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        return super().compute_metrics(x, y, _logits(y_pred), sample_weight)

    def get_config(self):
        words = self.vocabulary
        return {
            **super().get_config(),
            "vocabulary": words if isinstance(words, int) else list(words),
            "embedding_dim": self.embedding_dim,
            "num_hops": self.num_hops,
            "memory_size": self.memory_size,
            "num_linear_units": self.num_linear_units,
            "query_value": self.query_value,
            "initial_stddev": self.initial_stddev,
            "return_attention": self.return_attention,
        }


def _logits(outputs):
    return outputs["logits"] if isinstance(outputs, dict) else outputs
