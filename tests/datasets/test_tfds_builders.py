"""The builder in the test case of TensorFlow Datasets, and in `tfds.load`."""

import dataclasses
import sys
import unittest

import keras
import numpy as np
import pytest

from keras_dl4.datasets import digits
from keras_dl4.datasets import distort_digits
from keras_dl4.datasets import load_digits
from keras_dl4.datasets import load_rectangles
from keras_dl4.datasets import rectangles
from keras_dl4.datasets import register_tfds_builders

if keras.backend.backend() != "tensorflow":
    pytest.skip("prepares tf.data pipelines", allow_module_level=True)
pytest.importorskip("sklearn")
tfds = pytest.importorskip("tensorflow_datasets")

NAME = "keras_dl4_distorted_digits"
BUILDER, RECTANGLES, *OTHERS = register_tfds_builders()
CONFIGS = {config.name: config for config in BUILDER.BUILDER_CONFIGS}


@pytest.fixture
def few_rectangles(monkeypatch):
    """Makes every split one of 30 rectangles."""
    monkeypatch.setattr(
        rectangles,
        "load_rectangles",
        lambda split: load_rectangles(split, num_examples=30),
    )


def small(name):
    """A configuration with fewer examples: writing files takes its time."""
    return dataclasses.replace(
        CONFIGS[name], name=f"small_{name}", num_examples=30
    )


@pytest.mark.parametrize(
    ("builder", "configs"),
    [(BUILDER, [small("r"), small("addition")]), (RECTANGLES, None)],
    ids=lambda value: getattr(value, "name", ""),
)
def test_builder_passes_the_test_case_of_tfds(builder, configs, few_rectangles):
    pytest.importorskip("dill", reason="tfds.testing needs dill")

    class BuilderTest(tfds.testing.DatasetBuilderTestCase):
        DATASET_CLASS = builder
        SPLITS = {"train": 30, "test": 30}
        BUILDER_CONFIG_NAMES_TO_TEST = configs
        SKIP_CHECKSUMS = True  # nothing is downloaded
        EXAMPLE_DIR = "."  # nor read from files

    suite = unittest.defaultTestLoader.loadTestsFromTestCase(BuilderTest)
    result = unittest.TestResult()
    suite.run(result)
    assert result.testsRun >= 5
    assert result.failures == result.errors == []


@pytest.fixture
def load(tmp_path):
    """`load(config)`: the splits, and what is known about them."""

    def load(config):
        return tfds.load(
            NAME,
            builder_kwargs={"config": config},
            data_dir=tmp_path,
            with_info=True,
            batch_size=-1,
        )

    return load


def assert_same_examples(found, expected):
    """Whatever the order, in which TensorFlow Datasets shuffles."""
    expected = {**expected, "image": np.rint(expected["image"] * 255)}
    names = sorted(found)
    assert set(names) <= set(expected)

    def rows(examples):
        return np.concatenate(
            [
                np.asarray(examples[name], "float64").reshape(
                    len(examples["label"]), -1
                )
                for name in names
            ],
            axis=1,
        )

    found, expected = rows(found), rows(expected)
    assert len(found) == len(expected)
    found, expected = (a[np.lexsort(a.T)] for a in (found, expected))
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("name", ["rts", "p", "e", "tc", "colocalization"])
def test_loaded_examples_are_those_of_the_distortion(load, name):
    config = small(name)
    splits, info = load(config)
    for seed, (split, arrays) in enumerate(
        zip(("train", "test"), load_digits(), strict=True)
    ):
        expected = distort_digits(
            config.distortion,
            *arrays,
            seed=seed,
            fixed_epoch=True,
            num_examples=30,
        )
        assert info.splits[split].num_examples == 30
        found = tfds.as_numpy(splits[split])
        assert found["image"].dtype == np.uint8
        truth = set(expected.draw([0])) - {"source", "patches"}
        assert set(found) == truth
        assert_same_examples(found, expected.draw())
    assert info.supervised_keys == ("image", expected.target)


def test_every_distortion_has_a_configuration_of_each_source():
    names = ["r", "rts", "p", "e", "tc", "addition", "colocalization"]
    assert list(CONFIGS) == names + [f"mnist_{name}" for name in names]
    assert {c.source for n, c in CONFIGS.items() if n in names} == {"sklearn"}


def test_mnist_is_read_where_load_digits_reads_it(load, monkeypatch, rng):
    x = rng.uniform(size=(3, 28, 28, 1)).astype("float32")
    splits = ((x, np.arange(3)), (x[:2], np.arange(2)))
    asked = []
    monkeypatch.setattr(
        digits, "load_digits", lambda source: asked.append(source) or splits
    )
    loaded, info = load(CONFIGS["mnist_r"])
    assert set(asked) == {"mnist"}
    assert info.splits["train"].num_examples == 3
    expected = distort_digits("R", *splits[0], fixed_epoch=True).draw()
    assert_same_examples(tfds.as_numpy(loaded["train"]), expected)


def test_looking_at_a_builder_reads_no_digits(tmp_path, monkeypatch):
    monkeypatch.setattr(digits, "load_digits", None)
    info = tfds.builder(f"{NAME}/mnist_addition", data_dir=tmp_path).info
    assert info.features["image"].shape == (42, 42, 2)
    assert info.features["label"].num_classes == 19


def test_whole_set_is_loaded_by_name(tmp_path):
    splits = tfds.load(f"{NAME}/colocalization", data_dir=tmp_path)
    assert {name: len(split) for name, split in splits.items()} == {
        "train": 100,
        "test": 100,
    }


def test_loaded_rectangles_are_those_of_the_set(tmp_path, few_rectangles):
    splits = tfds.load("keras_dl4_rectangles", data_dir=tmp_path, batch_size=-1)
    for split in ("train", "test"):
        images, labels = load_rectangles(split, 30)
        assert_same_examples(
            tfds.as_numpy(splits[split]), {"image": images, "label": labels}
        )


def test_registering_again_gives_the_same_builders():
    assert register_tfds_builders() == (BUILDER, RECTANGLES, *OTHERS)
    known = tfds.list_builders(with_community_datasets=False)
    assert {NAME, "keras_dl4_rectangles", "keras_dl4_babi"} <= set(known)


def test_missing_tfds_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    with pytest.raises(ImportError, match=r"pip install 'keras_dl4\[datasets"):
        register_tfds_builders()
