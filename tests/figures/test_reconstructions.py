import numpy as np
import pytest

from keras_dl4.figures import plot_reconstructions
from tests.figures.mosaics import gray
from tests.figures.mosaics import labels_of
from tests.figures.mosaics import tile_of


def test_strips_stand_below_each_other_in_the_range_of_the_first(rng):
    clean, made = rng.uniform(1, 3, (2, 4, 5, 6))
    figure = plot_reconstructions(
        {"clean": clean, "made": made, "noisy": clean + 9}, title="Digits"
    )
    low, high = clean.min(), clean.max()
    for column in range(4):
        for row, strip in enumerate((clean, made)):
            np.testing.assert_allclose(
                tile_of(figure, row, column, 5, 6),
                np.clip(gray(strip[column], low, high), 0, 1),
            )
    assert (tile_of(figure, 2, 0, 5, 6) == 1.0).all()
    assert labels_of(figure) == (["clean", "made", "noisy"], [])
    assert figure.axes[0].get_title() == "Digits"


def test_strips_that_do_not_fit_raise(rng):
    images = rng.random((4, 5, 6))
    with pytest.raises(ValueError, match=r"'noisy': \(3, 5, 6, 1\)"):
        plot_reconstructions({"clean": images, "noisy": images[:3]})
    with pytest.raises(ValueError, match=r"`rows\['clean'\]` must have"):
        plot_reconstructions({"clean": images[0]})
    with pytest.raises(ValueError, match="at least one name"):
        plot_reconstructions({})
