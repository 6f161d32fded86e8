"""Log-bilinear model of sentences (Mnih and Hinton 2007)."""

import keras
from keras import ops

from keras_dl4.models.abstract_language_model import AbstractLanguageModel


@keras.saving.register_keras_serializable(package="keras_dl4")
class LogBilinearLanguageModel(AbstractLanguageModel):
    """Predicts the vector of the next word by a sum over the words before it.

    A word is the more likely the larger the product of its own vector with
    the predicted one, `r_hat = sum_i C_i r_(n - i)`. It knows nothing but
    words; of `keras_dl4.models.MultiplicativeLanguageModel` it is the
    baseline.

    `fit({"tokens": word_ids})` needs no targets. The loss is the mean
    cross-entropy of a word, ends of sentences included; `perplexity` is its
    exponential over all words of an epoch.

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
        **kwargs: Arguments of `keras.Model`, such as `name`.

    Call arguments:
        inputs: Dict of `tokens`, int `(batch, words)`, 0 where a sentence is
            padded on the right.
        training: Boolean, not used. Defaults to `False`.

    Returns:
        Float32 tensor `(batch, words + 1, vocabulary_size)` of logits: at n of
        word n, after the last of the end.

    Raises:
        ValueError: If an argument is invalid, the inputs are no such dict, or
            a loss is given; in `fit` and `evaluate`, if there are targets, or
            ids are out of range or not padded on the right.

    Example:

    >>> vocabulary = ["", "[UNK]", "a", "red", "circle", "square"]
    >>> model = keras_dl4.models.LogBilinearLanguageModel(vocabulary, 8)
    >>> model.compile(keras.optimizers.Adam(0.05))
    >>> sentences = {"tokens": np.array([[2, 3, 4], [2, 5, 0]])}
    >>> history = model.fit(sentences, epochs=50, verbose=0)
    >>> model.evaluate(sentences, return_dict=True, verbose=0)["perplexity"] < 2
    True

    References:
        - [Three New Graphical Models for Statistical Language
          Modelling](https://doi.org/10.1145/1273496.1273577), section 4
        - [Unifying Visual-Semantic Embeddings with Multimodal Neural Language
          Models](https://arxiv.org/abs/1411.2539), section 3.1
    """

    def __init__(self, vocabulary, embedding_dim=100, context_size=5, **kwargs):
        super().__init__(vocabulary, embedding_dim, context_size, **kwargs)
        self.words = self.add_weight(
            shape=(len(vocabulary), embedding_dim),
            initializer="glorot_uniform",
            name="words",
        )
        self.bias = self.add_weight(
            shape=(len(vocabulary),), initializer="zeros", name="bias"
        )

    def embed(self, ids):
        return ops.take(self.words, ids, axis=0)

    def score(self, predicted, conditions):
        return ops.matmul(predicted, ops.transpose(self.words)) + self.bias
