import numpy as np
import pytest

from keras_dl4.figures import plot_nearest_neighbors
from tests.figures.mosaics import gray
from tests.figures.mosaics import labels_of
from tests.figures.mosaics import tile_of


def test_neighbors_stand_below_their_sample(rng):
    samples = rng.normal(size=(3, 4, 5))
    neighbors = 2 * rng.normal(size=(3, 4, 4, 5))
    figure = plot_nearest_neighbors(samples, neighbors, title="Copies?")
    low = min(samples.min(), neighbors.min())
    high = max(samples.max(), neighbors.max())
    for column in range(3):
        np.testing.assert_allclose(
            tile_of(figure, 0, column, 4, 5), gray(samples[column], low, high)
        )
        for place in range(4):
            np.testing.assert_allclose(
                tile_of(figure, 1 + place, column, 4, 5),
                gray(neighbors[column, place], low, high),
            )
    assert labels_of(figure)[0] == ["sample", "nearest", "2nd", "3rd", "4th"]
    assert figure.axes[0].get_title() == "Copies?"


def test_bad_arrays_raise(rng):
    samples = rng.random((3, 4, 4))
    with pytest.raises(ValueError, match="`samples` must have the shape"):
        plot_nearest_neighbors(samples[0], samples)
    with pytest.raises(ValueError, match="`neighbors` must have the shape"):
        plot_nearest_neighbors(samples, samples)
    for bad in (rng.random((2, 1, 4, 4)), rng.random((3, 1, 4, 5))):
        with pytest.raises(ValueError, match="same shape for each sample"):
            plot_nearest_neighbors(samples, bad)
