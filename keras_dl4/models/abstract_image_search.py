"""Search for images by sentences, in a space that they share."""

import abc

import keras
import numpy as np
from keras import ops

from keras_dl4.models.embedding_index import EmbeddingIndex
from keras_dl4.models.search_checks import check_known
from keras_dl4.models.search_checks import checked_place
from keras_dl4.models.search_checks import checked_vectors
from keras_dl4.ops.unit_normalization import unit_normalize


class AbstractImageSearch(keras.Model, abc.ABC):
    """A model of images and texts, with an index of images.

    A model that knows words lists them in `vocabulary`.

    Args:
        **kwargs: Arguments of `keras.Model`.

    Raises:
        ValueError: If there is no index to search, the model knows no word of
            an analogy, a place is none of the index, or images or texts do
            not become finite vectors.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._index = None
        self.vocabulary = None

    @abc.abstractmethod
    def encode_image(self, images, training=False):
        """Vectors of images, `(batch, embedding_dim)`."""

    @abc.abstractmethod
    def encode_text(self, texts):
        """Vectors of length one of texts, `(batch, embedding_dim)`."""

    def score(self, images, texts):
        """Scalar products of images with texts, `(num_images, num_texts)`.

        They are cosines if vectors of images have length one.
        """
        vectors = self.encode_text(texts)
        return ops.matmul(self.encode_image(images), ops.transpose(vectors))

    def build_index(self, images, batch_size=128):
        """Keeps the vectors of images, for `search` and `analogy`.

        It is not saved with the model, and does not follow its training.

        Args:
            images: Array `(num_images, ...)`, scaled as in training:
                `ShapeScenes` and `CaptionPairs` give floats from 0 to 1.
            batch_size: Int, images at once. Defaults to `128`.
        """
        starts = range(0, len(images), batch_size)
        parts = (images[start : start + batch_size] for start in starts)
        vectors = [
            checked_vectors("Images", self.encode_image(part), part)
            for part in parts
        ]
        self._index = EmbeddingIndex(np.concatenate(vectors))

    def search(self, query, k=5):
        """The images of the index that are nearest to a text.

        Args:
            query: String; or several texts, as of `encode_text`.
            k: Positive int, how many. Defaults to `5`.

        Returns:
            `(places, scores)`, arrays of shape `(k,)` for a string, else
            `(num_texts, k)`, best first: int places in the index, and scalar
            products, cosines if vectors of images have length one.
        """
        index = self._require_index()
        vectors = checked_vectors("Texts", self.encode_text(query), query)
        found = index.nearest(vectors, k)
        return tuple(x[0] for x in found) if isinstance(query, str) else found

    def analogy(self, image, minus, plus, k=5):
        """The images of the index that are nearest to image - minus + plus.

        Args:
            image: Int, a place in the index, which is no answer then; or an
                array, one image.
            minus: String, what the image shows.
            plus: String, what is to be there in its place.
            k: Positive int, how many. Defaults to `5`.

        Returns:
            `(places, scores)`, arrays of shape `(k,)`, as of `search`.
        """
        index, excluded = self._require_index(), None
        if np.ndim(image) == 0:
            excluded = checked_place(image, len(index.vectors))
            vector = index.vectors[excluded][None]
        else:
            one = np.asarray(image)[None]
            vector = checked_vectors("Images", self.encode_image(one), one)
        for name, text in (("minus", minus), ("plus", plus)):
            check_known(name, text, self.vocabulary)
        # Both are of float32, in any precision of the model.
        texts = [minus, plus]
        texts = checked_vectors("Texts", self.encode_text(texts), texts)
        query = unit_normalize(unit_normalize(vector) - texts[:1] + texts[1:])
        found = index.nearest(query, k, excluded)
        return tuple(x[0] for x in found)

    def _require_index(self):
        if self._index is None:
            raise ValueError(
                "There must be images to search. Received: none yet. Call "
                "`build_index(images)` first."
            )
        return self._index
