"""Export of models that search images by text, and write text of images."""

import pathlib
import shutil

import keras
import numpy as np

from keras_dl4.serving.clean_process import check_signatures_in_clean_process
from keras_dl4.serving.export import export_saved_model
from keras_dl4.serving.story_text import SentenceReader

# Of an axis that the model leaves open, in the images of the check.
_OPEN_SIZE = 16


def export_visual_semantic_embedding(
    model, path, captioner=None, *, num_candidates=5, tolerance=1e-3, **options
):
    """Writes a visual-semantic embedding as a SavedModel that reads text.

    The vocabulary is inside, and texts are strings. Signatures:

    - `encode_image`: of `image` the `embedding`, to be put into an index;
    - `encode_text`: of `text` the `embedding`, to search that;
    - `score`: of `image` and `text`, a pair, the `score`, their cosine;
    - `caption`, with a captioner: of `image` `num_candidates` strings
      `caption`, best first, and the `score` by which they are ranked.

    `serving_default` is `caption`, or `encode_image` without a captioner.
    Images are as the model takes them, such as floats from 0 to 1. Structures
    of captions are drawn at the export. Signatures are held against the model
    in a process without keras_dl4; a model that differs there is removed.

    Args:
        model: `keras_dl4.models.VisualSemanticEmbedding` with a vocabulary,
            built.
        path: String or path of the version, as of `export_saved_model`.
        captioner: `keras_dl4.models.SCNLM` of which the embedding is `model`,
            or `None`. Defaults to `None`.
        num_candidates: Positive int, captions of each image. Defaults to `5`.
        tolerance: Positive float, the largest absolute difference that is
            let pass. Defaults to `1e-3`.
        **options: As of `keras_dl4.models.SCNLM.caption_network`.

    Returns:
        The report of `check_saved_model`.

    Raises:
        ValueError: If the model has no vocabulary or is not built, the
            captioner has another embedding or cannot caption images; as of
            `export_saved_model`; if a signature fails or differs.
        FileExistsError: If that version exists.

    Example:

    >>> import os
    >>> import tempfile
    >>> import tensorflow as tf
    >>> from keras_dl4 import serving
    >>> words = ["", "[UNK]", "a", "red", "circle"]
    >>> encoder = keras_dl4.layers.CaptionEncoder(5, 8, "bag_of_words")
    >>> model = keras_dl4.models.VisualSemanticEmbedding(
    ...     None, encoder, 8, words
    ... )
    >>> model.build({"image": (None, 4), "tokens": (None, None)})
    >>> path = os.path.join(tempfile.mkdtemp(), "1")
    >>> _ = serving.export_visual_semantic_embedding(model, path)
    >>> loaded = tf.saved_model.load(path)
    >>> texts = tf.constant(["A red circle.", "red"])
    >>> loaded.signatures["encode_text"](text=texts)["embedding"].shape
    TensorShape([2, 8])
    """
    image = _image_spec(model)
    network = None
    if captioner is not None:
        _check_is_its_own(model, captioner)
        network = captioner.caption_network(num_candidates, **options)
    server = _Server(model, captioner, network)
    text = keras.InputSpec(shape=(None,), dtype="string")
    text.name = "text"
    signatures = {
        "encode_image": (server.encode_image, image),
        "encode_text": (server.encode_text, text),
        "score": (server.score, {"image": image, "text": text}),
    }
    if captioner is not None:
        signatures["caption"] = server.caption, image
    report = export_saved_model(
        server, path, input_signature=image, signatures=signatures
    )
    try:
        check_signatures_in_clean_process(
            path, signatures, _examples(model, image, signatures), tolerance
        )
    except ValueError:
        shutil.rmtree(pathlib.Path(path))
        raise
    return report


class _Server(keras.Model):
    """The signatures, as functions of tensors of images and strings."""

    def __init__(self, model, captioner, network):
        super().__init__(name="visual_semantic_embedding_server")
        self.model = model
        self.reader = SentenceReader(model.vocabulary)
        self.network = network
        self.vocabulary = captioner and captioner.vocabulary
        self.built = True

    def call(self, inputs, training=False):
        if self.network is None:
            return self.encode_image(inputs)
        return self.caption(inputs)

    def encode_image(self, images):
        return {"embedding": self.model.encode_image(images)}

    def encode_text(self, texts):
        return {"embedding": self.model.encode_text(self.reader(texts))}

    def score(self, inputs):
        images = self.model.encode_image(inputs["image"])
        texts = self.model.encode_text(self.reader(inputs["text"]))
        return {"score": keras.ops.sum(images * texts, axis=-1)}

    def caption(self, images):
        import tensorflow as tf

        found = self.network(images)
        words = tf.gather(self.vocabulary, found["tokens"])
        texts = tf.strings.reduce_join(words, axis=-1, separator=" ")
        # Where a caption has ended, words are empty.
        return {"caption": tf.strings.strip(texts), "score": found["score"]}


def _check_is_its_own(model, captioner):
    if captioner.embedding is not model:
        raise ValueError(
            "The captioner must have this embedding, or captions and vectors "
            f"are of two spaces. Received: {model.name!r}, and a captioner "
            f"with embedding={captioner.embedding!r}. Pass "
            "`captioner.embedding` as the model."
        )


def _image_spec(model):
    if not model.built or model.vocabulary is None:
        raise ValueError(
            "The model must be built, so that it is known what images it "
            "takes, and have a vocabulary, to read text. Received: "
            f"built={model.built}, vocabulary={model.vocabulary!r}. Make it "
            "with a vocabulary, and call it once on a batch of data."
        )
    shape = model.get_build_config()["input_shape"]["image"]
    spec = keras.InputSpec(shape=(None, *shape[1:]), dtype="float32")
    spec.name = "image"
    return spec


def _examples(model, image, signatures):
    """Of each signature, images of noise and texts of known words."""
    rng = np.random.default_rng(0)
    shape = [size or _OPEN_SIZE for size in image.shape[1:]]
    given = {
        "image": rng.uniform(size=(2, *shape)).astype("float32"),
        "text": np.array([" ".join(model.vocabulary[2:6]), "?"]),
    }
    names = {"encode_text": ["text"], "score": ["image", "text"]}
    return {
        name: {each: given[each] for each in names.get(name, ["image"])}
        for name in signatures
    }
