"""The stories of bAbI as a TensorFlow Dataset."""

import dataclasses
import functools

import numpy as np

from keras_dl4.datasets import babi

_CITATION = """\
@article{weston2015towards,
  title={Towards AI-Complete Question Answering: A Set of Prerequisite Toy
         Tasks},
  author={Weston, Jason and Bordes, Antoine and Chopra, Sumit and Rush,
          Alexander M. and van Merri{\\"e}nboer, Bart and Joulin, Armand and
          Mikolov, Tomas},
  journal={arXiv preprint arXiv:1502.05698},
  year={2015}
}"""
# Configuration: source and size.
_CONFIGS = {
    "generated": ("generated", "1k"),
    "generated-10k": ("generated", "10k"),
    "en": ("official", "1k"),
    "en-10k": ("official", "10k"),
}


def _config_class(tfds):
    @dataclasses.dataclass
    class BabiConfig(tfds.core.BuilderConfig):
        source: str = "generated"
        size: str = "1k"
        tasks: tuple = tuple(babi.TASK_NAMES)
        num_questions: int | None = None  # of a task and split; None for all

        def load(self, split):
            """Yields each task with its questions of a split."""
            for task in self.tasks:
                dataset = babi.load(task, self.source, self.size)
                yield task, getattr(dataset, split)[: self.num_questions]

    return BabiConfig


@functools.cache  # tensorflow-datasets takes a name only once
def babi_builder(tfds):
    """The builder class; making it makes it known to `tfds.load`."""
    config_class = _config_class(tfds)

    class KerasDl4Babi(tfds.core.GeneratorBasedBuilder):
        """Stories with questions, answers and supporting sentences."""

        VERSION = tfds.core.Version("1.0.0")
        RELEASE_NOTES = {"1.0.0": "First release."}
        # tensorflow-datasets 4.9.10 looks for it with a package that it forgets
        # to require: https://github.com/tensorflow/datasets/issues/11212
        code_path = tfds.core.Path(__file__)
        BUILDER_CONFIGS = [
            config_class(
                name=name,
                description=f"All twenty tasks, {source}, of size {size}.",
                source=source,
                size=size,
            )
            for name, (source, size) in _CONFIGS.items()
        ]

        def _info(self):
            return self.dataset_info_from_configs(
                description=self.__doc__,
                features=_features(tfds),
                homepage="https://arxiv.org/abs/1502.05698",
                citation=_CITATION,
            )

        def _split_generators(self, dl_manager):
            return {
                split: self._generate_examples(split)
                for split in ("train", "test")
            }

        def _generate_examples(self, split):
            for task, questions in self.builder_config.load(split):
                for place in range(len(questions)):
                    yield f"{task}-{place}", _example(task, questions, place)

    return KerasDl4Babi


def _features(tfds):
    text = tfds.features.Text()
    return tfds.features.FeaturesDict(
        {
            "story": tfds.features.Sequence(text),
            "question": text,
            "answer": text,
            "supports": tfds.features.Sequence(np.int32),
            "story_id": np.int64,
            "task": np.int32,
        }
    )


def _example(task, questions, place):
    return {
        "story": questions.stories[place],
        "question": questions.questions[place],
        "answer": questions.answers[place],
        "supports": questions.supports[place],
        "story_id": questions.story_ids[place],
        "task": task,
    }
