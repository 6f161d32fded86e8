"""Pictures of simple shapes with captions, drawn on the spot."""

import dataclasses
import json
import math

import keras
import numpy as np

from keras_dl4.datasets.shape_scenes.argument_checks import check_indices
from keras_dl4.datasets.shape_scenes.argument_checks import check_integer
from keras_dl4.datasets.shape_scenes.argument_checks import check_known
from keras_dl4.datasets.shape_scenes.attributes import CONFIGS
from keras_dl4.datasets.shape_scenes.attributes import SPLITS
from keras_dl4.datasets.shape_scenes.captions import FAMILIES
from keras_dl4.datasets.shape_scenes.captions import NUM_DRAWS
from keras_dl4.datasets.shape_scenes.captions import Choices
from keras_dl4.datasets.shape_scenes.captions import captions_of
from keras_dl4.datasets.shape_scenes.drawing import combinations
from keras_dl4.datasets.shape_scenes.drawing import draw_scenes
from keras_dl4.datasets.shape_scenes.drawing import scene_of
from keras_dl4.datasets.shape_scenes.minimal_pairs import minimal_pair
from keras_dl4.datasets.shape_scenes.random_bits import uniforms
from keras_dl4.datasets.shape_scenes.rendering import render_arrays
from keras_dl4.datasets.shape_scenes.token_ids import CAPTION_LENGTH
from keras_dl4.datasets.shape_scenes.token_ids import encode_captions
from keras_dl4.datasets.shape_scenes.token_ids import encode_tags

_MAX_SEED = 2**32 - 1
_GALLERY_COPIES = 3  # of each combination, at other places
_CHUNK = 1024  # scenes drawn at once
# What is drawn for a scene, besides the scene: pixels, captions, which one.
_PIXELS, _CAPTIONS, _ORDER = 2**33, 2**33 + 1, 2**33 + 2


