"""What is drawn; `test_figure_image.py` tests how it is written."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.callbacks import SampleImages

pytest.importorskip("matplotlib", reason="not run: no matplotlib")


class Brightness(keras.Sequential):
    """Its samples are noise of a seed, plus the one weight."""

    def __init__(self):
        super().__init__(
            [keras.Input((1,)), keras.layers.Dense(1, use_bias=False)]
        )
        self.set_weights([np.zeros((1, 1))])
        # The loss is minus the output: the weight grows by 1 in each epoch.
        self.compile(keras.optimizers.SGD(1.0), lambda y, output: -output)

    def sample(self, number, seed=None):
        noise = keras.random.normal((number, 4, 5, 1), seed=seed)
        return noise + self.weights[0][0, 0]


def fit(model, callback, epochs):
    x = np.ones((1, 1), "float32")
    model.fit(x, x, epochs=epochs, callbacks=[callback], verbose=0)


def noise(number, seed):
    return ops.convert_to_numpy(
        keras.random.normal((number, 4, 5, 1), seed=seed)
    )


def test_history_holds_the_same_samples_by_the_weights_of_each_epoch(tmp_path):
    callback = SampleImages(tmp_path, num_images=20, every=2, seed=3)
    fit(Brightness(), callback, epochs=4)
    assert list(callback.history) == [1, 3]
    for epoch, images in callback.history.items():
        np.testing.assert_allclose(
            images, noise(20, 3)[:12] + epoch, rtol=1e-5, atol=1e-5
        )


def test_sheets_are_files_with_the_number_of_the_epoch(tmp_path):
    folder = tmp_path / "new" / "samples"
    fit(Brightness(), SampleImages(folder, every=2, tag="digits"), epochs=3)
    assert sorted(file.name for file in folder.iterdir()) == [
        "digits_epoch_0001.png",
        "digits_epoch_0003.png",
    ]


def test_sheet_shows_all_samples(tmp_path):
    callback = SampleImages(tmp_path, num_images=6, columns=3)
    callback.set_model(Brightness())
    figure = callback.draw(title="Epoch 2")
    picture = np.asarray(figure.axes[0].get_images()[0].get_array())
    assert picture.shape == (2 * 5 - 1, 3 * 6 - 1, 3)
    images = noise(6, 0)
    np.testing.assert_allclose(
        picture[5:9, 6:11, 0],
        ((images - images.min()) / np.ptp(images))[4, ..., 0],
        atol=1e-6,
    )
    assert figure.axes[0].get_title() == "Epoch 2"


def test_sheets_go_to_tensorboard(tmp_path):
    pytest.importorskip("tensorboard", reason="not run: no tensorboard")
    logs, folder = tmp_path / "logs", tmp_path / "files"
    fit(Brightness(), SampleImages(folder, logs), epochs=2)
    (file,) = logs.iterdir()
    assert file.name.endswith(".samples")
    assert file.read_bytes().count(b"\x89PNG") == 2
    assert len(list(folder.iterdir())) == 2


def test_samples_may_come_from_a_function(tmp_path):
    callback = SampleImages(tmp_path, sample=lambda: np.ones((3, 4, 4)))
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    fit(model, callback, epochs=1)
    assert callback.history[1].shape == (3, 4, 4)


def test_training_goes_on_as_without_it(tmp_path):
    def weights(callback):
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [keras.Input((1,)), keras.layers.Dropout(0.5)]
            + [keras.layers.Dense(8)]
        )
        model.sample = lambda number, seed: keras.random.normal(
            (number, 4, 4), seed=seed
        )
        model.compile("sgd", "mse")
        fit(model, callback, epochs=3)
        return model.get_weights()

    expected = weights(keras.callbacks.Callback())
    for got, other in zip(
        weights(SampleImages(tmp_path)), expected, strict=True
    ):
        np.testing.assert_array_equal(got, other)


def test_bad_arguments_raise(tmp_path):
    with pytest.raises(ValueError, match="must go somewhere"):
        SampleImages()
    for number in (0, 1.5):
        with pytest.raises(ValueError, match=f"num_images={number}"):
            SampleImages(tmp_path, num_images=number)
    with pytest.raises(ValueError, match="every=0"):
        SampleImages(tmp_path, every=0)


def test_model_without_samples_raises_before_training(tmp_path):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="must have a method `sample"):
        fit(model, SampleImages(tmp_path), epochs=1)
    assert not list(tmp_path.iterdir())
