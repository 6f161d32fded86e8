"""The finite sets of this package as TensorFlow Datasets."""

import dataclasses
import functools

import numpy as np

from keras_dl4.datasets import digits
from keras_dl4.datasets import distorted_digits
from keras_dl4.datasets import rectangles
from keras_dl4.datasets.tfds_babi import babi_builder
from keras_dl4.datasets.tfds_shape_scenes import shape_scenes_builder

_DISTORTIONS = ("R", "RTS", "P", "E", "TC", "addition", "colocalization")
_TEST_SEED = 1  # the training digits have seed 0
# What is known about an example, where it is: name and shape of a feature.
_TRUTH = {
    "transform": np.float32,
    "transforms": np.float32,
    "points": np.float32,
    "corners": np.float32,
    "box": np.float32,
    "ink_box": np.float32,
    "digits": np.int32,
}
_CITATION = """\
@inproceedings{jaderberg2015spatial,
  title={Spatial Transformer Networks},
  author={Jaderberg, Max and Simonyan, Karen and Zisserman, Andrew and
          Kavukcuoglu, Koray},
  booktitle={Advances in Neural Information Processing Systems},
  year={2015}
}"""
_RECTANGLES_CITATION = """\
@inproceedings{larochelle2007empirical,
  title={An Empirical Evaluation of Deep Architectures on Problems with Many
         Factors of Variation},
  author={Larochelle, Hugo and Erhan, Dumitru and Courville, Aaron and
          Bergstra, James and Bengio, Yoshua},
  booktitle={International Conference on Machine Learning},
  year={2007}
}"""


def register_tfds_builders():
    """Makes the finite sets of this package known to `tfds.load`.

    Call it once before `tfds.load`; calling it again does nothing. Then
    `tfds.load("keras_dl4_distorted_digits/rts")` prepares the digits of the
    spatial transformer paper, distorted once and for all, from scikit-learn's
    digits; `"keras_dl4_distorted_digits/mnist_rts"` from MNIST (see
    `load_digits` for where it is read from). The configurations are `r`,
    `rts`, `p`, `e`, `tc`, `addition` and `colocalization`, and each with
    `mnist_` in front. Images are uint8; the splits are `train` and `test`.
    For digits that are distorted anew in every epoch use `distort_digits`.
    `"keras_dl4_rectangles"` is the set of `load_rectangles`.

    `"keras_dl4_babi/generated"` and `"generated-10k"` have the twenty tasks of
    `babi.load`, `"en"` and `"en-10k"` the official ones, read from where
    `KERAS_DL4_DATA` says. An example has a `story` of sentences, a `question`,
    its `answer`, the places of its `supports`, a `story_id` and its `task`.

    `"keras_dl4_shape_scenes/basic"` and `"full"` have the scenes of
    `ShapeScenes` in all splits but the gallery: an `image`, five `captions`,
    their `tokens` and `tags` as numbers, and the `scene` as JSON.

    Returns:
        Tuple of the builder classes.

    Raises:
        ImportError: If tensorflow-datasets is not installed.

    Example:

    >>> for builder in register_tfds_builders():
    ...     print(builder.name)
    keras_dl4_distorted_digits
    keras_dl4_rectangles
    keras_dl4_shape_scenes
    keras_dl4_babi
    """
    try:
        import tensorflow_datasets as tfds
    except ImportError as error:
        raise ImportError(
            "This needs tensorflow-datasets and TensorFlow. Install them "
            "with: pip install 'keras_dl4[datasets,tensorflow]'"
        ) from error

    return (
        _distorted_digits_builder(tfds),
        _rectangles_builder(tfds),
        shape_scenes_builder(tfds),
        babi_builder(tfds),
    )


def _config_class(tfds):
    @dataclasses.dataclass
    class DistortedDigitsConfig(tfds.core.BuilderConfig):
        distortion: str = "R"
        source: str = "sklearn"
        num_examples: int | None = None  # of each split; None for all

        def load(self, split):
            """The distorted digits of a split."""
            arrays = digits.load_digits(self.source)[split == "test"]
            options = {}
            if self.num_examples is not None:
                options["num_examples"] = self.num_examples
            return distorted_digits.distort_digits(
                self.distortion,
                *arrays,
                seed=_TEST_SEED if split == "test" else 0,
                fixed_epoch=True,
                **options,
            )

    return DistortedDigitsConfig


