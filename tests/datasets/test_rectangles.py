"""Rectangles against loops over pixels, and the recipe by its counts."""

import collections

import numpy as np
import pytest

from keras_dl4.datasets import load_rectangles


def box_of(image):
    """`(top, height, left, width)` of what is not black."""
    rows = np.flatnonzero(image.any(axis=1))
    columns = np.flatnonzero(image.any(axis=0))
    return rows[0], np.ptp(rows) + 1, columns[0], np.ptp(columns) + 1


def outline(top, height, left, width):
    image = np.zeros((28, 28))
    for row in range(top, top + height):
        for column in range(left, left + width):
            is_edge = row in (top, top + height - 1)
            is_edge |= column in (left, left + width - 1)
            image[row, column] = is_edge
    return image


@pytest.fixture(scope="module")
def drawn():
    return load_rectangles("test", 4000)


def test_each_image_is_the_outline_of_a_wide_or_tall_rectangle(drawn):
    images, labels = drawn
    assert images.shape == (4000, 28, 28, 1)
    assert images.dtype == np.float32
    assert labels.dtype == np.int32
    for image, label in zip(images[:500, ..., 0], labels[:500], strict=True):
        top, height, left, width = box_of(image)
        np.testing.assert_array_equal(image, outline(top, height, left, width))
        assert min(height, width) >= 3
        assert abs(height - width) >= 3
        assert label == (width > height)


def test_sides_and_places_are_even_as_by_rejection(drawn):
    """The recipe, drawn by rejection: the distributions are the same."""
    rng = np.random.default_rng(1)
    expected = []
    while len(expected) < 4000:
        height, width = rng.integers(3, 29, 2)
        if abs(height - width) >= 3:
            top, left = rng.integers(0, [29 - height, 29 - width])
            expected.append((top, height, left, width))
    found = np.array([box_of(image) for image in drawn[0][..., 0]])
    for quantity, reference in zip(found.T, np.array(expected).T, strict=True):
        # Two samples of 4,000 differ by 0.043 once in 1,000 times (KS).
        values = np.arange(29)
        gaps = [
            np.mean(quantity <= value) - np.mean(reference <= value)
            for value in values
        ]
        assert np.abs(gaps).max() < 0.043
    assert abs(drawn[1].mean() - 0.5) < 0.03
    # All that is left of one, whatever the other: no place is left out.
    assert set(found[:, 0]) == set(range(26))
    places = collections.Counter(found[found[:, 1] == 27][:, 0].tolist())
    assert set(places) == {0, 1}


def test_numbers_are_those_of_the_paper():
    assert len(load_rectangles()[0]) == 1200
    assert len(load_rectangles("test")[1]) == 50_000


def test_examples_depend_on_seed_split_and_number_only():
    images, labels = load_rectangles(num_examples=30, seed=4)
    more, more_labels = load_rectangles("train", 70, seed=4)
    np.testing.assert_array_equal(images, more[:30])
    np.testing.assert_array_equal(labels, more_labels[:30])
    for other in (load_rectangles("test", 30, 4), load_rectangles("train", 30)):
        assert (other[0] != images).any()


def test_bad_arguments_raise():
    with pytest.raises(ValueError, match="split='valid'"):
        load_rectangles("valid")
    for number in (0, 1.5):
        with pytest.raises(ValueError, match=f"num_examples={number}"):
            load_rectangles(num_examples=number)
    for seed in (-1, 2**31):
        with pytest.raises(ValueError, match=f"seed={seed}"):
            load_rectangles(seed=seed)
