"""The forward computation of end-to-end memory networks, one or many.

Written once for the model and for the training of several restarts at a time,
which share one further axis. All tables of words lie side by side in one
tensor, so that one look-up of a word gives what every hop needs of it.
"""

import dataclasses

from keras import ops

from keras_dl4.ops.memory_hops import read_by_attention
from keras_dl4.ops.sentence_encoding import ENCODINGS
from keras_dl4.ops.sentence_encoding import position_weights
from keras_dl4.ops.sentence_encoding import sentence_mask
from keras_dl4.ops.sentence_encoding import sum_words
from keras_dl4.ops.sentence_encoding import with_nil_word

_UNKNOWN_ID = 1
_NO_ANSWER = -1e9
_CHOICES = {
    "weight_tying": ("adjacent", "layerwise"),
    "sentence_encoding": ENCODINGS,
    "temporal_encoding": ("vector", "word", None),
    "nonlinearity": (None, "relu"),
}


@dataclasses.dataclass(frozen=True)
class EndToEndMemory:
    """An architecture: the shapes of its tables, and what it computes.

    With `adjacent` tying there are the tables A^1 = B, C^1 = A^2, ..., C^K =
    W^T, and as many for time. With `layerwise` tying they are A, C, B and W^T,
    for time A and C, and there is a matrix H.

    Args:
        vocabulary_size: Int, number of words with the nil word.
        embedding_dim: Int, size of a vector.
        num_hops: Int.
        memory_size: Int, the most sentences of a story.
        weight_tying: `"adjacent"` or `"layerwise"`.
        sentence_encoding: One of `ENCODINGS` of `sentence_encoding.py`.
        temporal_encoding: `"vector"`, `"word"` or `None`. A time word is the
            last word of its sentence, and weighted like it.
        nonlinearity: `"relu"`, behind each hop, or `None`.
        mask_empty: Boolean, whether attention leaves empty memories out.
        per_sentence_length: Boolean, whether positions are relative to the
            length of the sentence itself, and not to the padded one.
        num_restarts: Int, how many models are computed side by side. Defaults
            to `1`.

    Raises:
        ValueError: If one of them is of another kind.
    """

    vocabulary_size: int
    embedding_dim: int
    num_hops: int
    memory_size: int
    weight_tying: str = "adjacent"
    sentence_encoding: str = "position"
    temporal_encoding: str | None = "vector"
    nonlinearity: str | None = None
    mask_empty: bool = False
    per_sentence_length: bool = False
    num_restarts: int = 1

    def __post_init__(self):
        for name in (
            "vocabulary_size",
            "embedding_dim",
            "num_hops",
            "memory_size",
            "num_restarts",
        ):
            size = getattr(self, name)
            is_int = isinstance(size, int) and not isinstance(size, bool)
            if not is_int or size < 1:
                raise ValueError(
                    f"`{name}` must be a positive int. Received: "
                    f"{name}={size!r}"
                )
        for name, known in _CHOICES.items():
            if getattr(self, name) not in known:
                raise ValueError(
                    f"`{name}` must be one of {known}. Received: "
                    f"{name}={getattr(self, name)!r}"
                )

    @property
    def table_names(self):
        """Names of the tables of words, in the order they lie in."""
        if self.weight_tying == "layerwise":
            return ("A", "C", "B", "W")
        return ("A1", *(f"C{hop + 1}" for hop in range(self.num_hops)))

    @property
    def num_memory_tables(self):
        """How many tables encode memories, and as many time."""
        return 2 if self.weight_tying == "layerwise" else self.num_hops + 1

    @property
    def weight_shapes(self):
        """`{name: shape}` of the weights that `__call__` takes.

        The width of `words` and `times` is that of tables, restarts and
        units, in this order, flattened. `transition`, the matrix H, is
        `(restarts, units, units)`, and maps `u` to `H u`.
        """
        width = self.num_restarts * self.embedding_dim
        num_tables = len(self.table_names)
        shapes = {"words": (self.vocabulary_size, num_tables * width)}
        if self.temporal_encoding is not None:
            shapes["times"] = (self.memory_size, self.num_memory_tables * width)
        if self.weight_tying == "layerwise":
            square = (self.embedding_dim, self.embedding_dim)
            shapes["transition"] = (self.num_restarts, *square)
        return shapes

    def __call__(
        self,
        weights,
        story,
        question,
        times=None,
        linear=None,
        question_length=None,
    ):
        """Answers questions.

        Args:
            weights: Dict of float32 tensors with the shapes of
                `weight_shapes`.
            story: Int tensor `(batch, n, num_words)`, newest sentence first,
                with `n` up to `memory_size`.
            question: Int tensor `(batch, num_question_words)`.
            times: Int tensor `(batch, n)`, the age of the sentence in each
                slot, as of `noisy_times`, or `None` for the slot itself.
                Defaults to `None`.
            linear: Boolean scalar tensor, whether to leave the softmax of the
                hops out, or `None` for never. Defaults to `None`.
            question_length: Int, what questions were padded to in training, or
                `None` for what they are here. In a wider tensor positions are
                relative to it, or to the length of a longer question. Defaults
                to `None`.

        Returns:
            Logits `(batch, restarts, vocabulary_size)`, -1e9 of the nil and
            the unknown word, which are no answers, and the weightings
            `(batch, hops, n, restarts)`.
        """
        words = with_nil_word(weights["words"])
        memories = self._memories(words, weights, story, times)
        mask = sentence_mask(story) if self.mask_empty else None
        state = self._question(words, question, question_length)
        weightings = []
        for hop in range(self.num_hops):
            is_layerwise = self.weight_tying == "layerwise"
            first = 0 if is_layerwise else hop
            read, weighting = read_by_attention(
                state, memories[first], memories[first + 1], mask, linear
            )
            if is_layerwise:
                state = ops.einsum("brd,red->bre", state, weights["transition"])
            state = state + read
            if self.nonlinearity == "relu":
                state = ops.relu(state)
            weightings.append(weighting)
        logits = ops.einsum("brd,vrd->brv", state, self._answers(words))
        is_answer = ops.arange(self.vocabulary_size) > _UNKNOWN_ID
        logits = ops.where(is_answer, logits, _NO_ANSWER)
        return logits, ops.stack(weightings, axis=1)

    @property
    def _width(self):
        """Of one table."""
        return self.num_restarts * self.embedding_dim

    def _weights(self, ids, num_words, shortest=None):
        """Weights of words by their position, None for a bag of words."""
        if self.sentence_encoding == "bow":
            return None
        lengths = None
        if self.per_sentence_length:
            lengths = ops.sum(ops.cast(ids != 0, "int32"), axis=-1)
            lengths = lengths + (num_words - ids.shape[-1])
        elif shortest is not None and shortest < num_words:
            lengths = ops.sum(ops.cast(ids != 0, "int32"), axis=-1)
            lengths = ops.maximum(lengths, shortest)
        return position_weights(
            num_words, self.embedding_dim, self.sentence_encoding, lengths
        )

    def _memories(self, words, weights, story, times):
        """List of `(batch, n, restarts, dim)`, one for each table of time."""
        width = self.num_memory_tables * self._width
        num_words = story.shape[-1]
        has_time_word = self.temporal_encoding == "word"
        place = self._weights(story, num_words + has_time_word)
        time_place = None
        if place is not None and has_time_word:
            time_place = self._time_place(place, story)
            place = place[..., :num_words, :]
        sums = sum_words(words[:, :width], story, place)
        if self.temporal_encoding is not None:
            if times is None:
                # Not a slice, whose size JAX would not know to be that.
                times = ops.arange(ops.shape(story)[1], dtype="int32")
            time = ops.take(weights["times"], times, axis=0)
            if time_place is not None:
                time = time * time_place
            is_there = ops.cast(sentence_mask(story), sums.dtype)
            sums = sums + time * is_there[..., None]
        shape = (*ops.shape(story)[:2], self.num_restarts, self.embedding_dim)
        return [
            ops.reshape(part, shape)
            for part in ops.split(sums, self.num_memory_tables, axis=-1)
        ]

    def _time_place(self, place, story):
        """Weight of the time word, the last of its sentence."""
        if self.per_sentence_length:
            # Behind the words that are there, not behind the padding.
            length = ops.sum(ops.cast(story != 0, "int32"), axis=-1)
            place = ops.take_along_axis(place, length[..., None, None], -2)
        weight = place[..., -1, :]
        repeats = self.num_memory_tables * self.num_restarts
        return ops.concatenate([weight] * repeats, axis=-1)

    def _question(self, words, question, shortest=None):
        start = 0
        if self.weight_tying == "layerwise":
            start = self.table_names.index("B") * self._width
        table = words[:, start : start + self._width]
        place = self._weights(question, question.shape[-1], shortest)
        shape = (-1, self.num_restarts, self.embedding_dim)
        return ops.reshape(sum_words(table, question, place), shape)

    def _answers(self, words):
        table = words[:, -self._width :]
        return ops.reshape(table, (-1, self.num_restarts, self.embedding_dim))
