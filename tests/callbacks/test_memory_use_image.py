"""The pictures are read back with TensorBoard's own reader."""

import importlib.util
import io

import keras
import numpy as np
import pytest

from keras_dl4.callbacks import MemoryUseImage
from keras_dl4.figures import plot_memory_use
from keras_dl4.layers import NTM

TIME, CHANNELS = 6, 3

pytest.importorskip("tensorboard", reason="not run: no tensorboard")


@pytest.fixture(scope="module")
def models():
    """A compiled model, and one with a trace that shares its weights."""
    inputs = keras.Input((None, CHANNELS))
    ntm = NTM(
        2, "dense", 4, memory_size=6, word_dim=4,
        return_sequences=True, return_trace=True,
    )  # fmt: skip
    outputs, trace = ntm(inputs)
    model = keras.Model(inputs, outputs)
    model.compile("sgd", "mse")
    return model, keras.Model(inputs, (outputs, trace))


def fit(model, callbacks, epochs):
    x = np.ones((2, TIME, CHANNELS), "float32")
    y = np.ones((2, TIME, 2), "float32")
    model.fit(x, y, epochs=epochs, callbacks=callbacks, verbose=0)


def events_in(log_dir):
    from tensorboard.backend.event_processing import event_file_loader

    return [
        event
        for path in sorted(log_dir.iterdir())
        for event in event_file_loader.EventFileLoader(str(path)).Load()
        if event.HasField("summary")
    ]


def pixels_of(png):
    from matplotlib.image import imread

    return imread(io.BytesIO(png), format="png")


def png_of(event):
    # The reader has turned the image into [width, height, picture].
    (value,) = event.summary.value
    assert value.metadata.plugin_data.plugin_name == "images"
    width, height, png = value.tensor.string_val
    return int(width), int(height), png


def test_picture_is_the_memory_use_of_the_trained_model(models, tmp_path, rng):
    model, trace_model = models
    sequence = rng.integers(0, 2, (TIME, CHANNELS)).astype("float32")
    callback = MemoryUseImage(trace_model, sequence, tmp_path)
    fit(model, [callback], epochs=1)
    (event,) = events_in(tmp_path)
    width, height, png = png_of(event)
    pixels = pixels_of(png)
    assert pixels.shape == (height, width, 4)

    outputs, trace = trace_model.predict(sequence[None], verbose=0)
    figure = plot_memory_use(
        sequence,
        outputs[0],
        {name: value[0] for name, value in trace.items()},
        title="Epoch 1",
    )
    expected = io.BytesIO()
    figure.savefig(expected, format="png")
    expected = pixels_of(expected.getvalue())
    assert pixels.shape == expected.shape
    # Compiled and eager outputs differ in the last bit of a color.
    np.testing.assert_allclose(pixels, expected, atol=0.02)


def test_picture_is_written_every_few_epochs_and_at_once(models, tmp_path):
    model, trace_model = models
    picture = MemoryUseImage(
        trace_model, np.ones((TIME, CHANNELS)), tmp_path, every=2, tag="memory"
    )
    on_disk = []
    look = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: on_disk.append(
            len(events_in(tmp_path))
        )
    )
    fit(model, [picture, look], epochs=3)
    events = events_in(tmp_path)
    assert [event.step for event in events] == [0, 2]
    assert on_disk == [0, 1, 1]
    assert {event.summary.value[0].tag for event in events} == {"memory"}
    assert png_of(events[0])[2] != png_of(events[1])[2]


def test_second_fit_adds_to_the_log(models, tmp_path):
    model, trace_model = models
    callback = MemoryUseImage(trace_model, np.ones((TIME, CHANNELS)), tmp_path)
    fit(model, [callback], epochs=1)
    fit(model, [callback], epochs=1)
    assert len(events_in(tmp_path)) == 2


def test_locations_are_passed_on(models, tmp_path):
    model, trace_model = models
    callback = MemoryUseImage(
        trace_model,
        np.ones((TIME, CHANNELS)),
        tmp_path,
        locations=slice(9, None),
    )
    with pytest.raises(ValueError, match="slice of the 6 memory locations"):
        fit(model, [callback], epochs=1)


def test_model_without_trace_raises_before_training(models, tmp_path):
    model, _ = models
    before = model.get_weights()
    callback = MemoryUseImage(model, np.ones((TIME, CHANNELS)), tmp_path)
    with pytest.raises(ValueError, match="with `return_trace=True`"):
        fit(model, [callback], epochs=1)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert not events_in(tmp_path)


def test_batch_of_inputs_raises(models, tmp_path):
    with pytest.raises(ValueError, match="one sequence of shape"):
        MemoryUseImage(models[1], np.ones((2, TIME, CHANNELS)), tmp_path)


def test_zero_epochs_between_pictures_raises(models, tmp_path):
    with pytest.raises(ValueError, match="every=0"):
        MemoryUseImage(models[1], np.ones((TIME, CHANNELS)), tmp_path, every=0)


@pytest.mark.parametrize("package", ["tensorboard", "matplotlib"])
def test_missing_package_error_says_what_to_install(
    models, tmp_path, monkeypatch, package
):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: None if name == package else find_spec(name),
    )
    with pytest.raises(ImportError, match=rf"needs {package}.*pip install"):
        MemoryUseImage(models[1], np.ones((TIME, CHANNELS)), tmp_path)
