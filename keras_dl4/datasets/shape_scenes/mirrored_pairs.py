"""Scenes beside their mirror images, with a caption of each."""

import keras
import numpy as np

from keras_dl4.datasets.shape_scenes.mirroring import mirror_scenes

_DIRECTIONS = ("horizontal", "vertical")


class MirroredPairs(keras.utils.PyDataset):
    """Pairs for `fit`, in which scenes meet their mirror images.

    Both have the same things in them, so that a model has to mind their
    relation, which it otherwise finds last of all. A caption that the mirror
    changes is a negative of the scene; one that it leaves is true of both,
    which then count as one image.

    A batch is one of `pairs`, followed by the same scenes and captions after
    `mirror_scenes`, in every other batch horizontally, else vertically. Image
    ids are doubled, and odd where the mirror image is another one.

    Args:
        pairs: A `ShapeScenes`, or an `image_captions.CaptionPairs` of its
            pictures and captions.

    Example:

    >>> pairs = MirroredPairs(ShapeScenes(num_examples=8, batch_size=4))
    >>> inputs, image_ids = pairs[0]
    >>> inputs["image"].shape, len(pairs)
    ((8, 32, 32, 3), 2)
    """

    def __init__(self, pairs):
        super().__init__()
        self.pairs = pairs

    @property
    def epoch(self):
        """Int, that of `pairs`."""
        return self.pairs.epoch

    @epoch.setter
    def epoch(self, epoch):
        self.pairs.epoch = epoch

    def on_epoch_end(self):
        self.pairs.on_epoch_end()

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, index):
        inputs, image_ids = self.pairs[index]
        images, tokens = mirror_scenes(
            inputs["image"], inputs["tokens"], _DIRECTIONS[index % 2]
        )
        is_other = np.any(tokens != inputs["tokens"], axis=1)
        ids = np.concatenate([2 * image_ids, 2 * image_ids + is_other])
        joined = {
            "image": np.concatenate([inputs["image"], images]),
            "tokens": np.concatenate([inputs["tokens"], tokens]),
        }
        return joined, ids.astype("int32")
