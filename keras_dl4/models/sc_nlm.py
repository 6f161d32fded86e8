"""Structure-content neural language model (Kiros et al. 2014)."""

import keras
from keras import ops

from keras_dl4.layers.factored_word_tensor import FactoredWordTensor
from keras_dl4.models.abstract_captioner import AbstractCaptioner
from keras_dl4.ops.windows import windows


@keras.saving.register_keras_serializable(package="keras_dl4")
class SCNLM(AbstractCaptioner):
    """Predicts the next word by content, and by the structure of the sentence.

    The content is a vector of what the sentence is about, the structure is a
    tag for each word, such as its part of speech. A word is predicted from the
    words before it, from its own tag and those of the next `future_tags`
    words, and from the content:

    `u_hat = relu(sum_i T_i t_(n + i) + T_u u + b)`

    are the attributes that modulate the vectors of words, in the place of the
    content of a `keras_dl4.models.MultiplicativeLanguageModel`. Tags keep a
    sentence in its form, so that content has only to fill it.

    The content of a sentence in training is its own vector in a space which it
    shares with images, such as that of a
    `keras_dl4.models.VisualSemanticEmbedding`: texts alone are enough to learn
    from. The vector of an image takes its place in order to describe the image:
    made with that embedding, and with the structures that sentences have, the
    model captions images, `captioner.caption(images)`.

    `fit({"tokens": word_ids, "tags": tag_ids, "content": vectors})` needs no
    targets. The loss is the mean cross-entropy of a word, ends of sentences
    included; `perplexity` is its exponential over all words of an epoch, given
    tags and content.

    Convention (ends): id 0, which pads, is also what stands before the first
    word, as often as the context asks for, and what follows the last: a
    sentence of N words has N + 1 predictions. Tag 0 is that of the end, and of
    what is behind it.

    Args:
        vocabulary: List of words, the word of each id, that starts with `["",
            "[UNK]"]`.
        num_tags: Positive int, how many ids of tags there are, 0 included.
        embedding_dim: Positive int, size of the vectors of words. Defaults to
            `100`.
        context_size: Positive int, how many words are looked back. Defaults
            to `5`.
        content_dim: Positive int, size of contents. Defaults to `300`.
        tag_dim: Positive int, size of the vectors of tags, and of attributes.
            Defaults to `100`.
        num_factors: Positive int, factors of words, vectors and attributes.
            Defaults to `100`.
        future_tags: Int from 0, how many words are looked ahead at, of which
            the tags are known. Defaults to `3`.
        embedding: `keras_dl4.models.VisualSemanticEmbedding` with the same
            vocabulary, in whose space contents are. It is saved with this
            model, and no longer trained: the very model that is passed is
            frozen. To train it further by itself, set its `trainable` to
            `True` and compile it again. `None`: there are no images to be
            captioned. Defaults to `None`.
        structures: `keras_dl4.datasets.TagStructures`, from which those of
            captions are drawn, or `None`. Defaults to `None`.
        **kwargs: Arguments of `keras.Model`, such as `name`.

    Call arguments:
        inputs: Dict of `tokens`, int `(batch, words)`, 0 where a sentence is
            padded on the right; `tags`, of the same shape, 0 there and nowhere
            else; and `content`, `(batch, content_dim)`, best of length one.
        training: Boolean, not used. Defaults to `False`.

    Returns:
        Float32 tensor `(batch, words + 1, vocabulary_size)` of logits: at n of
        word n, after the last of the end.

    Raises:
        ValueError: If an argument is invalid, embedding or structures do not
            fit or are missing for captions, the inputs are no such dict, or a
            loss is given; in `caption` and `generate`, if what is passed is
            none of what is described there; in `fit` and `evaluate`, if there
            are targets, ids are out of range or not padded on the right, a
            word has no tag, or a content is not finite.

    Example:

    >>> vocabulary = ["", "[UNK]", "a", "red", "circle"]
    >>> model = keras_dl4.models.SCNLM(
    ...     vocabulary, 4, 8, content_dim=1, tag_dim=8, num_factors=8
    ... )
    >>> model.compile(keras.optimizers.Adam(0.03))
    >>> sentences = {
    ...     "tokens": np.array([[2, 3, 4], [3, 4, 0]]),
    ...     "tags": np.array([[1, 2, 3], [2, 3, 0]]),
    ...     "content": np.ones((2, 1)),
    ... }
    >>> history = model.fit(sentences, epochs=100, verbose=0)
    >>> words = np.argmax(model.predict(sentences, verbose=0), axis=-1)
    >>> words[:, :3].tolist()  # the tags tell the first word
    [[2, 3, 4], [3, 4, 0]]

    References:
        - [Unifying Visual-Semantic Embeddings with Multimodal Neural Language
          Models](https://arxiv.org/abs/1411.2539), section 3.3
    """

    input_names = ("tokens", "tags", "content")

    def __init__(
        self,
        vocabulary,
        num_tags,
        embedding_dim=100,
        context_size=5,
        *,
        content_dim=300,
        tag_dim=100,
        num_factors=100,
        future_tags=3,
        embedding=None,
        structures=None,
        **kwargs,
    ):
        super().__init__(
            vocabulary,
            embedding_dim,
            context_size,
            embedding=embedding,
            structures=structures,
            **kwargs,
        )
        self.num_tags = num_tags
        self.content_dim = content_dim
        self.tag_dim = tag_dim
        self.num_factors = num_factors
        self.future_tags = future_tags
        self.check_sizes("num_tags", "content_dim", "tag_dim", "num_factors")
        self.check_sizes("future_tags", least=0)
        self.check_parts()
        self.words = FactoredWordTensor(
            len(vocabulary), num_factors, name="words", dtype=self.dtype_policy
        )
        self.words.build([(None, embedding_dim), (None, tag_dim)])
        self._add_weights()

    def _add_weights(self):
        def weight(name, *shape, initializer="glorot_uniform"):
            return self.add_weight(
                shape=shape, initializer=initializer, name=name
            )

        size = self.tag_dim
        self.tag_vectors = weight("tag_vectors", self.num_tags, size)
        # Of the word itself first.
        self.tag_matrices = weight(
            "tag_matrices", (self.future_tags + 1) * size, size
        )
        self.content_matrix = weight("content_matrix", self.content_dim, size)
        self.attribute_bias = weight(
            "attribute_bias", size, initializer="zeros"
        )

    def embed(self, ids):
        return self.words.embed(ids)

    def conditions_of(self, inputs):
        padding = [[0, 0], [0, self.future_tags + 1]]
        tags = ops.pad(inputs["tags"], padding)
        return {"tags": tags, "content": inputs["content"]}

    def score(self, predicted, conditions):
        attributes = self._attributes(conditions["tags"], conditions["content"])
        return self.words([predicted, attributes])

    def _attributes(self, tags, content):
        """`u_hat` of each word, `(batch, n, tag_dim)`."""
        vectors = ops.take(self.tag_vectors, ops.cast(tags, "int32"), axis=0)
        vectors = windows(vectors, self.future_tags + 1)
        structure = ops.matmul(vectors, self.tag_matrices)
        content = ops.matmul(content, self.content_matrix)
        return ops.relu(structure + content[:, None] + self.attribute_bias)

    def get_config(self):
        return {
            **super().get_config(),
            "num_tags": self.num_tags,
            "content_dim": self.content_dim,
            "tag_dim": self.tag_dim,
            "num_factors": self.num_factors,
            "future_tags": self.future_tags,
        }
