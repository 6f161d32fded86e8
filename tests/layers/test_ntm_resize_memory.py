"""A machine keeps what it has learned when its memory is resized."""

import keras
import numpy as np
import pytest

from keras_dl4.layers import NTM
from tests.layers import ntm_reference

SMALL = {
    "controller_units": 5,
    "memory_size": 10,
    "word_dim": 4,
    "num_read_heads": 2,
}


def randomized(layer, rng):
    layer.build((None, None, 3))
    for weight in layer.weights:
        weight.assign(rng.normal(size=weight.shape, scale=0.8))
    return layer


def start_weighting(layer):
    return ntm_reference.softmax(np.array(layer.cell.start_logits, "float64"))


@pytest.mark.parametrize("memory_size", [6, 10, 25])
@pytest.mark.parametrize("initializer", ["constant", "learned", "random"])
def test_weights_are_kept(initializer, memory_size, rng):
    layer = NTM(7, **SMALL, memory_initializer=initializer)
    randomized(layer, rng)
    before = layer.get_weights()
    resized = layer.resize_memory(memory_size)
    assert resized.cell.memory_size == memory_size
    by_size = {"start_logits", "start_memory"}
    for old, new in zip(layer.cell.weights, resized.cell.weights, strict=True):
        assert old.name == new.name
        assert old.trainable == new.trainable
        assert old is not new
        if old.name not in by_size:
            np.testing.assert_array_equal(old, new)
    kept = min(memory_size, 10)
    np.testing.assert_array_equal(
        resized.cell.start_memory[:kept], layer.cell.start_memory[:kept]
    )
    added = np.array(resized.cell.start_memory[kept:])
    if initializer == "constant":
        assert (added == np.float32(1e-6)).all()
    else:
        assert (np.abs(added) < 0.5).all()
        assert len(np.unique(added)) == added.size
    for old, new in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_start_weighting_of_old_locations_is_kept(rng):
    layer = randomized(NTM(7, **SMALL), rng)
    before = start_weighting(layer)
    larger = start_weighting(layer.resize_memory(25))
    np.testing.assert_allclose(larger[:, :10], before, rtol=1e-6)
    assert larger[:, 10:].max() < 1e-11
    smaller = start_weighting(layer.resize_memory(6))
    np.testing.assert_allclose(
        smaller, before[:, :6] / before[:, :6].sum(1, keepdims=True), rtol=1e-6
    )


@pytest.mark.parametrize("memory_size", [4, 40])
def test_output_stays_where_other_locations_are_unused(memory_size, rng):
    """Heads that never look by content, and never move, from location 1."""
    layer = randomized(NTM(7, **SMALL, return_sequences=True), rng)
    cell, heads = layer.cell, 3
    kernel, bias = np.zeros(cell.head_projection.kernel.shape), []
    bias += [0.0] * heads * 4  # keys
    bias += [-20.0, 20.0, -20.0] * heads  # shifts
    bias += [0.0] * heads + [-20.0] * heads + [0.0] * heads  # gates: previous
    writes = kernel.shape[1] - len(bias)
    kernel[:, -writes:] = rng.normal(size=(5, writes))
    cell.head_projection.kernel.assign(kernel)
    cell.head_projection.bias.assign(bias + [0.0] * writes)
    cell.start_logits.assign(40.0 * np.eye(heads, 10)[[1] * heads])
    x = rng.normal(size=(2, 12, 3)).astype("float32")
    expected = np.array(layer(x))
    assert np.ptp(expected[:, 0] - expected[:, -1]) > 1e-3
    np.testing.assert_allclose(
        layer.resize_memory(memory_size)(x), expected, atol=1e-5
    )


def test_unbuilt_layer_is_resized_too():
    resized = NTM(7, **SMALL, name="machine").resize_memory(20)
    assert not resized.built
    assert resized.name == "machine"
    assert resized(np.zeros((2, 3, 4), "float32")).shape == (2, 7)


@pytest.mark.parametrize("memory_size", [4, 0, 7.0])
def test_memory_that_is_too_small_is_refused(memory_size):
    layer = NTM(7, **SMALL, shift_range=5)
    layer.build((None, None, 3))
    with pytest.raises(ValueError, match=f"memory_size={memory_size}"):
        layer.resize_memory(memory_size)


@pytest.mark.parametrize("stateful", [False, True])
def test_machine_with_a_given_controller_is_resized(stateful, rng):
    layer = NTM(7, keras.layers.GRUCell(5), memory_size=10, stateful=stateful)
    layer.build((2, 4, 3))
    for weight in layer.cell.trainable_weights:
        weight.assign(rng.normal(size=weight.shape))
    resized = layer.resize_memory(12)
    assert resized.cell.controller is not layer.cell.controller
    for old, new in zip(
        layer.cell.controller.weights,
        resized.cell.controller.weights,
        strict=True,
    ):
        np.testing.assert_array_equal(old, new)
    x = rng.normal(size=(2, 4, 3)).astype("float32")
    assert resized(x).shape == (2, 7)


def test_machine_inside_a_model_is_resized_by_cloning(rng):
    inputs = keras.Input((None, 3))
    layer = NTM(7, **SMALL, return_sequences=True)
    outputs = keras.layers.Dense(2)(layer(inputs))
    model = keras.Model(inputs, outputs)

    def clone(old):
        if isinstance(old, NTM):
            return old.resize_memory(25)
        return old.__class__.from_config(old.get_config())

    larger = keras.models.clone_model(model, clone_function=clone)
    larger.layers[-1].set_weights(model.layers[-1].get_weights())
    assert larger.layers[1].cell.memory_size == 25
    x = rng.normal(size=(2, 5, 3)).astype("float32")
    expected = model.layers[-1](layer.resize_memory(25)(x))
    np.testing.assert_allclose(larger(x), expected, atol=1e-6)
    assert (np.array(larger(x)) != np.array(model(x))).any()
