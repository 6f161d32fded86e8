"""End-to-end memory networks (Sukhbaatar et al. 2015)."""

import keras
from keras import ops

from keras_dl4.layers.noise_source import NoiseSource
from keras_dl4.layers.noise_source import check_rate
from keras_dl4.layers.story_text import check_question
from keras_dl4.layers.story_text import check_vocabulary
from keras_dl4.layers.story_text import words_of
from keras_dl4.models.abstract_story_model import StoryModel
from keras_dl4.models.answer_explanation import explanation_of
from keras_dl4.ops.end_to_end_memory import EndToEndMemory
from keras_dl4.ops.sentence_encoding import blank_draws
from keras_dl4.ops.sentence_encoding import noisy_times
from keras_dl4.ops.sentence_encoding import sentence_mask


@keras.saving.register_keras_serializable(package="keras_dl4")
class MemN2N(StoryModel):
    """Answers questions about stories by attending to their sentences.

    Learns from questions and answers alone which sentences matter: in each
    hop it compares what it looks for with all sentences, and adds what it
    reads. Compile it with a loss of logits, and train it on what
    `keras_dl4.layers.StoryVectorizer.encode` returns; `explain` shows what it
    looked at. How well it learns depends on its initial weights:
    `keras_dl4.models.MemN2NRestarts` trains several and keeps the best. The
    attribute `vectorizer` reads text as in training, also of a saved model.

    Options of the paper by their names there: position encoding (PE) is
    `sentence_encoding="position"`, random noise (RN) is `random_noise`, and for
    a linear start (LS) make the model with `linear=True`, train, call
    `model.linear.assign(False)` and train on; nothing is compiled again.

    Convention (stories): as of `keras_dl4.layers.StoryVectorizer`: the newest
    sentence comes first, empty ones are at the end, and id 0 pads. Weights are
    float32 under any dtype policy.

    Args:
        vocabulary: List of words, as of a `StoryVectorizer`, or their number,
            without which there is no `explain`.
        embedding_dim: Positive int, size of the vectors of words. Defaults to
            `20`.
        num_hops: Positive int. Defaults to `3`.
        memory_size: Positive int, the most sentences of a story. Defaults to
            `50`.
        weight_tying: `"adjacent"`, where what a hop reads is what the next one
            compares with, or `"layerwise"`, where all hops have the same
            weights, as in a recurrent network, and a further matrix. Defaults
            to `"adjacent"`.
        sentence_encoding: `"position"`, `"position_matlab"` or `"bow"`, see
            `keras_dl4.ops.position_weights`. Defaults to `"position"`.
        temporal_encoding: `"vector"`, a learned vector for the age of each
            sentence; `"word"`, the same as a further word of the sentence,
            weighted by position; or `None`. Defaults to `"vector"`.
        random_noise: Float from 0 to 1: in training, up to so many empty
            memories as a share of the sentences are thought of between them.
            Defaults to `0.1`.
        nonlinearity: `"relu"`, behind each hop, or `None`. Defaults to `None`.
        mask_empty: Boolean, whether empty memories get no attention. If not,
            they are zero vectors that may be attended to, as in the paper.
            Defaults to `False`.
        per_sentence_length: Boolean, whether positions are relative to the
            length of the sentence itself, and not to the padded one, as in
            the authors' code. Defaults to `False`.
        linear: Boolean, whether to start without the softmax of the hops.
            The attribute is a non-trainable weight. Defaults to `False`.
        return_attention: Boolean, whether to return attention as well.
            Defaults to `False`.
        sentence_length: Positive int, number of words that `explain` pads
            sentences to, or `None` for that of the first call. Defaults to
            `None`.
        question_length: Positive int, the same of questions. Defaults to
            `None`.
        seed: Int for the noise, or `None` for a random one. Defaults to
            `None`.
        **kwargs: Arguments of `keras.Model`, such as `name`.

    Call arguments:
        inputs: Dict of int tensors `story`, `(batch, n, num_words)` with `n`
            up to `memory_size`, and `question`, `(batch, num_words)`.
        training: Boolean, whether there is noise. Defaults to `False`.

    Returns:
        Float32 tensor `(batch, vocabulary_size)` of logits, where padding and
        the unknown word have -1e9. With
        `return_attention` a dict of it, `logits`, and `attention`, `(batch,
        num_hops, n)`; loss and metrics are of the logits in any case.

    Raises:
        ValueError: If an argument is invalid, or the inputs have other shapes;
            in `fit`, `evaluate` and `predict`, if data is not a dict of ids
            within the vocabulary, or a story is longer than the memory; in
            `fit`, if an answer is no known word; in `explain`, if there are
            no words, or a sentence is too long.

    Example:

    >>> vectorizer = keras_dl4.layers.StoryVectorizer(
    ...     5, ["", "[UNK]", "is", "kim", "out", "who"], 3, 3
    ... )
    >>> model = keras_dl4.models.MemN2N(vectorizer.vocabulary, memory_size=5)
    >>> inputs = vectorizer.encode_text("Kim is out.", "Who is out?")
    >>> model.compile(
    ...     "adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    ... )
    >>> history = model.fit(inputs, np.array([3]), epochs=60, verbose=0)
    >>> model.explain("Kim is out.", "Who is out?").answer
    'kim'

    References:
        - [End-To-End Memory Networks](https://arxiv.org/abs/1503.08895),
          sections 2 and 4
    """

    def __init__(
        self,
        vocabulary,
        embedding_dim=20,
        num_hops=3,
        memory_size=50,
        weight_tying="adjacent",
        sentence_encoding="position",
        temporal_encoding="vector",
        *,
        random_noise=0.1,
        nonlinearity=None,
        mask_empty=False,
        per_sentence_length=False,
        linear=False,
        return_attention=False,
        sentence_length=None,
        question_length=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(**{**kwargs, "dtype": "float32"})
        if not isinstance(vocabulary, int):
            check_vocabulary(vocabulary)
            vocabulary = list(vocabulary)
        check_rate(random_noise, "random_noise")
        is_list = isinstance(vocabulary, list)
        self.vocabulary = vocabulary
        self.architecture = EndToEndMemory(
            vocabulary_size=len(vocabulary) if is_list else vocabulary,
            embedding_dim=embedding_dim,
            num_hops=num_hops,
            memory_size=memory_size,
            weight_tying=weight_tying,
            sentence_encoding=sentence_encoding,
            temporal_encoding=temporal_encoding,
            nonlinearity=nonlinearity,
            mask_empty=mask_empty,
            per_sentence_length=per_sentence_length,
        )
        self.random_noise = random_noise
        self.return_attention = return_attention
        self.sentence_length = sentence_length
        self.question_length = question_length
        self.seed = seed
        self.noise_source = NoiseSource(seed)
        self._start_linear = bool(linear)
        self._add_weights()

    def _add_weights(self):
        self.memory_weights = {
            name: self.add_weight(
                shape=shape,
                initializer=keras.initializers.RandomNormal(stddev=0.1),
                name=name,
            )
            for name, shape in self.architecture.weight_shapes.items()
        }
        self.linear = self.add_weight(
            shape=(),
            initializer="ones" if self._start_linear else "zeros",
            dtype="int32",
            trainable=False,
            name="linear",
        )

    def call(self, inputs, training=False):
        logits, attention = self._forward(self.checked_ids(inputs), training)
        if self.return_attention:
            return {"logits": logits, "attention": attention}
        return logits

    def answer(self, inputs):
        """Logits and attention, whatever `return_attention` is.

        A function of tensors, in inference.

        Args:
            inputs: As of a call. Questions may be padded to more words than
                in training; longer ones count as of their own length.

        Returns:
            Tuple of the logits, `(batch, vocabulary_size)`, and the attention,
            `(batch, num_hops, n)`.
        """
        ids = (ops.cast(inputs[key], "int32") for key in ("story", "question"))
        return self._forward(ids, training=False)

    def _forward(self, ids, training):
        story, question = ids
        times = self._times(story) if training else None
        weights = {
            name: ops.convert_to_tensor(weight)
            for name, weight in self.memory_weights.items()
        }
        logits, weightings = self.architecture(
            weights, story, question, times, self.linear, self.question_length
        )
        return logits[:, 0], weightings[..., 0]

    def _times(self, story):
        shape = self.architecture
        if not self.random_noise or shape.temporal_encoding is None:
            return None
        number = blank_draws(shape.memory_size, self.random_noise)
        batch_size, num_slots = ops.shape(story)[:2]
        return noisy_times(
            self.noise_source.uniform((batch_size, number)),
            ops.sum(ops.cast(sentence_mask(story), "int32"), axis=1),
            shape.memory_size,
            self.random_noise,
            num_slots,
        )

    def explain(self, story, question):
        """Answers one question, and says which sentences that is read from.

        Args:
            story: String of sentences that end with a period, or a list of
                sentences, oldest first.
            question: String. It may be longer than those of training.

        Returns:
            An object with `answer`, its `probability`, the `sentences`, oldest
            first, and the `attention` of each hop to each of them, an array
            `(num_hops, sentences)`. What is missing to 1 in a row fell on
            empty memories. `print` shows it as a table.
        """
        vectorizer = self.vectorizer
        check_question(question)
        vectorizer.question_length = max(
            self.question_length, len(words_of(question))
        )
        inputs = vectorizer.encode_text(story, question)
        logits, attention = self.answer(inputs)
        return explanation_of(
            story,
            question,
            self.vocabulary,
            ops.convert_to_numpy(ops.softmax(logits[0])),
            ops.convert_to_numpy(attention[0]),
        )

    def get_config(self):
        shape = self.architecture
        is_number = isinstance(self.vocabulary, int)
        return {
            **super().get_config(),
            "vocabulary": self.vocabulary
            if is_number
            else list(self.vocabulary),
            "embedding_dim": shape.embedding_dim,
            "num_hops": shape.num_hops,
            "memory_size": shape.memory_size,
            "weight_tying": shape.weight_tying,
            "sentence_encoding": shape.sentence_encoding,
            "temporal_encoding": shape.temporal_encoding,
            "random_noise": self.random_noise,
            "nonlinearity": shape.nonlinearity,
            "mask_empty": shape.mask_empty,
            "per_sentence_length": shape.per_sentence_length,
            "linear": self._start_linear,
            "return_attention": self.return_attention,
            "sentence_length": self.sentence_length,
            "question_length": self.question_length,
            "seed": self.seed,
        }
