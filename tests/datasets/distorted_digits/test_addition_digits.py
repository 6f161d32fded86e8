"""Addition: two digits, placed independently, and their sum."""

import numpy as np
from keras import ops

import keras_dl4
from keras_dl4.datasets import AdditionDigits
from tests.datasets.distorted_digits.test_placed_digits import parameters_of


def test_label_is_the_sum_of_both_digits(images, labels):
    digits = AdditionDigits(images, labels, num_examples=500)
    examples = digits.draw()
    np.testing.assert_array_equal(
        examples["digits"],
        np.stack([labels[examples["source"]], labels[examples["other"]]], 1),
    )
    np.testing.assert_array_equal(
        examples["label"], examples["digits"][:, 0] + examples["digits"][:, 1]
    )
    assert set(examples["label"]) == set(range(19))


def test_each_channel_is_its_digit_transformed(images, labels):
    examples = AdditionDigits(images, labels).draw()
    for channel, which in enumerate(("source", "other")):
        transform = examples["transforms"][:, channel]
        grid = keras_dl4.ops.affine_grid(transform, (42, 42))
        sources = images[examples[which]]
        image = ops.convert_to_numpy(keras_dl4.ops.grid_sample(sources, grid))
        np.testing.assert_allclose(
            image[..., 0], examples["image"][..., channel], atol=2e-5
        )


def test_both_are_placed_independently_in_the_ranges(images, labels):
    digits = AdditionDigits(images, labels, num_examples=2000, seed=5)
    transforms = digits.draw()["transforms"]
    values = []
    for number in (0, 1):
        angle, scale, shift = parameters_of(transforms[:, number])
        assert -45.001 < angle.min() < -44 and 44 < angle.max() < 45.001
        assert 0.6999 < scale.min() < 0.71 and 1.19 < scale.max() < 1.2001
        values += [angle, scale, *shift.T]
    correlations = np.corrcoef(values) - np.eye(8)
    assert np.abs(correlations).max() < 0.1
