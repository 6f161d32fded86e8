"""Scenes in the test case of TensorFlow Datasets, and in `tfds.load`."""

import dataclasses
import unittest

import keras
import numpy as np
import pytest

from keras_dl4.datasets import ShapeScenes
from keras_dl4.datasets import register_tfds_builders

if keras.backend.backend() != "tensorflow":
    pytest.skip("prepares tf.data pipelines", allow_module_level=True)
tfds = pytest.importorskip("tensorflow_datasets")

NAME = "keras_dl4_shape_scenes"
BUILDERS = {builder.name: builder for builder in register_tfds_builders()}
CONFIGS = {config.name: config for config in BUILDERS[NAME].BUILDER_CONFIGS}
BASIC, FULL = (
    dataclasses.replace(CONFIGS[name], name=f"small_{name}", num_examples=6)
    for name in ("basic", "full")
)
SPLITS = ("train", "val", "test", "test_comb", "test_count", "minimal_pairs")


def test_builder_passes_the_test_case_of_tfds():
    pytest.importorskip("dill", reason="tfds.testing needs dill")

    class BuilderTest(tfds.testing.DatasetBuilderTestCase):
        DATASET_CLASS = BUILDERS[NAME]
        SPLITS = dict.fromkeys(SPLITS, 6)
        BUILDER_CONFIG_NAMES_TO_TEST = [BASIC]
        SKIP_CHECKSUMS = True  # nothing is downloaded
        EXAMPLE_DIR = "."  # nor read from files

    suite = unittest.defaultTestLoader.loadTestsFromTestCase(BuilderTest)
    result = unittest.TestResult()
    suite.run(result)
    assert result.testsRun >= 5
    assert result.failures == result.errors == []


def test_loaded_examples_are_those_of_the_data_set(tmp_path):
    splits = tfds.load(NAME, builder_kwargs={"config": FULL}, data_dir=tmp_path)
    assert set(splits) == {*SPLITS, "test_rel"}
    for name in ("train", "test_rel"):
        scenes = ShapeScenes("full", name, num_examples=6)
        found = {
            example["scene"].decode(): example
            for example in tfds.as_numpy(splits[name])
        }
        assert len(found) == 6
        for index in range(6):
            example = found[scenes.scene_json(index)]
            np.testing.assert_array_equal(
                example["image"], scenes.images([index])[0]
            )
            captions = scenes.captions(index)
            texts = [text.decode() for text in example["captions"]]
            assert texts == [caption.text for caption in captions]
            for field, ids in (
                ("tokens", scenes.token_ids()),
                ("tags", scenes.tag_ids()),
            ):
                np.testing.assert_array_equal(example[field], ids[index])


def test_configurations_are_those_of_the_scenes():
    assert {name: c.scenes for name, c in CONFIGS.items()} == {
        "basic": "basic",
        "full": "full",
    }
