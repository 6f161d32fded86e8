import numpy as np
import pytest

from keras_dl4.figures import plot_sample_history
from tests.figures.mosaics import gray
from tests.figures.mosaics import labels_of
from tests.figures.mosaics import tile_of


def test_rows_are_epochs_in_order(rng):
    samples = {epoch: rng.normal(size=(3, 4, 5, 1)) for epoch in (20, 1)}
    figure = plot_sample_history(samples, title="Digits")
    low, high = (
        bound(samples[1].ravel().tolist() + samples[20].ravel().tolist())
        for bound in (min, max)
    )
    for row, epoch in enumerate((1, 20)):
        for column, image in enumerate(samples[epoch]):
            np.testing.assert_allclose(
                tile_of(figure, row, column, 4, 5),
                gray(image[..., 0], low, high),
            )
    assert labels_of(figure)[0] == ["epoch 1", "epoch 20"]
    assert figure.axes[0].get_title() == "Digits"


def test_bad_samples_raise(rng):
    with pytest.raises(ValueError, match="at least one epoch"):
        plot_sample_history({})
    with pytest.raises(ValueError, match=r"`samples\[3\]` must have the shape"):
        plot_sample_history({3: rng.random((4, 4))})
    with pytest.raises(ValueError, match="as many images.*shapes"):
        plot_sample_history(
            {1: rng.random((2, 4, 4)), 2: rng.random((3, 4, 4))}
        )
