"""The pictures are read back with TensorBoard's own reader."""

import importlib.util
import io

import keras
import numpy as np
import pytest

from keras_dl4.callbacks.figure_image import FigureImage

pytest.importorskip("tensorboard", reason="not run: no tensorboard")


class Weight(FigureImage):
    """Draws the one weight of a model as the height of a figure."""

    def __init__(self, log_dir=None, every=1, tag="weight", folder=None):
        super().__init__(log_dir, every, tag, folder)
        self.titles = []

    def draw(self, title=None):
        from matplotlib.figure import Figure

        self.titles.append(title)
        weight = float(keras.ops.convert_to_numpy(self.model.weights[0])[0, 0])
        if weight < 0:
            raise ValueError("a negative weight")
        return Figure(figsize=(1.0, weight), dpi=100)


@pytest.fixture
def model():
    """One weight that begins at 3 and is 1 less after each epoch."""
    model = keras.Sequential(
        [keras.Input((1,)), keras.layers.Dense(1, use_bias=False)]
    )
    model.set_weights([np.full((1, 1), 3.0)])
    model.compile(keras.optimizers.SGD(1.0), lambda y, output: output)
    return model


def fit(model, callbacks, epochs):
    x = np.ones((1, 1), "float32")
    model.fit(x, x, epochs=epochs, callbacks=callbacks, verbose=0)


def pictures_in(log_dir):
    """`(step, tag, width, height, png)` of each picture, by file and time."""
    from tensorboard.backend.event_processing import event_file_loader

    found = []
    for path in sorted(log_dir.iterdir()):
        for event in event_file_loader.EventFileLoader(str(path)).Load():
            for value in event.summary.value:
                assert value.metadata.plugin_data.plugin_name == "images"
                width, height, png = value.tensor.string_val
                found.append(
                    (event.step, value.tag, int(width), int(height), png)
                )
    return found


def test_picture_shows_the_weights_after_the_epoch(model, tmp_path):
    from matplotlib.image import imread

    callback = Weight(tmp_path)
    fit(model, [callback], epochs=2)
    first, second = pictures_in(tmp_path)
    assert first[:4] == (0, "weight", 100, 200)
    assert second[:4] == (1, "weight", 100, 100)
    assert imread(io.BytesIO(first[-1]), format="png").shape == (200, 100, 4)
    assert callback.titles == [None, "Epoch 1", "Epoch 2"]


def test_picture_is_written_every_few_epochs_and_at_once(model, tmp_path):
    on_disk = []
    look = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: on_disk.append(
            len(pictures_in(tmp_path))
        )
    )
    fit(model, [Weight(tmp_path, every=2, tag="size"), look], epochs=2)
    assert [picture[:2] for picture in pictures_in(tmp_path)] == [(0, "size")]
    assert on_disk == [0, 1]


def test_pictures_are_written_as_files(model, tmp_path):
    from matplotlib.image import imread

    folder = tmp_path / "new" / "files"
    fit(model, [Weight(tmp_path / "logs", folder=folder)], epochs=2)
    paths = sorted(folder.iterdir())
    names = [path.name for path in paths]
    assert names == ["weight_epoch_0001.png", "weight_epoch_0002.png"]
    pictures = pictures_in(tmp_path / "logs")
    for path, picture in zip(paths, pictures, strict=True):
        assert path.read_bytes() == picture[-1]
    assert imread(paths[0]).shape == (200, 100, 4)


def test_files_alone_need_no_tensorboard(model, tmp_path, monkeypatch):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: None if name == "tensorboard" else find_spec(name),
    )
    fit(model, [Weight(folder=tmp_path)], epochs=1)
    assert len(list(tmp_path.iterdir())) == 1


def test_picture_without_a_place_raises():
    with pytest.raises(ValueError, match="must go somewhere. Received: log_d"):
        Weight()


def test_second_fit_adds_to_the_log(model, tmp_path):
    callback = Weight(tmp_path)
    fit(model, [callback], epochs=1)
    fit(model, [callback], epochs=1)
    assert len(pictures_in(tmp_path)) == 2


def test_figure_that_cannot_be_drawn_stops_before_training(model, tmp_path):
    model.set_weights([np.full((1, 1), -1.0)])
    with pytest.raises(ValueError, match="a negative weight"):
        fit(model, [Weight(tmp_path)], epochs=1)
    np.testing.assert_array_equal(model.get_weights()[0], [[-1.0]])
    assert not pictures_in(tmp_path)


def test_zero_epochs_between_pictures_raises(tmp_path):
    with pytest.raises(ValueError, match="every=0"):
        Weight(tmp_path, every=0)


def test_class_without_draw_is_abstract(tmp_path):
    with pytest.raises(TypeError, match="abstract"):
        FigureImage(tmp_path, 1, "picture")


@pytest.mark.parametrize("package", ["tensorboard", "matplotlib"])
def test_missing_package_error_says_what_to_install(
    tmp_path, monkeypatch, package
):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: None if name == package else find_spec(name),
    )
    with pytest.raises(ImportError, match=f"^Weight needs {package}.*pip"):
        Weight(tmp_path)
