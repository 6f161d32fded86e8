"""What is drawn; `test_figure_image.py` tests how it is written."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.callbacks import WarpImage

SIZE = 6

pytest.importorskip("tensorboard", reason="not run: no tensorboard")


class Mover(keras.layers.Layer):
    """Adds its weight to the images and to a grid of zeros."""

    def build(self, input_shape):
        self.shift = self.add_weight(shape=(), initializer="zeros")

    def call(self, images):
        grid = ops.zeros((2, SIZE, SIZE, 2)) + self.shift
        return images + self.shift, ops.zeros((2, 1)), grid


@pytest.fixture
def images(rng):
    return rng.uniform(size=(2, SIZE, SIZE, 1)).astype("float32")


def drawn(axes):
    return np.asarray(axes.get_images()[0].get_array())


def test_figure_shows_images_and_warps_by_the_weights_of_now(images, tmp_path):
    mover = Mover()
    callback = WarpImage(mover, images, tmp_path)
    callback.draw()
    mover.shift.assign(0.5)
    figure = callback.draw(title="Epoch 4")
    assert figure.get_suptitle() == "Epoch 4"
    upper, lower = figure.axes[1], figure.axes[3]
    np.testing.assert_array_equal(drawn(upper), images[1, ..., 0])
    np.testing.assert_allclose(drawn(lower), images[1, ..., 0] + 0.5)
    corner = upper.lines[-1]
    assert corner.get_xdata() == [(0.5 + 1) / 2 * SIZE - 0.5]


def test_align_corners_is_passed_on(images, tmp_path):
    mover = Mover()
    callback = WarpImage(mover, images, tmp_path, align_corners=True)
    figure = callback.draw()
    assert figure.axes[0].lines[-1].get_xdata() == [(SIZE - 1) / 2]


def test_fit_writes_a_picture_every_few_epochs(images, tmp_path):
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    callback = WarpImage(Mover(), images, tmp_path, every=2, tag="moved")
    x = np.ones((2, 1), "float32")
    model.fit(x, x, epochs=3, callbacks=[callback], verbose=0)
    (file,) = tmp_path.iterdir()
    assert file.name.endswith(".moved")
    assert file.read_bytes().count(b"\x89PNG") == 2


def test_model_without_grid_raises_before_training(images, tmp_path):
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    callback = WarpImage(lambda batch: batch, images, tmp_path)
    x = np.ones((2, 1), "float32")
    with pytest.raises(ValueError, match="with `return_grid=True`"):
        model.fit(x, x, callbacks=[callback], verbose=0)
    assert not list(tmp_path.iterdir())


def test_single_image_raises(images, tmp_path):
    with pytest.raises(ValueError, match=r"Pass a few of a batch"):
        WarpImage(Mover(), images[0], tmp_path)
