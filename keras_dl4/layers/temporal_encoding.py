"""How old the sentences of a story are."""

import keras
from keras import ops

from keras_dl4.layers.noise_source import NoiseSource
from keras_dl4.layers.noise_source import check_rate
from keras_dl4.ops.sentence_encoding import blank_draws
from keras_dl4.ops.sentence_encoding import noisy_times
from keras_dl4.ops.sentence_encoding import sentence_mask


@keras.saving.register_keras_serializable(package="keras_dl4")
class TemporalEncoding(keras.layers.Layer):
    """Tells memories apart by their age, of which attention knows nothing.

    Without it a memory network cannot say where Mary is once she was in two
    places. There are two ways, which come to the same for sentences that are
    plain sums of words:

    - `"vector"`: a learned vector for each age is added to the vector of the
      sentence, as in the paper;
    - `"word"`: a further word is added to the words of the sentence, which
      says how old it is. The embedding that follows needs `vocabulary_size +
      memory_size` words.

    Sentences come newest first, empty ones at the end; these have no age.

    Args:
        memory_size: Positive int, the most sentences of a story. Defaults to
            `50`.
        mode: `"vector"` or `"word"`. Defaults to `"vector"`.
        vocabulary_size: Int, number of words with the nil word, for mode
            `"word"`, whose ids begin there. Defaults to `None`.
        random_noise: Float from 0 to 1. In training up to so many empty
            memories, as a share of the sentences and rounded up, are thought
            of between them, which makes what is behind older. Defaults to
            `0.1`.
        initializer: Keras initializer of the vectors, or `None` for a normal
            one with a standard deviation of 0.1. Defaults to `None`.
        seed: Int, or `None` for a random seed. Defaults to `None`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: In mode `"vector"` a float tensor `(batch, sentences, dim)`;
            in mode `"word"` an int tensor `(batch, sentences, words)`.
        mask: Boolean tensor `(batch, sentences)`, which sentences are there,
            or `None` for all; in mode `"word"` the ids say it as well.
            Defaults to `None`.
        training: Boolean, whether there is noise. Defaults to `False`.

    Returns:
        In mode `"vector"` a float tensor of the shape of the inputs, in mode
        `"word"` an int32 tensor `(batch, sentences, words + 1)`.

    Raises:
        ValueError: If an argument is none of the above, the inputs have more
            sentences than `memory_size`, or a weights file holds no state of
            the noise.

    Example:

    >>> story = np.array([[[5, 7], [5, 4], [0, 0]]])
    >>> layer = keras_dl4.layers.TemporalEncoding(
    ...     10, "word", vocabulary_size=8
    ... )
    >>> np.array(layer(story)).tolist()
    [[[5, 7, 8], [5, 4, 9], [0, 0, 0]]]

    References:
        - [End-To-End Memory Networks](https://arxiv.org/abs/1503.08895),
          section 4.1, Temporal Encoding and Learning time invariance by
          injecting random noise
    """

    def __init__(
        self,
        memory_size=50,
        mode="vector",
        vocabulary_size=None,
        random_noise=0.1,
        initializer=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        check_rate(random_noise, "random_noise")
        if mode not in ("vector", "word"):
            raise ValueError(
                "`mode` must be 'vector' or 'word'. Received: "
                f"mode={mode!r}. Without temporal encoding leave the layer "
                "out."
            )
        for name, size in (
            ("memory_size", memory_size),
            ("vocabulary_size", 1 if mode == "vector" else vocabulary_size),
        ):
            if not isinstance(size, int) or size < 1:
                raise ValueError(
                    f"`{name}` must be a positive int in mode {mode!r}. "
                    f"Received: {name}={size!r}"
                )
        self.memory_size = memory_size
        self.mode = mode
        self.vocabulary_size = vocabulary_size
        self.random_noise = random_noise
        self.initializer = keras.initializers.get(initializer)
        self.seed = seed
        self.noise_source = NoiseSource(seed)
        self.supports_masking = True

    def build(self, input_shape):
        is_story = len(input_shape) == 3
        if not is_story or (input_shape[1] or 0) > self.memory_size:
            raise ValueError(
                "The inputs must have three axes, the second of at most "
                f"memory_size={self.memory_size} sentences. Received: input "
                f"shape {tuple(input_shape)}. Cut the oldest sentences, or "
                "raise `memory_size`."
            )
        if self.mode == "vector":
            self.vectors = self.add_weight(
                shape=(self.memory_size, input_shape[-1]),
                initializer=self.initializer
                or keras.initializers.RandomNormal(stddev=0.1),
                name="vectors",
            )

    def call(self, inputs, mask=None, training=False):
        if mask is None:
            mask = ops.ones(ops.shape(inputs)[:2], dtype="bool")
        if self.mode == "word":
            mask = ops.logical_and(mask, sentence_mask(inputs))
        ages = self._ages(mask, training)
        if self.mode == "word":
            word = ops.where(mask, ages + self.vocabulary_size, 0)
            ids = ops.cast(inputs, "int32")
            return ops.concatenate([ids, word[..., None]], axis=-1)
        vectors = ops.take(self.vectors, ages, axis=0)
        vectors = ops.where(mask[..., None], vectors, ops.zeros_like(vectors))
        return inputs + ops.cast(vectors, inputs.dtype)

    def _ages(self, mask, training):
        batch_size, size = ops.shape(mask)
        if not training or not self.random_noise:
            ages = ops.arange(size, dtype="int32")[None]
            return ages + ops.zeros((batch_size, 1), "int32")
        number = blank_draws(self.memory_size, self.random_noise)
        draws = self.noise_source.uniform((batch_size, number))
        lengths = ops.sum(ops.cast(mask, "int32"), axis=1)
        return noisy_times(draws, lengths, self.memory_size, self.random_noise)[
            :, :size
        ]

    def compute_mask(self, inputs, mask=None):
        return mask if self.mode == "vector" else None

    def compute_output_shape(self, input_shape):
        extra = self.mode == "word"
        return (*input_shape[:-1], input_shape[-1] + extra)

    def get_config(self):
        config = {
            "memory_size": self.memory_size,
            "mode": self.mode,
            "vocabulary_size": self.vocabulary_size,
            "random_noise": self.random_noise,
            "initializer": keras.initializers.serialize(self.initializer),
            "seed": self.seed,
        }
        return {**super().get_config(), **config}
