"""What the language models of sentences have in common."""

import abc

import keras
import numpy as np
from keras import ops

from keras_dl4.backend import all_reduce_mean
from keras_dl4.layers.story_text import check_vocabulary
from keras_dl4.models.sentence_checks import check_inputs
from keras_dl4.models.sentence_checks import checked_data
from keras_dl4.ops.batch_mean import batch_mean
from keras_dl4.ops.batch_mean import example_weights
from keras_dl4.ops.windows import windows


class _Perplexity(keras.metrics.Mean):
    """Exponential of the mean of losses."""

    def result(self):
        return ops.exp(super().result())


class AbstractLanguageModel(keras.Model, abc.ABC):
    """Predicts each word of a sentence, and its end, from the words before.

    The vector that is predicted of a word is a sum over the words before it,
    each through a matrix of its place. A subclass defines `embed` and `score`,
    and adds its own arguments to the config.

    Convention (ends): id 0, which pads, is also what stands before the first
    word, as often as the context asks for, and what follows the last: a
    sentence of N words has N + 1 predictions.

    Args:
        vocabulary: List of words, the word of each id, that starts with `["",
            "[UNK]"]`.
        embedding_dim: Positive int, size of the vectors of words.
        context_size: Positive int, how many words are looked back.
        **kwargs: Arguments of `keras.Model`, such as `name`.

    Raises:
        ValueError: If an argument is invalid, or a loss is given; in `fit`
            and `evaluate`, if the data is bad.
    """

    # What `call` takes, `"tokens"` first, and sizes where it takes those.
    input_names = ("tokens",)
    num_tags = content_dim = None

    def __init__(self, vocabulary, embedding_dim, context_size, **kwargs):
        super().__init__(**kwargs)
        check_vocabulary(vocabulary)
        self.vocabulary = list(vocabulary)
        self.embedding_dim = embedding_dim
        self.context_size = context_size
        self.check_sizes("embedding_dim", "context_size")
        self.context_matrices = self.add_weight(
            shape=(context_size * embedding_dim, embedding_dim),
            initializer="glorot_uniform",
            name="context_matrices",
        )
        self.perplexity = _Perplexity("perplexity")

    # For subclasses.

    @abc.abstractmethod
    def embed(self, ids):
        """Vectors of words `(batch, n, embedding_dim)`, of ids `(batch, n)`."""

    @abc.abstractmethod
    def score(self, predicted, conditions):
        """Scores of all words.

        Args:
            predicted: Tensor `(batch, n, embedding_dim)`, predicted vectors.
            conditions: Dict of the inputs other than words. Tags are of n
                places, and of those behind them which the model looks at.

        Returns:
            Tensor `(batch, n, vocabulary_size)`.
        """

    def conditions_of(self, inputs):
        """The conditions of whole sentences, of what `call` is given."""
        return {name: inputs[name] for name in self.input_names[1:]}

    def check_sizes(self, *names, least=1):
        """Refuses attributes that are no ints of at least `least`."""
        for name in names:
            size = getattr(self, name)
            is_int = isinstance(size, int) and not isinstance(size, bool)
            if not is_int or size < least:
                raise ValueError(
                    f"`{name}` must be an int of at least {least}. Received: "
                    f"{name}={size!r}."
                )

    # For users.

    def next_word_log_probabilities(self, inputs):
        """Of each word, the logarithm of how likely it is the next one.

        A function of tensors, which can be traced, compiled and exported.

        Args:
            inputs: Dict of `context`, int `(batch, context_size)`, the last
                words, the oldest first, 0 where there was none; and what else
                the model takes: `content`, `(batch, content_dim)`, and `tags`,
                int `(batch, future_tags + 1)`, that of the next word first, 0
                for the end and behind it.

        Returns:
            Float32 tensor `(batch, vocabulary_size)`, that of the end at 0.
        """
        names = ("context", *self.input_names[1:])
        check_inputs(inputs, names, self.content_dim)
        logits = self._logits(inputs["context"], inputs)
        return ops.log_softmax(logits[:, 0], axis=-1)

    def compile(self, optimizer="rmsprop", loss=None, **kwargs):
        """`keras.Model.compile`, without a loss.

        Args:
            optimizer: As of `keras.Model.compile`. Defaults to `"rmsprop"`.
            loss: Nothing: the model has its own. Defaults to `None`.
            **kwargs: As of `keras.Model.compile`; `weighted_metrics` are of
                words and ends, `metrics` also of padding.
        """
        if loss is not None:
            raise ValueError(
                f"{type(self).__name__} brings its own loss, the cross-entropy "
                f"of a word. Received: loss={loss!r}. Leave it out."
            )
        super().compile(optimizer, **kwargs)
        if self.built:
            self.optimizer.build(self.trainable_variables)

    def fit(self, x=None, y=None, *args, sample_weight=None, **kwargs):
        """`keras.Model.fit`, where the targets are the words of `x`.

        Args:
            x: Dict of arrays as `call` takes it, or a data set of batches, of
                which y is not used. Defaults to `None`.
            y: Nothing, or `x["tokens"]` once more. Defaults to `None`.
            *args: As of `keras.Model.fit`.
            sample_weight: Array, one weight for each sentence. Defaults to
                `None`.
            **kwargs: As of `keras.Model.fit`.

        Returns:
            A `History` object.
        """
        x = self._checked(x)
        y = self._targets_of(x, y, sample_weight)
        return super().fit(x, y, *args, sample_weight=sample_weight, **kwargs)

    def evaluate(self, x=None, y=None, *args, sample_weight=None, **kwargs):
        """`keras.Model.evaluate` of words; see `fit`."""
        x = self._checked(x)
        y = self._targets_of(x, y, sample_weight)
        return super().evaluate(
            x, y, *args, sample_weight=sample_weight, **kwargs
        )

    def _checked(self, x):
        return checked_data(
            x,
            self.input_names,
            len(self.vocabulary),
            num_tags=self.num_tags,
            content_dim=self.content_dim,
        )

    def _targets_of(self, x, y, sample_weight):
        """What to give to Keras as y, without which it drops the weights."""
        # Keras splits for validation what it was given here as y.
        if y is not None and not (
            isinstance(x, dict) and np.array_equal(y, x["tokens"])
        ):
            raise ValueError(
                "The targets are the words of `x`. Received: "
                f"y of type {type(y).__name__}. Leave it out: `fit(x)`."
            )
        return None if sample_weight is None else x["tokens"]

    # For Keras.

    def build(self, input_shape):
        check_inputs(input_shape, self.input_names, self.content_dim)
        if self.compiled:
            self.optimizer.build(self.trainable_variables)

    def call(self, inputs, training=False):
        past = ops.pad(inputs["tokens"], [[0, 0], [self.context_size, 0]])
        return self._logits(past, self.conditions_of(inputs))

    def _logits(self, ids, conditions):
        """Logits of what follows each full context within `ids`."""
        vectors = self.embed(ops.cast(ids, "int32"))
        vectors = windows(vectors, self.context_size)
        predicted = ops.matmul(vectors, self.context_matrices)
        return ops.cast(self.score(predicted, conditions), "float32")

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        targets, weights = _targets_and_weights(x["tokens"], sample_weight)
        losses = ops.sparse_categorical_crossentropy(
            targets, y_pred, from_logits=True
        )
        self.perplexity.update_state(losses, weights)
        # Of all replicas, which may have other numbers of words.
        number = all_reduce_mean(ops.sum(weights))
        total = batch_mean(ops.reshape(ops.sum(losses * weights), (1,)))
        total = total / ops.maximum(number, 1e-7)
        if self.losses:  # of layers; Keras refuses to add up none
            total = total + super().compute_loss()
        return total

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        targets, weights = _targets_and_weights(x["tokens"], sample_weight)
        return super().compute_metrics(x, targets, y_pred, weights)

    def compile_from_config(self, config):
        self.compile(**keras.saving.deserialize_keras_object(config))

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary": list(self.vocabulary),
            "embedding_dim": self.embedding_dim,
            "context_size": self.context_size,
        }


def _targets_and_weights(tokens, sample_weight):
    """Words and the end, `(batch, words + 1)`, and what each counts."""
    tokens = ops.cast(tokens, "int32")
    targets = ops.pad(tokens, [[0, 0], [0, 1]])
    is_word = ops.cast(ops.not_equal(tokens, 0), "float32")
    # The end is there as soon as the last word is not padding.
    weights = ops.pad(is_word, [[0, 0], [1, 0]], constant_values=1.0)
    if sample_weight is not None:
        weights = weights * example_weights(sample_weight)[:, None]
    return targets, weights
