"""Co-localization: one class, boxes, and a set that stays."""

import numpy as np
import pytest

from keras_dl4.datasets import ColocalizationDigits
from tests.datasets.distorted_digits.test_cluttered_digits import rebuilt
from tests.datasets.distorted_digits.test_cluttered_digits import rows_of


def test_set_is_that_of_the_paper(images, labels):
    digits = ColocalizationDigits(images, labels, digit=7)
    x, box = digits.arrays()
    assert x.shape == (100, 84, 84, 1)
    assert box.shape == (100, 4)
    examples = digits.draw()
    assert set(examples["label"]) == {7}
    assert set(examples["source"]) == {7, 17}
    np.testing.assert_array_equal(box, examples["box"])
    for example in rows_of(examples):
        assert example["patches"].shape == (16, 5)
        assert example["source"] not in example["patches"][:, 0]
        np.testing.assert_array_equal(
            example["image"][..., 0], rebuilt(example, images, 84)
        )


def test_clutter_is_of_all_classes(images, labels):
    patches = ColocalizationDigits(images, labels, digit=7).draw()["patches"]
    assert set(patches[..., 0].ravel()) == set(range(20))


def test_examples_stay_the_same_by_default(images, labels):
    digits = ColocalizationDigits(images, labels)
    first = digits[0][0]
    digits.on_epoch_end()
    np.testing.assert_array_equal(digits[0][0], first)


def test_label_that_no_image_has_is_refused(images, labels):
    with pytest.raises(ValueError, match=r"Received: digit=11, labels \[0, 1,"):
        ColocalizationDigits(images, labels, digit=11)
    with pytest.raises(ValueError, match="`digit` must be an integer"):
        ColocalizationDigits(images, labels, digit="7")
