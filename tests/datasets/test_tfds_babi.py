"""Stories in the test case of TensorFlow Datasets, and in `tfds.load`."""

import dataclasses
import unittest

import keras
import pytest

from keras_dl4.datasets import babi
from keras_dl4.datasets import register_tfds_builders

if keras.backend.backend() != "tensorflow":
    pytest.skip("prepares tf.data pipelines", allow_module_level=True)
tfds = pytest.importorskip("tensorflow_datasets")

BUILDER = register_tfds_builders()[-1]
CONFIGS = {config.name: config for config in BUILDER.BUILDER_CONFIGS}
SMALL = dataclasses.replace(
    CONFIGS["generated"], name="small", tasks=(1, 19), num_questions=20
)


def test_builder_passes_the_test_case_of_tfds():
    pytest.importorskip("dill", reason="tfds.testing needs dill")

    class BuilderTest(tfds.testing.DatasetBuilderTestCase):
        DATASET_CLASS = BUILDER
        SPLITS = {"train": 40, "test": 40}
        BUILDER_CONFIG_NAMES_TO_TEST = [SMALL]
        SKIP_CHECKSUMS = True  # nothing is downloaded
        EXAMPLE_DIR = "."  # nor read from files

    suite = unittest.defaultTestLoader.loadTestsFromTestCase(BuilderTest)
    result = unittest.TestResult()
    suite.run(result)
    assert result.testsRun >= 5
    assert result.failures == result.errors == []


def test_loaded_examples_are_those_of_the_data_set(tmp_path):
    splits = tfds.load(
        "keras_dl4_babi", builder_kwargs={"config": SMALL}, data_dir=tmp_path
    )
    for name, split in splits.items():
        expected = []
        for task in SMALL.tasks:
            questions = getattr(babi.load(task), name)[:20]
            expected += zip(
                questions.stories,
                questions.questions,
                questions.answers,
                questions.supports,
                questions.story_ids,
                [task] * 20,
                strict=True,
            )
        found = [
            (
                [sentence.decode() for sentence in example["story"]],
                example["question"].decode(),
                example["answer"].decode(),
                example["supports"].tolist(),
                int(example["story_id"]),
                int(example["task"]),
            )
            for example in tfds.as_numpy(split)
        ]
        assert sorted(found) == sorted(expected)


def test_configurations_name_source_and_size():
    assert {
        name: (config.source, config.size, config.tasks)
        for name, config in CONFIGS.items()
    } == {
        "generated": ("generated", "1k", tuple(range(1, 21))),
        "generated-10k": ("generated", "10k", tuple(range(1, 21))),
        "en": ("official", "1k", tuple(range(1, 21))),
        "en-10k": ("official", "10k", tuple(range(1, 21))),
    }


def test_official_files_are_needed_for_their_configuration(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("KERAS_DL4_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="no official file of task 1"):
        tfds.load("keras_dl4_babi/en", data_dir=tmp_path / "prepared")
