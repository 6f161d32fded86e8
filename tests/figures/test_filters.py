import keras
import numpy as np
import pytest

from keras_dl4.figures import plot_filters
from tests.figures.mosaics import tile_of


def test_filters_are_columns_of_the_kernel_around_gray(rng):
    layer = keras.layers.Dense(6, "sigmoid")
    layer.build((None, 20))
    figure = plot_filters(layer.kernel, (4, 5), columns=3, title="Filters")
    kernel = keras.ops.convert_to_numpy(layer.kernel).astype("float64")
    for unit in range(6):
        expected = 0.5 + 0.5 * kernel[:, unit] / np.abs(kernel[:, unit]).max()
        np.testing.assert_allclose(
            tile_of(figure, unit // 3, unit % 3, 4, 5),
            np.stack([expected.reshape(4, 5)] * 3, axis=-1),
        )
    assert figure.axes[0].get_title() == "Filters"


def test_filters_of_color_images_are_colored(rng):
    weights = rng.normal(size=(2 * 2 * 3, 1))
    tile = tile_of(plot_filters(weights, (2, 2, 3)), 0, 0, 2, 2)
    expected = 0.5 + 0.5 * weights[:, 0] / np.abs(weights).max()
    np.testing.assert_allclose(tile.ravel(), expected)


def test_weights_that_do_not_fit_raise(rng):
    with pytest.raises(ValueError, match="with 20 inputs for images"):
        plot_filters(rng.normal(size=(6, 20)), (4, 5))
    with pytest.raises(ValueError, match=r"Received: shape \(20,\)"):
        plot_filters(rng.normal(size=20), (4, 5))
    with pytest.raises(ValueError, match="columns=0"):
        plot_filters(rng.normal(size=(20, 3)), (4, 5), columns=0)
