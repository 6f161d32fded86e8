import numpy as np
import pytest

from keras_dl4.figures import plot_samples
from tests.figures.mosaics import gray
from tests.figures.mosaics import picture_of
from tests.figures.mosaics import tile_of


def test_samples_run_row_by_row_in_one_range(rng):
    images = rng.normal(size=(5, 4, 3, 1))
    figure = plot_samples(images, columns=2, title="Samples")
    for index, image in enumerate(images):
        np.testing.assert_allclose(
            tile_of(figure, index // 2, index % 2, 4, 3),
            gray(image[..., 0], images.min(), images.max()),
        )
    assert (tile_of(figure, 2, 1, 4, 3) == 0.75).all()
    assert figure.axes[0].get_title() == "Samples"


def test_sheet_is_square_by_default(rng):
    assert picture_of(plot_samples(rng.random((16, 4, 4)))).shape == (19, 19, 3)


def test_bad_samples_raise(rng):
    with pytest.raises(ValueError, match="`images` must have the shape"):
        plot_samples(rng.random((4, 4)))
    with pytest.raises(ValueError, match="columns=-1"):
        plot_samples(rng.random((4, 4, 4)), columns=-1)