class ShapeScenes(keras.utils.PyDataset):
    """Pictures of colored shapes, each with five true captions.

    Real captioned pictures are large, and nobody can say for sure whether
    another caption is true of one. Here each picture comes with what is in
    it, its captions follow a grammar, and `evaluate_caption` decides. Nothing
    is read or stored.

    `"basic"`: 6 shapes, 7 colors, 2 sizes, 2 backgrounds, one or two objects.
    `"full"`: 8 shapes, 8 colors, 2 sizes, 2 textures, 4 backgrounds, one to
    three objects, and captions that say where an object is.

    The splits `"train"`, `"val"` and `"test"` are alike. In them some
    combinations never occur, which the others are made of: an object of
    `"test_comb"` has a shape and color that were never seen together (shape i
    in color i, for the first five, or eight), an object of `"test_rel"`
    (`"full"` only) stands in a relation to another in which its color was
    never seen. Scenes of `"test_count"` have four objects. `"minimal_pairs"`
    are two objects in a relation, for `minimal_pair`. `"gallery"` holds each
    single object three times, 504 pictures of `"basic"`, held-out combinations
    included, for `analogy_questions`.

    A scene depends on nothing but `(config, seed, split, index)`: the same
    numbers on every machine. The captions of a scene, in order: of all objects,
    of one, of a relation, of the same from the other side, a count or the
    background.

    `scenes[batch]` is `({"image", "tokens"}, image_ids)` for `fit`: images
    `(batch, size, size, 3)`, float32 from 0 to 1, word ids `(batch, 16)` of
    one caption of each, padded with 0, and the index of the scene, all int32.
    Each epoch takes other captions, in another order; `on_epoch_end` adds 1 to
    `epoch`. With `fixed_epoch=True` each takes the same, in order.

    Args:
        config: String, `"basic"` or `"full"`. Defaults to `"basic"`.
        split: String, one of those above. Defaults to `"train"`.
        num_examples: Int, or `None` for 20,000 in `"train"`, all of
            `"gallery"`, and 1,000 in others. Defaults to `None`.
        image_size: Int >= 16, pixels on a side. Defaults to `32`.
        batch_size: Int. The last batch may be smaller. Defaults to `128`.
        seed: Int from 0 to 2^32 - 1. Defaults to `0`.
        fixed_epoch: Boolean. Defaults to `False`.

    Raises:
        ValueError: If an argument is none of those, or out of range.

    Example:

    >>> scenes = ShapeScenes("basic", "train", num_examples=100, batch_size=20)
    >>> inputs, image_ids = scenes[0]
    >>> inputs["image"].shape, inputs["tokens"].shape, image_ids.shape
    ((20, 32, 32, 3), (20, 16), (20,))
    >>> scene, captions = scenes.scene(7), scenes.captions(7)
    >>> verdict = keras_dl4.datasets.shape_scenes.evaluate_caption
    >>> all(verdict(c.text, scene)["true"] for c in captions)
    True

    References:
        - [ShapeWorld](https://arxiv.org/abs/1704.04517): truth that is
          decidable, withheld combinations
        - [CLEVR](https://arxiv.org/abs/1612.06890): relations with a margin
    """

    def __init__(
        self,
        config="basic",
        split="train",
        *,
        num_examples=None,
        image_size=32,
        batch_size=128,
        seed=0,
        fixed_epoch=False,
    ):
        super().__init__()
        check_known("config", config, CONFIGS)
        splits = [s for s in SPLITS if config == "full" or s != "test_rel"]
        check_known("split", split, splits)
        self.config, self.split = config, split
        self._config = CONFIGS[config]
        if num_examples is None:
            num_examples = SPLITS[split]
        if num_examples is None:
            num_examples = _GALLERY_COPIES * combinations(self._config)
        self.num_examples = check_integer("num_examples", num_examples, 1)
        self.image_size = check_integer("image_size", image_size, 16)
        self.batch_size = check_integer("batch_size", batch_size, 1)
        self.seed = check_integer("seed", seed, 0, _MAX_SEED)
        self.fixed_epoch = bool(fixed_epoch)
        self.epoch = 0
        self._scenes = self._tokens = None

    def on_epoch_end(self):
        if not self.fixed_epoch:
            self.epoch += 1

    def __len__(self):
        return math.ceil(self.num_examples / self.batch_size)

    def __getitem__(self, index):
        index = check_integer("index", index, 0, len(self) - 1)
        rows = slice(index * self.batch_size, (index + 1) * self.batch_size)
        order, caption = self._order()
        order, caption = order[rows], caption[rows]
        images = self.images(order).astype("float32") / np.float32(255.0)
        tokens = self.token_ids()[order, caption]
        inputs = {"image": images, "tokens": tokens}
        return inputs, order.astype("int32")

    def scene(self, index):
        """What is in a picture, as a `Scene`.

        Args:
            index: Int from 0 to `num_examples - 1`.

        Raises:
            ValueError: If there is no such scene.
        """
        index = check_integer("index", index, 0, self.num_examples - 1)
        return scene_of(self._all_scenes(), index)

    def captions(self, index):
        """The five captions of a picture, a tuple of `TaggedCaption`.

        Args:
            index: Int from 0 to `num_examples - 1`.

        Raises:
            ValueError: If there is no such scene.
        """
        keys = self._keys(_CAPTIONS, index)
        choices = Choices(uniforms(*keys, np.arange(NUM_DRAWS)).tolist())
        return captions_of(self.scene(index), choices, self._config)

    def images(self, indices=None):
        """Pictures, uint8 `(n, size, size, 3)`.

        Args:
            indices: Sequence of ints, or `None` for all. Defaults to `None`.

        Raises:
            ValueError: If there is no such scene.
        """
        if indices is None:
            indices = np.arange(self.num_examples)
        indices = check_indices(indices, self.num_examples)
        scenes = {n: v[indices] for n, v in self._all_scenes().items()}
        keys = self._keys(_PIXELS, indices)
        return render_arrays(scenes, self.image_size, keys)

    def token_ids(self):
        """Word ids of all captions, int32 `(num_examples, 5, 16)`."""
        if self._tokens is None:
            texts = [
                caption.tokens
                for index in range(self.num_examples)
                for caption in self.captions(index)
            ]
            shape = (self.num_examples, len(FAMILIES), CAPTION_LENGTH)
            self._tokens = encode_captions(texts).reshape(shape)
        return self._tokens

    def tag_ids(self):
        """Tag ids of all captions, int32 `(num_examples, 5, 16)`."""
        return encode_tags(self.token_ids())

    def scene_json(self, index):
        """What is in a picture, as a JSON string."""
        return json.dumps(dataclasses.asdict(self.scene(index)))

    def minimal_pair(self, index):
        """A true caption, and captions that differ in one respect and are not.

        Args:
            index: Int from 0 to `num_examples - 1`.

        Returns:
            Dictionary of strings: `"caption"`, which is true; `"swapped"`, the
            same words with the two objects swapped; `"wrong_color"`,
            `"wrong_shape"`, `"wrong_relation"` and `"wrong_background"`, with
            one word changed. All but the first are false.

        Raises:
            ValueError: If there is no such scene, or the split is not
                `"minimal_pairs"`.
        """
        if self.split != "minimal_pairs":
            raise ValueError(
                "Minimal pairs are made of the split 'minimal_pairs'. "
                f"Received: split={self.split!r}. Make "
                f"`ShapeScenes({self.config!r}, 'minimal_pairs')`."
            )
        numbers = uniforms(*self._keys(_CAPTIONS, index), np.arange(NUM_DRAWS))
        choices = Choices(numbers.tolist())
        return minimal_pair(self.scene(index), choices, self._config)

    def _keys(self, purpose, index):
        return self.seed, list(SPLITS).index(self.split), purpose, index

    def _all_scenes(self):
        if self._scenes is None:
            parts = [
                draw_scenes(
                    self._config,
                    self.split,
                    self.seed,
                    np.arange(start, min(start + _CHUNK, self.num_examples)),
                )
                for start in range(0, self.num_examples, _CHUNK)
            ]
            self._scenes = {
                name: np.concatenate([part[name] for part in parts])
                for name in parts[0]
            }
        return self._scenes

    def _order(self):
        """Scenes in the order of the epoch, and the caption of each."""
        indices = np.arange(self.num_examples)
        if self.fixed_epoch:
            return indices, np.zeros_like(indices)
        keys = self._keys(_ORDER, indices)
        order = np.argsort(uniforms(*keys, self.epoch, 0), kind="stable")
        chosen = uniforms(*keys, self.epoch, 1) * len(FAMILIES)
        return order, chosen.astype(int)
