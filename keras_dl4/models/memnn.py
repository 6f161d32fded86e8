"""Memory network that is told in training which facts support an answer."""

import keras
from keras import ops

from keras_dl4.layers.fact_chain import FactChain
from keras_dl4.layers.role_features import UNKNOWN_ID
from keras_dl4.layers.role_features import RoleFeatures
from keras_dl4.layers.story_text import sentences_of
from keras_dl4.layers.story_vectorizer import StoryVectorizer
from keras_dl4.models import supported_answers
from keras_dl4.models.abstract_story_reader import StoryReaderModel
from keras_dl4.ops.batch_mean import batch_mean
from keras_dl4.ops.batch_mean import example_weights
from keras_dl4.ops.memory_scores import ranking_loss

_TEXTS = ("story", "question")


@keras.saving.register_keras_serializable(package="keras_dl4")
class MemNN(StoryReaderModel):
    """Memory network of Weston et al. (2014), with strong supervision.

    It answers a question about a story by choosing sentences, one after the
    other, which it scores against the question and those chosen before, and
    then a word. Other than `keras_dl4.models.MemN2N` it is told in training
    which sentences are to be chosen, and learns tasks with several supporting
    facts from few examples. It has the four parts of the paper as methods:
    `input_map` (I), `generalization` (G), `output_map` (O) and `response` (R).

    Compile it without a loss. The loss is the sum over hops and response of
    `max(0, margin - s(right) + s(wrong))` over **all** wrong candidates, of
    which the paper draws one at a time; a hop in training starts from the
    right facts of those before. `evaluate` needs no supporting facts: its
    loss is that of the response to what was chosen.

    Sentences come newest first, and words as ids, of which 0 pads and 1 is
    the unknown word: see `keras_dl4.layers.StoryVectorizer`.

    Args:
        vocabulary: List of words, or their number. `explain` takes the list.
        embedding_dim: Positive int, width of the vectors compared. Defaults
            to `50`.
        num_hops: Positive int, the most supporting facts of an answer.
            Defaults to `3`.
        sentence_encoding: `"bow"`, bag of words; `"bigrams"`, bag of words
            and of pairs of neighbors, in tables that grow with the square of
            the vocabulary; or `"position"`, words weighted by their place.
            The last two see the order of words. Defaults to `"bow"`.
        margin: Float above 0, by how much right candidates are to lead. The
            paper has 0.1; a larger one leaves less of the chance that is in
            the initial weights. Defaults to `1.0`.
        variable_hops: Boolean, whether a memory that stands for "no more" is
            a candidate, so that answers may have different numbers of facts,
            instead of exactly `num_hops`. Defaults to `True`.
        write_time: Boolean, whether memories are compared in pairs, with
            features of which is older (section 3.4), instead of by a score
            of each. Defaults to `True`.
        nonlinear: Boolean, whether vectors pass through a matrix and a tanh
            before they are compared. Write-time features do not. Defaults to
            `False`.
        hop_gains: Boolean, whether the vector of a chosen fact is scaled by
            learned gains of the hop that chose it. Without them, as in the
            paper, the response cannot tell which of two facts was chosen
            first. Defaults to `True`.
        unknown_word_rate: Float from 0 to 1, the probability that a word is
            hidden in an example of training. If it is not 0, unknown words
            are described by the words left and right of them in the sentence
            (section 3.5). Defaults to `0.0`.
        return_supports: Boolean, whether outputs are a dict that holds the
            slots chosen, too. Defaults to `False`.
        seed: Int, of which words are hidden, or `None` for a random one.
            Defaults to `None`.
        **kwargs: Arguments of `keras.Model`, such as `name`.

    Call arguments:
        inputs: Dict of int tensors: `story`, `(batch, memory_size, words)`;
            `question`, `(batch, words)`; and for training `supports`,
            `(batch, up to num_hops)`, the slots of the facts in the order of
            the hops, -1 behind the last and for one that is not in memory.
        training: Boolean, whether hops are given the right facts. Defaults
            to `False`.

    Returns:
        Float32 logits `(batch, vocabulary_size)`, where padding and the
        unknown word have -1e9. With `return_supports`, or in training, a dict
        of `logits` and `supports`, int32 `(batch, num_hops)`, -1 behind the
        last; in training also `support_losses`, float32 `(batch,)`.

    Raises:
        ValueError: If an argument is none of the above, inputs have other
            shapes, there is a loss in `compile`, `explain` has no words; or
            in `fit` ids, slots or answers are missing or out of range.

    Example:

    >>> model = keras_dl4.models.MemNN(["", "[UNK]", "kim", "tom", "runs"])
    >>> model.compile(keras.optimizers.Adam(0.1))
    >>> x = {
    ...     "story": np.array([[[2, 4], [3, 0]], [[2, 0], [3, 4]]]),
    ...     "question": np.array([[4], [4]]),
    ...     "supports": np.array([[0], [1]]),
    ... }
    >>> history = model.fit(x, np.array([2, 3]), epochs=30, verbose=0)
    >>> model.explain("Tom. Kim runs.", "Runs?")
    {'answer': 'kim', 'supports': ['Kim runs.']}

    References:
        - [Memory Networks](https://arxiv.org/abs/1410.3916), sections 3.1,
          3.4 and 3.5. The first two time features of a fact x ask whether it
          is newer than a memory, where the paper asks whether it is older:
          for a question, the newer of two equal sentences would have none.
        - [Towards AI-Complete Question Answering](
          https://arxiv.org/abs/1502.05698), for variable hops, n-grams and
          nonlinearity.
    """

    def __init__(
        self,
        vocabulary,
        embedding_dim=50,
        num_hops=3,
        sentence_encoding="bow",
        margin=1.0,
        *,
        variable_hops=True,
        write_time=True,
        nonlinear=False,
        hop_gains=True,
        unknown_word_rate=0.0,
        return_supports=False,
        seed=None,
        **kwargs,
    ):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.vocabulary = vocabulary
        self.embedding_dim = embedding_dim
        self.num_hops = num_hops
        self.sentence_encoding = sentence_encoding
        self.margin = margin
        self.variable_hops = variable_hops
        self.write_time = write_time
        self.nonlinear = nonlinear
        self.hop_gains = hop_gains
        self.unknown_word_rate = unknown_word_rate
        self.return_supports = return_supports
        self.seed = seed
        supported_answers.check_arguments(self)
        is_size = isinstance(vocabulary, int)
        self.vocabulary_size = vocabulary if is_size else len(vocabulary)
        features = RoleFeatures(
            self.vocabulary_size,
            embedding_dim,
            sentence_encoding,
            unknown_word_rate,
            seed,
            dtype="float32",
            name="features",
        )
        self.chain = FactChain(
            features,
            num_hops,
            margin,
            variable_hops=variable_hops,
            write_time=write_time,
            nonlinear=nonlinear,
            hop_gains=hop_gains,
            dtype="float32",
            name="chain",
        )

    def build(self, input_shape):
        supported_answers.check_shapes(input_shape, self.num_hops)
        _, self.num_slots, self.sentence_length = input_shape["story"]
        self.question_length = input_shape["question"][1]
        self.chain.build()

    def call(self, inputs, training=False):
        texts = [ops.cast(inputs[name], "int32") for name in _TEXTS]
        supports = None
        if training:
            supports = supported_answers.padded_supports(inputs, self.num_hops)
            if self.unknown_word_rate:
                texts = self.chain.features.hide_words(*texts)
        outputs = self.chain(*texts, supports=supports)
        if training:
            return outputs
        del outputs["support_losses"]
        return outputs if self.return_supports else outputs["logits"]

    def explain(self, story, question):
        """Answers a question in words.

        Args:
            story: String of sentences that end with a period, or a list of
                sentences, oldest first.
            question: String.

        Returns:
            Dict of the `answer`, a word, and its `supports`, the sentences
            chosen, in the order of the hops.
        """
        supported_answers.check_is_list(self.vocabulary)
        story = sentences_of(story)
        vectorizer = StoryVectorizer(
            max(1, len(story)),
            self.vocabulary,
            **supported_answers.text_shape_of(self, story, question),
        )
        inputs = vectorizer.encode_text(story, question)
        outputs = self.chain(*(inputs[name] for name in _TEXTS))
        slots = ops.convert_to_numpy(outputs["supports"][0])
        return {
            "answer": self.vocabulary[int(ops.argmax(outputs["logits"][0]))],
            "supports": [story[-1 - slot] for slot in slots if slot >= 0],
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
                f"MemNN brings its own loss. Received: loss={loss!r}. Leave "
                "it out, and choose the `margin` when the model is made."
            )
        super().compile(optimizer, **kwargs)

    def fit(self, x=None, y=None, *args, **kwargs):
        """`keras.Model.fit`, which checks ids, slots and answers first."""
        x = supported_answers.checked_data(x, y, self)
        return super().fit(x, y, *args, **kwargs)

    def evaluate(self, x=None, y=None, *args, **kwargs):
        """`keras.Model.evaluate`, which checks ids and answers first."""
        x = supported_answers.checked_data(x, y, self, has_supports=False)
        return super().evaluate(x, y, *args, **kwargs)

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        logits, losses = y_pred, 0.0
        if isinstance(y_pred, dict):
            logits, losses = y_pred["logits"], y_pred.get("support_losses", 0.0)
        answers = ops.cast(ops.reshape(y, (-1,)), "int32")
        is_word = ops.arange(self.vocabulary_size)[None] > UNKNOWN_ID
        response = ranking_loss(logits, answers, is_word, self.margin)
        # An unknown word is never right, whatever the logits.
        losses = losses + ops.where(answers > UNKNOWN_ID, response, 0.0)
        return batch_mean(losses * example_weights(sample_weight))

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        logits = y_pred["logits"] if isinstance(y_pred, dict) else y_pred
        return super().compute_metrics(x, y, logits, sample_weight)

    def compile_from_config(self, config):
        self.compile(**keras.saving.deserialize_keras_object(config))
        if self.built:
            self.optimizer.build(self.trainable_variables)

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary": self.vocabulary,
            "embedding_dim": self.embedding_dim,
            "num_hops": self.num_hops,
            "sentence_encoding": self.sentence_encoding,
            "margin": self.margin,
            "variable_hops": self.variable_hops,
            "write_time": self.write_time,
            "nonlinear": self.nonlinear,
            "hop_gains": self.hop_gains,
            "unknown_word_rate": self.unknown_word_rate,
            "return_supports": self.return_supports,
            "seed": self.seed,
        }
