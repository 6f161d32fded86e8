import numpy as np
import pytest

from keras_dl4.figures import plot_interpolations
from tests.figures.mosaics import gray
from tests.figures.mosaics import labels_of
from tests.figures.mosaics import tile_of


def test_each_way_is_a_row_with_its_parts_below(rng):
    images = rng.random((2, 3, 4, 5))
    figure = plot_interpolations(images, title="Ways")
    for row in range(2):
        for column in range(3):
            np.testing.assert_allclose(
                tile_of(figure, row, column, 4, 5),
                gray(images[row, column], images.min(), images.max()),
            )
    assert labels_of(figure) == ([], ["0", "0.5", "1"])
    assert figure.axes[0].get_title() == "Ways"


def test_bad_interpolations_raise(rng):
    with pytest.raises(ValueError, match=r"shape \(rows, steps, height"):
        plot_interpolations(rng.random((3, 4, 5)))
    with pytest.raises(ValueError, match="at least 2 steps"):
        plot_interpolations(rng.random((2, 1, 4, 5)))
