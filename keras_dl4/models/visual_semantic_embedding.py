"""Images and sentences as vectors of one space."""

import keras
import numpy as np
from keras import ops

from keras_dl4.backend import all_gather
from keras_dl4.layers.story_text import check_vocabulary
from keras_dl4.layers.story_text import words_of
from keras_dl4.losses.pairwise_ranking import PairwiseRankingLoss
from keras_dl4.models.abstract_image_search import AbstractImageSearch
from keras_dl4.models.caption_checks import check_ids
from keras_dl4.models.caption_checks import check_names
from keras_dl4.models.caption_checks import checked_data
from keras_dl4.models.ranking_loss_state import RankingLossState
from keras_dl4.models.seed_states import SeedStates
from keras_dl4.ops.unit_normalization import unit_normalize

_UNKNOWN_ID = 1
# Texts are padded to multiples of that: few shapes, few compilations.
_LENGTH_STEP = 8


@keras.saving.register_keras_serializable(package="keras_dl4")
class VisualSemanticEmbedding(AbstractImageSearch):
    """Maps images and sentences into one space, where pairs are close.

    Sentences then find images, images find sentences, and with a linear
    sentence encoder words can be added and subtracted: the picture of a blue
    car, minus "blue", plus "red", is near red cars.

    `fit({"image": images, "tokens": word_ids}, image_ids)` lowers the
    `keras_dl4.losses.PairwiseRankingLoss` of all images of a batch with all
    its sentences, also across replicas. Pairs with equal ids are captions of
    one image, and no negatives of each other.

    Args:
        image_encoder: Layer or model from images to `(batch, features)`, such
            as a model of `keras.applications` with `pooling="avg"`; or `None`
            if images come as features. A matrix maps these into the space.
        sentence_encoder: Layer or model from word ids `(batch, words)` to
            `(batch, embedding_dim)`, such as a
            `keras_dl4.layers.CaptionEncoder`.
        embedding_dim: Positive int, width of the space. Defaults to `300`.
        vocabulary: List of words, the word of each id, that starts with `["",
            "[UNK]"]`; or `None`, and texts are ids. Defaults to `None`.
        normalize_images: Boolean, whether image vectors have length one, as
            in the paper. `False` is what its authors' code did: scores are
            then no cosines. Defaults to `True`.
        **kwargs: Arguments of `keras.Model`, such as `name`.

    Call arguments:
        inputs: Dict of `image`, `(batch, ...)`, and `tokens`, int
            `(batch, words)`, 0 where a sentence is padded on the right.
        training: Boolean. Defaults to `False`.

    Returns:
        Dict of float tensors `image` and `text`, `(batch, embedding_dim)`,
        vectors of length one, but for images that are not normalized.

    Raises:
        ValueError: If encoders do not fit, an argument is none of the above,
            texts are strings without a vocabulary, no word of it has a vector,
            there is no index, or what is searched for does not fit it; or if
            values are not finite, or ids missing or out of range.

    Example:

    >>> vocabulary = ["", "[UNK]", "red", "blue", "circle", "square"]
    >>> model = keras_dl4.models.VisualSemanticEmbedding(
    ...     None,
    ...     keras_dl4.layers.CaptionEncoder(6, 8, "bag_of_words"),
    ...     embedding_dim=8,
    ...     vocabulary=vocabulary,
    ... )
    >>> model.compile(keras.optimizers.Adam(0.05))
    >>> features = np.array([[1, 0, 1, 0], [0, 1, 0, 1]], "float32")
    >>> tokens = np.array([[2, 4], [3, 5]])
    >>> pairs = {"image": features, "tokens": tokens}
    >>> history = model.fit(pairs, np.arange(2), epochs=60, verbose=0)
    >>> model.build_index(features)
    >>> places, scores = model.search("a blue square", k=1)
    >>> places.tolist()
    [1]

    References:
        - [Unifying Visual-Semantic Embeddings with Multimodal Neural Language
          Models](https://arxiv.org/abs/1411.2539), sections 2 and 3.1
    """

    def __init__(
        self,
        image_encoder,
        sentence_encoder,
        embedding_dim=300,
        vocabulary=None,
        *,
        normalize_images=True,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if not isinstance(embedding_dim, int) or embedding_dim < 1:
            raise ValueError(
                "`embedding_dim` must be a positive int. Received: "
                f"embedding_dim={embedding_dim!r}."
            )
        if not isinstance(sentence_encoder, keras.layers.Layer):
            raise ValueError(
                "`sentence_encoder` must be a layer or model. Received: "
                f"{sentence_encoder!r}. Take a `layers.CaptionEncoder`."
            )
        if vocabulary is not None:
            check_vocabulary(vocabulary)
        self.image_encoder = image_encoder
        self.sentence_encoder = sentence_encoder
        self.embedding_dim = embedding_dim
        self.vocabulary = vocabulary and list(vocabulary)
        self.normalize_images = normalize_images
        self._ids = {w: n for n, w in enumerate(self.vocabulary or [])}
        self.projection = keras.layers.Dense(
            embedding_dim,
            use_bias=False,
            name="projection",
            dtype=self.dtype_policy,
        )
        self.loss_state = RankingLossState(name="loss_state")
        encoders = filter(None, [image_encoder, sentence_encoder])
        self.seed_states = SeedStates(list(encoders))

    def build(self, input_shape):
        check_names(input_shape)
        shape = tuple(input_shape["image"])
        if self.image_encoder is not None:
            if not self.image_encoder.built:
                self.image_encoder.build(shape)
            shape = self.image_encoder.compute_output_shape(shape)
        if len(shape) != 2 or shape[1] is None:
            raise ValueError(
                "Images must become (batch, features). Received: shape "
                f"{tuple(shape)}. End the image encoder with a "
                "`keras.layers.Flatten` or a global pooling."
            )
        self.projection.build(shape)
        tokens = tuple(input_shape["tokens"])
        if not self.sentence_encoder.built:
            self.sentence_encoder.build(tokens)
        shape = self.sentence_encoder.compute_output_shape(tokens)
        if tuple(shape)[1:] != (self.embedding_dim,):
            raise ValueError(
                f"Sentences must become (batch, {self.embedding_dim}). "
                f"Received: shape {tuple(shape)}. Make the encoder with as "
                "many units as `embedding_dim`."
            )

    def call(self, inputs, training=False):
        return {
            "image": self.encode_image(inputs["image"], training),
            "text": self._encode_ids(inputs["tokens"], training),
        }

    def encode_image(self, images, training=False):
        """Vectors of images.

        Args:
            images: Array or tensor `(batch, ...)`, as the image encoder takes
                it.
            training: Boolean. Defaults to `False`.

        Returns:
            Float tensor `(batch, embedding_dim)`.
        """
        features = images
        if self.image_encoder is not None:
            features = self.image_encoder(features, training=training)
        vectors = self.projection(features)
        return unit_normalize(vectors) if self.normalize_images else vectors

    def encode_text(self, texts):
        """Vectors of sentences.

        Args:
            texts: String, list of strings, or array or tensor of word ids
                `(batch, words)`.

        Returns:
            Float tensor `(batch, embedding_dim)`.
        """
        if isinstance(texts, str):
            texts = [texts]
        if isinstance(texts, list | tuple) and isinstance(texts[0], str):
            texts = self._ids_of(texts)
        elif isinstance(texts, np.ndarray | list | tuple):  # and not traced
            check_ids("Ids of words", texts, self._vocabulary_size())
        return self._encode_ids(texts)

    def _encode_ids(self, ids, training=False):
        return unit_normalize(self.sentence_encoder(ids, training=training))

    def _ids_of(self, texts):
        if self.vocabulary is None:
            raise ValueError(
                "Texts must be ids of words, since the model has no "
                f"`vocabulary`. Received: {texts!r}. Pass it when you make "
                "the model."
            )
        rows = [
            [self._ids.get(word, _UNKNOWN_ID) for word in words_of(text)]
            for text in texts
        ]
        length = max(1, *map(len, rows))
        length += -length % _LENGTH_STEP
        return np.array(
            [row + [0] * (length - len(row)) for row in rows], "int32"
        )

    def set_word_vectors(self, words, vectors):
        """Sets the vectors of those words that the vocabulary has.

        Args:
            words: Sequence of strings.
            vectors: Float array `(num_words, word_dim)`, such as
                `keras_dl4.datasets.image_captions.load_word_vectors` reads.

        Returns:
            Int, of how many words.
        """
        kept = [n for n, word in enumerate(words) if word in self._ids]
        if not kept:
            raise ValueError(
                "Some of the words must be in the `vocabulary`. Received: "
                f"none of {len(words)} is among its {len(self._ids)}. Pass "
                "the vocabulary when you make the model, in lower case."
            )
        ids = np.array([self._ids[words[n]] for n in kept], "int64")
        self.sentence_encoder.set_word_vectors(ids, np.asarray(vectors)[kept])
        return len(kept)

    def compile(self, optimizer="adam", loss=None, **kwargs):
        """`keras.Model.compile`, by default with a `PairwiseRankingLoss`.

        Args:
            optimizer: As of `keras.Model.compile`. Defaults to `"adam"`.
            loss: Loss of image ids and scores `(batch, batch)`. Defaults to
                `None`, `keras_dl4.losses.PairwiseRankingLoss()`.
            **kwargs: As of `keras.Model.compile`.
        """
        loss = PairwiseRankingLoss() if loss is None else loss
        super().compile(optimizer, loss, **kwargs)
        self.loss_state.attach(loss)

    def fit(self, x=None, y=None, *args, **kwargs):
        """`keras.Model.fit`, which checks images, words and ids first."""
        x = checked_data(x, y, self._vocabulary_size())
        return super().fit(x, y, *args, **kwargs)

    def evaluate(self, x=None, y=None, *args, **kwargs):
        """`keras.Model.evaluate`; it checks images, words and ids first."""
        x = checked_data(x, y, self._vocabulary_size())
        return super().evaluate(x, y, *args, **kwargs)

    def _vocabulary_size(self):
        return getattr(self.sentence_encoder, "vocabulary_size", None)

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        # Every replica has the loss of the global batch, of which Keras takes
        # the mean over replicas.
        images, texts = (
            all_gather(ops.cast(y_pred[name], "float32"))
            for name in ("image", "text")
        )
        scores = ops.matmul(images, ops.transpose(texts))
        ids = all_gather(ops.reshape(y, (-1,)))
        if sample_weight is not None:
            sample_weight = all_gather(sample_weight)
        return super().compute_loss(x, ids, scores, sample_weight, training)

    def compile_from_config(self, config):
        self.compile(**keras.saving.deserialize_keras_object(config))
        if self.built:
            self.optimizer.build(self.trainable_variables)

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            "image_encoder": serialize(self.image_encoder),
            "sentence_encoder": serialize(self.sentence_encoder),
            "embedding_dim": self.embedding_dim,
            "vocabulary": self.vocabulary,
            "normalize_images": self.normalize_images,
        }

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        for name in ("image_encoder", "sentence_encoder"):
            config[name] = keras.saving.deserialize_keras_object(config[name])
        return cls(**config)
