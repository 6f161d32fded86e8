"""Multiplicative model of sentences (Kiros et al. 2014)."""

import keras
from keras import ops

from keras_dl4.layers.factored_word_tensor import FactoredWordTensor
from keras_dl4.models.abstract_language_model import AbstractLanguageModel


@keras.saving.register_keras_serializable(package="keras_dl4")
class MultiplicativeLanguageModel(AbstractLanguageModel):
    """Predicts the next word by the words before it, and by the content.

    The content is a vector of what the sentence is about: that of an image,
    or of the sentence itself, from a space that both share, such as that of a
    `keras_dl4.models.VisualSemanticEmbedding`. It modulates the vectors of
    all words, `keras_dl4.layers.FactoredWordTensor`; apart from that, the
    model is a `keras_dl4.models.LogBilinearLanguageModel`.

    `fit({"tokens": word_ids, "content": vectors})` needs no targets. The loss
    is the mean cross-entropy of a word, ends of sentences included;
    `perplexity` is its exponential over all words of an epoch. With vectors of
    the sentences themselves it is a perplexity given the content, and cannot
    be compared with one of words alone.

    Convention (ends): id 0, which pads, is also what stands before the first
    word, as often as the context asks for, and what follows the last: a
    sentence of N words has N + 1 predictions.

    Args:
        vocabulary: List of words, the word of each id, that starts with `["",
            "[UNK]"]`.
        embedding_dim: Positive int, size of the vectors of words. Defaults to
            `100`.
        context_size: Positive int, how many words are looked back. Defaults
            to `5`.
        content_dim: Positive int, size of contents. Defaults to `300`.
        num_factors: Positive int, factors of words, vectors and contents.
            Defaults to `100`.
        **kwargs: Arguments of `keras.Model`, such as `name`.

    Call arguments:
        inputs: Dict of `tokens`, int `(batch, words)`, 0 where a sentence is
            padded on the right, and `content`, `(batch, content_dim)`, best of
            length one.
        training: Boolean, not used. Defaults to `False`.

    Returns:
        Float32 tensor `(batch, words + 1, vocabulary_size)` of logits: at n of
        word n, after the last of the end.

    Raises:
        ValueError: If an argument is invalid, the inputs are no such dict, or
            a loss is given; in `fit` and `evaluate`, if there are targets, ids
            are out of range or not padded on the right, or a content is not
            finite.

    Example:

    >>> vocabulary = ["", "[UNK]", "a", "red", "blue", "circle"]
    >>> model = keras_dl4.models.MultiplicativeLanguageModel(
    ...     vocabulary, 8, content_dim=2, num_factors=8
    ... )
    >>> model.compile(keras.optimizers.Adam(0.05))
    >>> tokens = np.array([[2, 3, 5], [2, 4, 5]])
    >>> sentences = {"tokens": tokens, "content": np.eye(2)}
    >>> history = model.fit(sentences, epochs=60, verbose=0)
    >>> words = np.argmax(model.predict(sentences, verbose=0), axis=-1)
    >>> words.tolist()
    [[2, 3, 5, 0], [2, 4, 5, 0]]

    References:
        - [Unifying Visual-Semantic Embeddings with Multimodal Neural Language
          Models](https://arxiv.org/abs/1411.2539), section 3.2
    """

    input_names = ("tokens", "content")

    def __init__(
        self,
        vocabulary,
        embedding_dim=100,
        context_size=5,
        *,
        content_dim=300,
        num_factors=100,
        **kwargs,
    ):
        super().__init__(vocabulary, embedding_dim, context_size, **kwargs)
        self.content_dim = content_dim
        self.num_factors = num_factors
        self.check_sizes("content_dim", "num_factors")
        self.words = FactoredWordTensor(
            len(vocabulary), num_factors, name="words", dtype=self.dtype_policy
        )
        self.words.build([(None, embedding_dim), (None, content_dim)])

    def embed(self, ids):
        return self.words.embed(ids)

    def score(self, predicted, conditions):
        content = ops.expand_dims(conditions["content"], axis=1)
        return self.words([predicted, content])

    def get_config(self):
        return {
            **super().get_config(),
            "content_dim": self.content_dim,
            "num_factors": self.num_factors,
        }
