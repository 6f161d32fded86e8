"""The scenes of shapes as a TensorFlow Dataset."""

import dataclasses
import functools

import numpy as np

from keras_dl4.datasets import shape_scenes

_SPLITS = (
    "train",
    "val",
    "test",
    "test_comb",
    "test_rel",
    "test_count",
    "minimal_pairs",
)
_CHUNK = 256  # pictures rendered at once


def _config_class(tfds):
    @dataclasses.dataclass
    class ShapeScenesConfig(tfds.core.BuilderConfig):
        scenes: str = "basic"
        num_examples: int | None = None  # of each split; None for all

        def splits(self):
            """Those of the configuration."""
            return [
                split
                for split in _SPLITS
                if self.scenes == "full" or split != "test_rel"
            ]

        def load(self, split):
            """The scenes of a split."""
            return shape_scenes.ShapeScenes(
                self.scenes, split, num_examples=self.num_examples
            )

    return ShapeScenesConfig


@functools.cache  # tensorflow-datasets takes a name only once
def shape_scenes_builder(tfds):
    """The builder class; making it makes it known to `tfds.load`."""
    config_class = _config_class(tfds)

    class KerasDl4ShapeScenes(tfds.core.GeneratorBasedBuilder):
        """Pictures of colored shapes with tagged captions."""

        VERSION = tfds.core.Version("1.0.0")
        RELEASE_NOTES = {"1.0.0": "First release."}
        # tensorflow-datasets 4.9.10 looks for it with a package that it forgets
        # to require: https://github.com/tensorflow/datasets/issues/11212
        code_path = tfds.core.Path(__file__)
        BUILDER_CONFIGS = [
            config_class(
                name=name,
                description=f"The {name} set of scenes, of seed 0.",
                scenes=name,
            )
            for name in ("basic", "full")
        ]

        def _info(self):
            text = tfds.features.Text()
            ids = tfds.features.Tensor(shape=(5, 16), dtype=np.int32)
            return self.dataset_info_from_configs(
                description=self.__doc__,
                features=tfds.features.FeaturesDict(
                    {
                        "image": tfds.features.Image(shape=(32, 32, 3)),
                        "captions": tfds.features.Sequence(text),
                        "tokens": ids,
                        "tags": ids,
                        "scene": text,
                    }
                ),
                homepage="https://arxiv.org/abs/1411.2539",
            )

        def _split_generators(self, dl_manager):
            return {
                split: self._generate_examples(split)
                for split in self.builder_config.splits()
            }

        def _generate_examples(self, split):
            yield from _examples(self.builder_config.load(split))

    return KerasDl4ShapeScenes


def _examples(scenes):
    """Yields `(key, example)`, rendered some at a time."""
    tokens, tags = scenes.token_ids(), scenes.tag_ids()
    for start in range(0, scenes.num_examples, _CHUNK):
        indices = range(start, min(start + _CHUNK, scenes.num_examples))
        images = scenes.images(indices)
        for index, image in zip(indices, images, strict=True):
            yield (
                index,
                {
                    "image": image,
                    "captions": [c.text for c in scenes.captions(index)],
                    "tokens": tokens[index],
                    "tags": tags[index],
                    "scene": scenes.scene_json(index),
                },
            )
