import numpy as np
import pytest

from keras_dl4.figures import plot_tangents
from tests.figures.mosaics import gray
from tests.figures.mosaics import labels_of
from tests.figures.mosaics import tile_of


def test_tangents_stand_beside_their_image(rng):
    images = rng.random((2, 4, 5))
    tangents = rng.normal(size=(2, 3, 4, 5))
    figure = plot_tangents(images, tangents, title="Tangents")
    for row in range(2):
        np.testing.assert_allclose(
            tile_of(figure, row, 0, 4, 5),
            gray(images[row], images.min(), images.max()),
        )
        for column in range(3):
            tangent = tangents[row, column]
            largest = np.abs(tangent).max()
            np.testing.assert_allclose(
                tile_of(figure, row, 1 + column, 4, 5),
                gray(tangent, -largest, largest),
            )
    assert labels_of(figure) == ([], ["input", "1", "2", "3"])
    assert figure.axes[0].get_title() == "Tangents"


@pytest.mark.parametrize("shape", [(3, 3, 4, 5), (2, 3, 5, 4)])
def test_tangents_that_do_not_fit_raise(rng, shape):
    with pytest.raises(ValueError, match="directions in the space of the"):
        plot_tangents(rng.random((2, 4, 5)), rng.random(shape))


def test_flat_tangents_raise(rng):
    with pytest.raises(ValueError, match="`tangents` must have the shape"):
        plot_tangents(rng.random((2, 4, 5)), rng.random((2, 3, 20)))