@functools.cache  # tensorflow-datasets takes a name only once
def _distorted_digits_builder(tfds):
    """The builder class; making it makes it known to `tfds.load`."""
    config_class = _config_class(tfds)

    class KerasDl4DistortedDigits(tfds.core.GeneratorBasedBuilder):
        """Digits distorted as in the spatial transformer paper."""

        VERSION = tfds.core.Version("1.0.0")
        RELEASE_NOTES = {"1.0.0": "First release."}
        # tensorflow-datasets 4.9.10 looks for it with a package that it forgets
        # to require: https://github.com/tensorflow/datasets/issues/11212
        code_path = tfds.core.Path(__file__)
        BUILDER_CONFIGS = [
            config_class(
                name=prefix + distortion.lower(),
                description=f"Distortion {distortion} of {source} digits.",
                distortion=distortion,
                source=source,
            )
            for prefix, source in (("", "sklearn"), ("mnist_", "mnist"))
            for distortion in _DISTORTIONS
        ]

        def _info(self):
            # Blank digits have the shapes of real ones, and need no file.
            blank = distorted_digits.distort_digits(
                self.builder_config.distortion,
                np.zeros((10, 28, 28), "float32"),
                np.arange(10),
            )
            return self.dataset_info_from_configs(
                description=self.__doc__,
                features=_features(tfds, blank),
                supervised_keys=("image", blank.target),
                homepage="https://arxiv.org/abs/1506.02025",
                citation=_CITATION,
            )

        def _split_generators(self, dl_manager):
            return {
                split: self._generate_examples(split)
                for split in ("train", "test")
            }

        def _generate_examples(self, split):
            yield from _examples(self.builder_config.load(split))

    return KerasDl4DistortedDigits


@functools.cache  # tensorflow-datasets takes a name only once
def _rectangles_builder(tfds):
    """The builder class; making it makes it known to `tfds.load`."""

    class KerasDl4Rectangles(tfds.core.GeneratorBasedBuilder):
        """Outlines of rectangles, to be told apart by the longer side."""

        VERSION = tfds.core.Version("1.0.0")
        RELEASE_NOTES = {"1.0.0": "First release."}
        code_path = tfds.core.Path(__file__)  # as above

        def _info(self):
            return self.dataset_info_from_configs(
                description=self.__doc__,
                features=tfds.features.FeaturesDict(
                    {
                        "image": tfds.features.Image(shape=(28, 28, 1)),
                        "label": tfds.features.ClassLabel(
                            names=("tall", "wide")
                        ),
                    }
                ),
                supervised_keys=("image", "label"),
                citation=_RECTANGLES_CITATION,
            )

        def _split_generators(self, dl_manager):
            return {
                split: self._generate_examples(split)
                for split in ("train", "test")
            }

        def _generate_examples(self, split):
            images, labels = rectangles.load_rectangles(split)
            pixels = np.rint(images * 255.0).astype("uint8")
            for key, (image, label) in enumerate(
                zip(pixels, labels.tolist(), strict=True)
            ):
                yield key, {"image": image, "label": label}

    return KerasDl4Rectangles


def _features(tfds, distorted):
    example = distorted.draw([0])
    shape = example["image"].shape[1:]
    features = {
        # PNG has no two channels.
        "image": tfds.features.Image(shape=shape, dtype=np.uint8)
        if shape[-1] == 1
        else tfds.features.Tensor(
            shape=shape,
            dtype=np.uint8,
            encoding=tfds.features.Encoding.ZLIB,
        ),
        "label": tfds.features.ClassLabel(
            num_classes=19 if "digits" in example else 10
        ),
    }
    for name, dtype in _TRUTH.items():
        if name in example:
            features[name] = tfds.features.Tensor(
                shape=example[name].shape[1:], dtype=dtype
            )
    return tfds.features.FeaturesDict(features)


def _examples(distorted):
    """Yields `(key, example)`, rendered batch by batch."""
    names = {"image", "label", *_TRUTH}
    for start in range(0, distorted.num_examples, distorted.batch_size):
        stop = min(start + distorted.batch_size, distorted.num_examples)
        batch = distorted.draw(np.arange(start, stop))
        batch["image"] = np.rint(batch["image"] * 255.0).astype("uint8")
        for row in range(stop - start):
            yield (
                start + row,
                {name: batch[name][row] for name in names & set(batch)},
            )
