"""A look at whether all embeddings have become one."""

import warnings

import keras
import numpy as np


class CollapseMonitor(keras.callbacks.Callback):
    """Warns when all images, or all sentences, have the same vector.

    Training on hard negatives can end there, with a loss that no longer
    falls. Each epoch the mean cosine of different examples is put into the
    logs, as `image_cosine` and `text_cosine`.

    Args:
        inputs: Dict of `image` and `tokens`, what to look at; a batch will do,
            of different images and sentences.
        threshold: Float from -1 to 1, the mean cosine from which on vectors
            count as equal. Defaults to `0.99`.
        stop: Boolean, whether training ends then. Defaults to `False`.

    Raises:
        ValueError: If `threshold` is no cosine, or there are fewer than two
            examples.

    Example:

    >>> pairs = {"image": np.eye(3), "tokens": np.array([[1], [2], [3]])}
    >>> monitor = keras_dl4.callbacks.CollapseMonitor(pairs, stop=True)
    """

    def __init__(self, inputs, threshold=0.99, stop=False):
        super().__init__()
        if not -1.0 <= threshold <= 1.0:
            raise ValueError(
                "`threshold` must be a cosine, from -1 to 1. Received: "
                f"threshold={threshold!r}. Vectors are equal at 1."
            )
        if len(inputs["tokens"]) < 2:
            raise ValueError(
                "There must be examples to compare. Received: "
                f"{len(inputs['tokens'])}. Pass two or more."
            )
        self.inputs = inputs
        self.threshold = threshold
        self.stop = stop

    def on_epoch_end(self, epoch, logs=None):
        found = {
            "image_cosine": self.model.encode_image(self.inputs["image"]),
            "text_cosine": self.model.encode_text(self.inputs["tokens"]),
        }
        for name, vectors in found.items():
            cosine = _mean_cosine(keras.ops.convert_to_numpy(vectors))
            if logs is not None:
                logs[name] = cosine
            if cosine >= self.threshold:
                warnings.warn(
                    f"Embeddings have collapsed: {name} is {cosine:.4f} after "
                    f"epoch {epoch + 1}. Start with all negatives: "
                    "HardNegativeWarmup.",
                    stacklevel=2,
                )
                self.model.stop_training |= self.stop


def _mean_cosine(vectors):
    """Of all pairs of different vectors."""
    vectors = vectors.astype("float64")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors = vectors / np.maximum(lengths, 1e-12)
    number = len(vectors)
    own = np.sum(vectors**2)
    return float((np.sum(vectors.sum(0) ** 2) - own) / (number * (number - 1)))
