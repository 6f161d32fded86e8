"""Captions of images, by a language model and an embedding of both."""

import keras

from keras_dl4.models.abstract_language_model import AbstractLanguageModel
from keras_dl4.models.caption_generation import generate
from keras_dl4.models.caption_network import CaptionNetwork
from keras_dl4.models.sentence_checks import check_conditions
from keras_dl4.models.sentence_checks import checked_images


class AbstractCaptioner(AbstractLanguageModel):
    """A language model given content and tags, which describes images.

    A subclass sets `content_dim`, `future_tags` and `num_tags`, and then calls
    `check_parts`.

    Args:
        vocabulary: List of words, as of `AbstractLanguageModel`.
        embedding_dim: Positive int, the same.
        context_size: Positive int, the same.
        embedding: `keras_dl4.models.VisualSemanticEmbedding`, which is frozen
            itself, or `None`. Defaults to `None`.
        structures: `keras_dl4.datasets.TagStructures`, or `None`. Defaults to
            `None`.
        **kwargs: Arguments of `keras.Model`, such as `name`.

    Raises:
        ValueError: If embedding or structures do not fit, or images are to be
            captioned without them; or if images, contents or tags are none.
    """

    def __init__(
        self,
        vocabulary,
        embedding_dim,
        context_size,
        *,
        embedding=None,
        structures=None,
        **kwargs,
    ):
        super().__init__(vocabulary, embedding_dim, context_size, **kwargs)
        if embedding is not None:
            # TensorFlow drops what sets an attribute to what it is, so that
            # layers inside a loaded embedding would not be told.
            embedding.trainable = True
            embedding.trainable = False
        self.embedding = embedding
        self.structures = structures
        self._networks = _Networks()

    def check_parts(self):
        """Refuses structures of other tags, and an embedding of other words."""
        structures, embedding = self.structures, self.embedding
        if structures is not None:
            largest = max(map(max, structures.sequences))
            if largest >= self.num_tags:
                raise ValueError(
                    f"`structures` must be of tags below {self.num_tags}, the "
                    f"`num_tags`. Received: tag {largest}. Count the tags that "
                    "this model is trained on."
                )
        if embedding is None:
            return
        if embedding.vocabulary != self.vocabulary:
            raise ValueError(
                "`embedding` must have the same vocabulary, since it reads "
                f"what this model writes. Received: {embedding.vocabulary!r}, "
                f"not {self.vocabulary!r}. Make this model with "
                "`embedding.vocabulary`."
            )
        if embedding.embedding_dim != self.content_dim or not embedding.built:
            raise ValueError(
                "`embedding` must be trained, and its vectors must be of size "
                f"content_dim={self.content_dim}. Received: one of size "
                f"{embedding.embedding_dim}, built={embedding.built}. Pass "
                "`content_dim=embedding.embedding_dim`."
            )

    def generate(self, content, tags, beam_width=5):
        """The most probable sentences of given contents and structures.

        A sentence has as many words as its structure has tags, and no unknown
        ones. A function of tensors, which can be traced and compiled.

        Args:
            content: Float array or tensor `(batch, content_dim)`.
            tags: Int array or tensor `(batch, words)`, 0 behind the end of a
                structure.
            beam_width: Positive int, how many sentences of each, and how many
                hypotheses are followed on the way. Defaults to `5`.

        Returns:
            Tuple, best first: int32 `(batch, beam_width, words)`, ids of
            words, 0 behind the end; and float32 `(batch, beam_width)`, the
            log-probability of the words and the end.
        """
        check_conditions(content, tags, self.content_dim, self.num_tags)
        content = keras.ops.convert_to_tensor(content, "float32")
        return generate(self, content, tags, beam_width)

    def caption(self, images, num_candidates=5, *, batch_size=32, **options):
        """Describes images, without having seen any in training.

        Structures are drawn as frequent as sentences have them. Of each the
        most probable sentences are found, given the vector of the image, and
        all are ranked by the cosine of their own vector with that of the
        image, plus a share of their log-probability: the more that has, the
        less is said of which the model is not sure.

        Args:
            images: Array `(num_images, ...)`, as the embedding takes them.
            num_candidates: Positive int, captions of each image. Defaults to
                `5`.
            batch_size: Positive int, images at once. Defaults to `32`.
            **options: As of `caption_network`.

        Returns:
            `(texts, scores)`, best first: a list of `num_candidates` strings
            for each image, all different, and a float array `(num_images,
            num_candidates)`. Where there are no more sentences, the string is
            empty, and the score `-inf`.
        """
        network = self.caption_network(num_candidates, **options)
        shape = self.embedding.get_build_config()["input_shape"]["image"]
        images = checked_images(images, shape)
        found = network.predict(images, batch_size=batch_size, verbose=0)
        texts = [
            [
                " ".join(self.vocabulary[word] for word in caption if word)
                for caption in captions
            ]
            for captions in found["tokens"]
        ]
        return texts, found["score"]

    def caption_network(
        self,
        num_candidates=5,
        num_structures=50,
        beam_width=3,
        *,
        cosine_weight=1.0,
        language_weight=0.2,
        seed=0,
    ):
        """What `caption` does in one graph, as a model from images to ids.

        Args:
            num_candidates: Positive int, captions of each image. Defaults to
                `5`.
            num_structures: Positive int, how many structures are drawn; all,
                where there are fewer. Defaults to `50`.
            beam_width: Positive int, hypotheses under each. Defaults to `3`.
                Memory grows with the square of both numbers, since all
                sentences of an image are compared.
            cosine_weight: Float, weight of the cosine of image and caption.
                Defaults to `1.0`.
            language_weight: Float, weight of the log-probability of a
                caption: the larger, the less captions dare to say. Defaults to
                `0.2`.
            seed: Int, of the structures. Defaults to `0`.

        Returns:
            A `keras.Model` with the weights of this one. Of images it gives a
            dict, best first: `tokens`, int32 `(batch, num_candidates, words)`,
            0 behind the end; of shape `(batch, num_candidates)` `score`,
            `cosine` and `log_probability`; and `tags`, of the shape of
            `tokens`, the structure that each was written under. Of equal
            sentences the best one is kept. Where there are no more, the
            score is `-inf`, and words and tags are 0.
        """
        if self.embedding is None or self.structures is None:
            raise ValueError(
                "Images are captioned by an embedding and structures. "
                f"Received: embedding={self.embedding!r}, "
                f"structures={self.structures!r}. Make the model with both."
            )
        settings = (num_structures, seed, num_candidates, beam_width)
        settings += (cosine_weight, language_weight)
        kept, key = self._networks.by_settings, repr(settings)
        if key not in kept:
            structures = self.structures.sample(num_structures, seed)
            kept[key] = CaptionNetwork(self, structures, *settings[2:])
        return kept[key]

    def get_config(self):
        parts = {"embedding": self.embedding, "structures": self.structures}
        for name, part in parts.items():
            if part is not None:
                parts[name] = keras.saving.serialize_keras_object(part)
        # It is no longer trained.
        if parts["embedding"] is not None:
            parts["embedding"].pop("compile_config", None)
        return {**super().get_config(), **parts}

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        for name in ("embedding", "structures"):
            if config.get(name) is not None:
                config[name] = keras.saving.deserialize_keras_object(
                    config[name]
                )
        return cls(**config)


class _Networks:
    """Those that were made, compiled once. No layers of the captioner."""

    def __init__(self):
        self.by_settings = {}
