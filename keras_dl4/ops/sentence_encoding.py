"""Sentences as sums of word vectors (Sukhbaatar et al. 2015, section 4.1).

Convention: words are ids, and id 0 is the nil word, which pads sentences and
stands for nothing; `with_nil_word` makes its vector zero. In a story sentences
come newest first: sentence 0 is the one just before the question, and empty
ones are at the end.
"""

import math

from keras import ops

ENCODINGS = ("bow", "position", "position_matlab")


def position_weights(num_words, embedding_dim, encoding, lengths=None):
    """Weights of words by their position, which keep the order of words.

    With `j` the number of the word, `k` that of the unit, both from 1, `J` the
    length of the sentence and `d` the number of units:

    - `"position"`: `(1 - j / J) - (k / d) (1 - 2 j / J)`, as in the paper;
    - `"position_matlab"`: `1 + 4 (k - (d + 1) / 2) (j - (J + 1) / 2) / (d J)`,
      as in the authors' code, about twice as much;
    - `"bow"`: 1, a bag of words.

    Args:
        num_words: Positive int, how many words a sentence has room for.
        embedding_dim: Positive int, the number of units.
        encoding: One of the above.
        lengths: Int tensor `(...)`, length of each sentence, or `None` to take
            `num_words` for the length of all. Defaults to `None`.

    Returns:
        Float32 tensor `(..., num_words, embedding_dim)`; without `lengths`
        `(num_words, embedding_dim)`.

    Example:

    >>> weights = keras_dl4.ops.position_weights(2, 4, "position")
    >>> keras.ops.convert_to_numpy(weights).tolist()
    [[0.5, 0.5, 0.5, 0.5], [0.25, 0.5, 0.75, 1.0]]

    References:
        - [End-To-End Memory Networks](https://arxiv.org/abs/1503.08895),
          section 4.1, Sentence Representation
    """
    if lengths is None:
        lengths = float(num_words)
    else:
        # An empty sentence has no weights that matter, but finite ones.
        lengths = ops.maximum(ops.cast(lengths, "float32"), 1.0)
        lengths = lengths[..., None, None]
    words = ops.reshape(ops.arange(1.0, num_words + 1.0), (num_words, 1))
    units = ops.arange(1.0, embedding_dim + 1.0)
    if encoding == "position":
        place = words / lengths
        return (1.0 - place) - (units / embedding_dim) * (1.0 - 2.0 * place)
    if encoding == "position_matlab":
        unit = (units - (embedding_dim + 1.0) / 2.0) / embedding_dim
        return 1.0 + 4.0 * unit * (words - (lengths + 1.0) / 2.0) / lengths
    return ops.ones((num_words, embedding_dim)) + 0.0 * lengths


def with_nil_word(table):
    """Makes the vector of the nil word, row 0 of a table of words, zero.

    By a product, so that this row has no gradient and stays as it is.

    Args:
        table: Tensor `(vocabulary_size, width)`.

    Returns:
        Tensor of the same shape.
    """
    is_word = ops.cast(ops.arange(table.shape[0]) > 0, table.dtype)
    return table * is_word[:, None]


def sum_words(table, word_ids, weights=None):
    """Encodes sentences as weighted sums of the vectors of their words.

    The table may hold several tables side by side, so that one look-up serves
    all of them: the weights are repeated along its width.

    Args:
        table: Tensor `(vocabulary_size, width)`.
        word_ids: Int tensor `(..., num_words)`.
        weights: Tensor `(num_words, dim)` or `(..., num_words, dim)`, where
            `dim` divides `width`, or `None` for a plain sum. Defaults to
            `None`.

    Returns:
        Tensor `(..., width)`.
    """
    vectors = ops.take(table, word_ids, axis=0)
    if weights is not None:
        repeats = table.shape[1] // weights.shape[-1]
        vectors = vectors * ops.concatenate([weights] * repeats, axis=-1)
    return ops.sum(vectors, axis=-2)


def sentence_mask(story):
    """Which sentences of stories are there.

    Args:
        story: Int tensor `(..., memory_size, num_words)`.

    Returns:
        Boolean tensor `(..., memory_size)`.
    """
    return ops.any(ops.not_equal(story, 0), axis=-1)


def max_blanks(memory_size, noise_rate):
    """Most empty memories that a story of this size is given as noise."""
    return math.ceil(round(memory_size * noise_rate, 6))


def blank_draws(memory_size, noise_rate):
    """How many uniform numbers `noisy_times` takes for each story."""
    return 1 + max_blanks(memory_size, noise_rate)


def noisy_times(draws, lengths, memory_size, noise_rate, num_slots=None):
    """Ages of sentences among which empty memories are strewn as noise.

    For a story of n sentences, 0 to `ceil(noise_rate * n)` empty memories are
    inserted, each at a place of its own among the n + 1 between, before and
    behind the sentences. This makes the sentences behind it older by one.

    Args:
        draws: Float tensor `(batch, blank_draws(memory_size, noise_rate))` of
            uniform numbers in [0, 1).
        lengths: Int tensor `(batch,)`, number of sentences of each story.
        memory_size: Positive int; no sentence becomes older than this minus 1.
        noise_rate: Float from 0 to 1.
        num_slots: Int, how many slots there are, or `None` for `memory_size`.
            Defaults to `None`.

    Returns:
        Int32 tensor `(batch, num_slots)`, the age of the sentence in each
        slot, 0 for the newest that a story can have.

    References:
        - [End-To-End Memory Networks](https://arxiv.org/abs/1503.08895),
          section 4.1, Learning time invariance by injecting random noise
    """
    lengths = ops.cast(lengths, "int32")
    most = [max_blanks(size, noise_rate) for size in range(memory_size + 1)]
    most = ops.take(ops.convert_to_tensor(most, "int32"), lengths, axis=0)
    # `draws` may be rounded up to 1 by a backend; `minimum` keeps the range.
    count = _uniform_int(draws[:, :1], most[:, None])
    places = _uniform_int(draws[:, 1:], lengths[:, None])
    is_drawn = ops.arange(draws.shape[1] - 1, dtype="int32") < count
    num_slots = memory_size if num_slots is None else num_slots
    slots = ops.arange(num_slots, dtype="int32")
    is_newer = places[:, None, :] <= slots[None, :, None]
    newer = ops.logical_and(is_newer, is_drawn[:, None, :])
    shift = ops.sum(ops.cast(newer, "int32"), axis=-1)
    return ops.minimum(slots + shift, memory_size - 1)


def _uniform_int(draws, largest):
    """Integers from 0 to `largest`, each as likely, of draws in [0, 1)."""
    scaled = draws * ops.cast(largest + 1, draws.dtype)
    return ops.minimum(ops.cast(scaled, "int32"), largest)
