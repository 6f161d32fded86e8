"""Batches of pictures, each with one of its captions."""

import keras
import numpy as np


class CaptionPairs(keras.utils.PyDataset):
    """Pairs for `fit` of a visual-semantic embedding.

    An epoch shows every image once, in another order, with one of its captions
    drawn anew. So no two captions of one image are in a batch, where neither
    could be a negative of the other.

    `pairs[batch]` is `({"image", "tokens"}, image_ids)`: images as they are
    given, uint8 divided by 255; word ids `(batch, words)`, and ids
    `(batch,)`, both int32. It is a function of `(seed, epoch, batch)`;
    `on_epoch_end` adds 1 to `epoch`.

    Args:
        images: Array `(num_images, ...)`, pictures or features.
        captions: Sequence of the captions of each image: int arrays
            `(num_captions, words)` of word ids, padded by 0 to the same
            number of words, at least one caption for each image.
        image_ids: Int array `(num_images,)`, equal where images are not to be
            told apart; or `None` to number them. Defaults to `None`.
        batch_size: Positive int. Defaults to `128`.
        seed: Int >= 0. Defaults to `0`.
        drop_remainder: Boolean, whether to leave out the last batch of an
            epoch if it is smaller: a pair has fewer negatives in it. Defaults
            to `True`.

    Raises:
        ValueError: If there is not a list of captions, and an id, for each
            image, or there is no batch.

    Example:

    >>> images = np.zeros((3, 32, 32, 3), "uint8")
    >>> captions = [[[2, 4]], [[3, 4], [4, 0]], [[5, 0]]]
    >>> pairs = CaptionPairs(images, captions, batch_size=2)
    >>> inputs, image_ids = pairs[0]
    >>> inputs["image"].shape, inputs["tokens"].shape, len(pairs)
    ((2, 32, 32, 3), (2, 2), 1)
    """

    def __init__(
        self,
        images,
        captions,
        image_ids=None,
        *,
        batch_size=128,
        seed=0,
        drop_remainder=True,
    ):
        super().__init__()
        self.images = np.asarray(images)
        number = len(self.images)
        if image_ids is None:
            image_ids = np.arange(number)
        self.image_ids = np.asarray(image_ids, "int32")
        self._counts = np.array([len(each) for each in captions])
        if (
            len(self._counts) != number
            or self.image_ids.shape != (number,)
            or not np.all(self._counts)
        ):
            raise ValueError(
                "There must be an id and at least one caption for each image. "
                f"Received: {number} images, ids of shape "
                f"{self.image_ids.shape}, captions of {len(self._counts)}, "
                f"{np.sum(self._counts == 0)} of them empty. Leave out images "
                "without captions."
            )
        self._tokens = np.concatenate(
            [np.asarray(c, "int32") for c in captions]
        )
        self.batch_size = batch_size
        self.seed = seed
        self.drop_remainder = drop_remainder
        self.epoch = 0
        if len(self) < 1:
            raise ValueError(
                "An epoch must have a batch. Received: "
                f"batch_size={batch_size} for {number} images. Take smaller "
                "batches, or `drop_remainder=False`."
            )

    def on_epoch_end(self):
        self.epoch += 1

    def __len__(self):
        number = len(self.images)
        missing = 0 if self.drop_remainder else self.batch_size - 1
        return (number + missing) // self.batch_size

    def __getitem__(self, index):
        rng = np.random.default_rng((self.seed, self.epoch))
        order = rng.permutation(len(self.images))
        chosen = rng.integers(self._counts)
        start = index * self.batch_size
        rows = order[start : start + self.batch_size]
        images = self.images[rows]
        if images.dtype == np.uint8:
            images = images.astype("float32") / np.float32(255.0)
        first = np.cumsum(self._counts)[rows] - self._counts[rows]
        tokens = self._tokens[first + chosen[rows]]
        return {"image": images, "tokens": tokens}, self.image_ids[rows]
