"""Structures of sentences, counted and drawn."""

import keras
import numpy as np
import pytest

from keras_dl4.datasets import TagStructures

TAGS = np.array(
    [
        [2, 1, 3, 0],
        [1, 1, 0, 0],
        [2, 1, 3, 0],
        [1, 2, 3, 4],
        [0, 0, 0, 0],
        [2, 1, 3, 0],
        [1, 2, 3, 4],
    ]
)


def test_structures_are_counted_most_frequent_first():
    structures = TagStructures.from_tags(TAGS)
    assert structures.sequences == [[2, 1, 3], [1, 2, 3, 4], [1, 1]]
    assert structures.counts == [3, 2, 1]
    assert TagStructures.from_tags(TAGS, 2).counts == [3, 2]


def test_structures_are_drawn_as_frequent_as_they_were():
    structures = TagStructures.from_tags(TAGS)
    first = [tuple(structures.sample(1, seed)[0]) for seed in range(3000)]
    for sequence, count in zip(
        structures.sequences, structures.counts, strict=True
    ):
        share = first.count(tuple(sequence)) / len(first)
        error = 4.0 * np.sqrt(count / 6 * (1 - count / 6) / len(first))
        assert abs(share - count / 6) < error


def test_drawn_structures_differ_and_depend_on_the_seed_alone():
    structures = TagStructures.from_tags(TAGS)
    for seed in range(20):
        rows = structures.sample(5, seed)
        assert rows.dtype == "int32" and rows.shape == (3, 4)
        assert {tuple(row[row > 0]) for row in rows} == {
            tuple(each) for each in structures.sequences
        }
        np.testing.assert_array_equal(rows, structures.sample(5, seed))
    drawn = {structures.sample(2, seed).tobytes() for seed in range(20)}
    assert len(drawn) > 2


def test_config_is_the_whole_of_it():
    structures = TagStructures.from_tags(TAGS)
    config = keras.saving.serialize_keras_object(structures)
    again = keras.saving.deserialize_keras_object(config)
    np.testing.assert_array_equal(again.sample(2, 7), structures.sample(2, 7))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TagStructures([[1], [1]], [1, 1]), "different sequences"),
        (lambda: TagStructures([[1, 0]], [1]), "ints from 1 on"),
        (lambda: TagStructures([[]], [1]), "ints from 1 on"),
        (lambda: TagStructures([[1]], [0]), "a positive int for each"),
        (lambda: TagStructures([[1]], [1, 2]), "2 counts"),
        (lambda: TagStructures([], []), "0 counts"),
        (lambda: TagStructures.from_tags([1, 2]), r"shape \(2,\)"),
        (lambda: TagStructures.from_tags(0.0 * TAGS), "float64"),
        (lambda: TagStructures.from_tags(0 * TAGS), "7 rows of zeros"),
        (lambda: TagStructures.from_tags([[1, 0, 2]]), "a tag after 0"),
        (lambda: TagStructures.from_tags([[-1]]), "negative"),
        (lambda: TagStructures([[1]], [1]).sample(0), "`number`.*0"),
    ],
)
def test_what_are_no_structures_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
