"""A layer that two nested models share, through a `.keras` file."""

import keras
import pytest

from keras_dl4.backend.layer_sharing import keep_shared


def two_models_with(layer):
    """Two models, each with `layer` in it, nested in a third."""
    inner = [keras.Sequential([keras.Input((3,)), layer]) for _ in range(2)]
    return keras.Sequential([keras.Input((3,)), *inner])


def saved_and_loaded(model, tmp_path):
    model.save(tmp_path / "model.keras")
    return keras.saving.load_model(tmp_path / "model.keras")


def test_shared_layer_is_loaded_once(tmp_path):
    layer = keras.layers.Dense(3)
    keep_shared(layer)
    model = saved_and_loaded(two_models_with(layer), tmp_path)
    first, second = (inner.layers[-1] for inner in model.layers)
    assert first is second
    assert len(model.weights) == 2


def test_keras_still_loads_a_shared_layer_twice(tmp_path):
    # Red: Keras is repaired, and `keep_shared` can go.
    model = two_models_with(keras.layers.Dense(3))
    with pytest.raises(ValueError, match="expected 2 variables"):
        saved_and_loaded(model, tmp_path)


def test_config_of_a_shared_layer_is_as_before():
    layer, other = keras.layers.Dense(3), keras.layers.Dense(3)
    keep_shared(layer)
    for dense in (layer, other):
        dense.build((None, 5))
    assert layer.get_build_config() == other.get_build_config()
