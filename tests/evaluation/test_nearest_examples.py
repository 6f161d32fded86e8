import numpy as np
import pytest
from keras import ops

from keras_dl4.evaluation import nearest_examples


def test_neighbors_are_those_of_a_sorted_list_of_distances(rng):
    samples = rng.normal(size=(300, 2, 3)).astype("float32")
    examples = rng.normal(size=(20, 2, 3)).astype("float32")
    indices, distances = nearest_examples(
        ops.convert_to_tensor(samples), examples, 3
    )
    assert indices.shape == distances.shape == (300, 3)
    for sample, found, gaps in zip(samples, indices, distances, strict=True):
        expected = [np.linalg.norm(sample - each) for each in examples]
        assert found.tolist() == sorted(range(20), key=expected.__getitem__)[:3]
        np.testing.assert_allclose(gaps, sorted(expected)[:3], rtol=1e-4)


def test_copies_are_found(rng):
    examples = rng.random((30, 28, 28, 1)).astype("float32")
    indices, distances = nearest_examples(examples[::-1], examples)
    assert indices[:, 0].tolist() == list(range(29, -1, -1))
    assert distances.max() < 0.02


def test_bad_arguments_raise(rng):
    x = rng.normal(size=(5, 2))
    for number in (0, 6, 1.5):
        with pytest.raises(ValueError, match=f"1 to 5.*neighbors={number}"):
            nearest_examples(x, x, number)
    with pytest.raises(ValueError, match="as large as examples, 2 numbers"):
        nearest_examples(np.ones((4, 3)), x)
