"""Dropout in a controller: one mask a sequence, a new one for each batch.

The controllers here only copy: their output shows the mask itself.
"""

import keras
import numpy as np
import pytest

from keras_dl4.layers import NTM

DIM, WORD_DIM, STEPS = 8, 4, 4


def copying(recurrent=0.0, **kwargs):
    """A cell that gives its first inputs, plus `recurrent` times its state."""

    def kernel(shape, dtype):
        return keras.ops.eye(*shape, dtype=dtype)

    return keras.layers.SimpleRNNCell(
        DIM,
        activation="linear",
        kernel_initializer=kernel,
        recurrent_initializer=keras.initializers.Identity(recurrent),
        seed=1,
        **kwargs,
    )


def machine(controller):
    """A machine whose output is that of its controller."""
    layer = NTM(
        DIM,
        controller,
        memory_size=5,
        word_dim=WORD_DIM,
        return_sequences=True,
    )
    layer.build((None, STEPS, DIM))
    layer.cell.output_projection.kernel.assign(np.eye(DIM + WORD_DIM, DIM))
    return layer


ONES = np.ones((16, STEPS, DIM), "float32")


def test_mask_is_the_same_for_all_steps_and_new_in_each_call():
    layer = machine(copying(dropout=0.5))
    seeds = [np.array(v) for v in layer.non_trainable_variables]
    first = np.array(layer(ONES, training=True))
    assert set(np.unique(first)) == {0.0, 2.0}
    assert 0.3 < first.mean() / 2.0 < 0.7
    np.testing.assert_array_equal(first, first[:, :1].repeat(STEPS, axis=1))
    second = np.array(layer(ONES, training=True))
    assert (first != second).any()
    assert any(
        (np.array(v) != seed).any()
        for v, seed in zip(layer.non_trainable_variables, seeds, strict=True)
    )


def test_recurrent_mask_is_the_same_for_all_steps():
    layer = machine(copying(recurrent=1.0, recurrent_dropout=0.5))
    outputs = np.array(layer(ONES, training=True))
    rows = {tuple(row) for row in outputs.transpose(0, 2, 1).reshape(-1, STEPS)}
    # Each unit forgets everything, or counts with a factor of 2.
    assert rows == {(1.0, 1.0, 1.0, 1.0), (1.0, 3.0, 7.0, 15.0)}


def test_masks_of_stacked_cells_are_the_same_for_all_steps():
    stack = keras.layers.StackedRNNCells(
        [copying(dropout=0.5), copying(dropout=0.5)]
    )
    outputs = np.array(machine(stack)(ONES, training=True))
    assert set(np.unique(outputs)) == {0.0, 4.0}
    np.testing.assert_array_equal(outputs, outputs[:, :1].repeat(STEPS, axis=1))


def test_dropout_layer_draws_for_each_step():
    controller = keras.Sequential(
        [
            keras.layers.Dense(DIM, kernel_initializer="ones"),
            keras.layers.Dropout(0.5),
        ]
    )
    outputs = np.array(machine(controller)(ONES, training=True))
    assert ((outputs == 0.0).any(1) & (outputs != 0.0).any(1)).any()


def test_inference_drops_nothing():
    cell = copying(dropout=0.5, recurrent_dropout=0.5)
    outputs = np.array(machine(cell)(ONES, training=False))
    np.testing.assert_array_equal(outputs, ONES)


def test_failed_call_leaves_no_mask_behind():
    layer = machine(copying(dropout=0.5))
    wrong = [np.ones((16, 3), "float32")] * 4
    with pytest.raises(ValueError, match="states"):
        layer(ONES, initial_state=wrong, training=True)
    assert layer(ONES[:3], training=True).shape == (3, STEPS, DIM)


CONTROLLERS = {
    "cell": lambda: keras.layers.LSTMCell(
        5, dropout=0.5, recurrent_dropout=0.5
    ),
    "layer": lambda: keras.Sequential(
        [keras.layers.Dense(5), keras.layers.Dropout(0.5)]
    ),
}


@pytest.mark.parametrize(
    ("name", "jit"), [("cell", False), ("cell", True), ("layer", False)]
)
def test_training_draws_new_masks_for_each_batch(name, jit):
    inputs = keras.Input((STEPS, DIM))
    layer = NTM(2, CONTROLLERS[name](), memory_size=5, word_dim=WORD_DIM)
    model = keras.Model(inputs, layer(inputs))
    # Without learning, only the masks tell two batches apart.
    model.compile(keras.optimizers.SGD(0.0), "mse", jit_compile=jit)
    targets = np.ones((16, 2), "float32")
    losses = [model.train_on_batch(ONES, targets) for _ in range(3)]
    assert np.isfinite(losses).all()
    assert len(set(map(float, losses))) == 3
