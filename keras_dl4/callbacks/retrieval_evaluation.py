"""Recall of images and sentences, after each epoch."""

import keras
import numpy as np

from keras_dl4.evaluation import retrieval_metrics


class RetrievalEvaluation(keras.callbacks.Callback):
    """Puts `keras_dl4.evaluation.retrieval_metrics` into the logs.

    Their names start with `val_`, such as `val_recall_sum`, on which
    `keras.callbacks.ModelCheckpoint` and `EarlyStopping` may go, if they come
    after this one in the list of callbacks.

    Args:
        inputs: Dict of arrays `image` and `tokens`, as of `fit`.
        image_ids: Int array `(num_pairs,)`, which image each pair is of. An
            image with several captions is searched for once.
        ks: Ints >= 1, the ranks of the recalls. Defaults to `(1, 5, 10)`.
        batch_size: Positive int, examples at once. Defaults to `128`.

    Raises:
        ValueError: If there is not one image id for each pair.

    Example:

    >>> pairs = {"image": np.eye(2), "tokens": np.array([[1], [2]])}
    >>> recall = keras_dl4.callbacks.RetrievalEvaluation(pairs, [0, 1], ks=(1,))

    References:
        - [Kiros et al., 2014](https://arxiv.org/abs/1411.2539), section 4.1
    """

    def __init__(self, inputs, image_ids, ks=(1, 5, 10), batch_size=128):
        super().__init__()
        image_ids = np.asarray(image_ids)
        number = len(inputs["tokens"])
        if image_ids.shape != (number,) or len(inputs["image"]) != number:
            raise ValueError(
                "There must be an image and an image id for each caption. "
                f"Received: {number} captions, {len(inputs['image'])} images, "
                f"and ids of shape {image_ids.shape}. Repeat an image that has "
                "several captions."
            )
        _, first, self._matches = np.unique(
            image_ids, return_index=True, return_inverse=True
        )
        self._images = np.asarray(inputs["image"])[first]
        self._tokens = np.asarray(inputs["tokens"])
        self.ks = ks
        self.batch_size = batch_size

    def on_epoch_end(self, epoch, logs=None):
        metrics = retrieval_metrics(
            self._encoded(self.model.encode_image, self._images),
            self._encoded(self.model.encode_text, self._tokens),
            self._matches.reshape(-1),
            ks=self.ks,
        )
        if logs is not None:
            logs.update({f"val_{k}": float(v) for k, v in metrics.items()})

    def _encoded(self, encode, values):
        size = self.batch_size
        return np.concatenate(
            [
                keras.ops.convert_to_numpy(encode(values[start : start + size]))
                for start in range(0, len(values), size)
            ]
        )
