"""Any Keras cell or layer can be the controller of a machine."""

import keras
import numpy as np
import pytest

from keras_dl4.layers import NTM
from keras_dl4.layers import NTMCell

SMALL = {"memory_size": 6, "word_dim": 4}

CONTROLLERS = {
    "gru": lambda: keras.layers.GRUCell(5),
    "simple": lambda: keras.layers.SimpleRNNCell(5),
    "lstm": lambda: keras.layers.LSTMCell(5),
    "stack": lambda: keras.layers.StackedRNNCells(
        [keras.layers.LSTMCell(5), keras.layers.GRUCell(7)]
    ),
    "dense": lambda: keras.layers.Dense(5, "relu"),
    "sequential": lambda: keras.Sequential(
        [keras.layers.Dense(5, "tanh"), keras.layers.Dropout(0.5)]
    ),
}
STATE_SIZES = {
    "gru": [5],
    "simple": [5],
    "lstm": [5, 5],
    "stack": [5, 5, 7],
    "dense": [],
    "sequential": [],
}


@pytest.mark.parametrize("name", CONTROLLERS)
def test_controller_sees_input_and_reads_and_feeds_the_output(name, rng):
    controller = CONTROLLERS[name]()
    cell = NTMCell(3, controller, **SMALL, num_read_heads=2)
    cell.build((None, 3))
    sizes = STATE_SIZES[name]
    assert cell.state_size == [*sizes, 8, 18, 24]
    states = [
        rng.normal(size=(2, size)).astype("float32") for size in cell.state_size
    ]
    inputs = rng.normal(size=(2, 3)).astype("float32")
    output, new_states = cell(inputs, states)

    seen = np.hstack([inputs, states[len(sizes)]])
    own = states[: len(sizes)]
    if name == "stack":
        hidden, (first, second) = controller(seen, [own[:2], own[2]])
        own = [*first, *np.reshape(second, (1, 2, 7))]
    elif sizes:
        hidden, own = controller(seen, own)
        own = np.reshape(own, (len(sizes), 2, 5))
    else:
        hidden = controller(seen)
    for got, want in zip(new_states[: len(sizes)], own, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)
    features = np.hstack([hidden, new_states[len(sizes)]])
    np.testing.assert_allclose(
        output,
        features @ np.array(cell.output_projection.kernel)
        + np.array(cell.output_projection.bias),
        rtol=1e-4,
        atol=1e-5,
    )


@pytest.mark.parametrize("name", CONTROLLERS)
def test_machine_with_controller_is_copied_by_its_config(name, rng):
    layer = NTM(3, CONTROLLERS[name](), **SMALL, return_sequences=True)
    x = rng.normal(size=(2, 4, 3)).astype("float32")
    expected = layer(x)
    copy = NTM.from_config(layer.get_config())
    copy.build(x.shape)
    copy.set_weights(layer.get_weights())
    np.testing.assert_array_equal(copy(x), expected)
    assert copy.cell.controller is not layer.cell.controller


def half(**kwargs):
    return keras.layers.Dense(5, dtype="mixed_float16", **kwargs)


@pytest.mark.parametrize(
    "make_controller",
    [
        half,
        lambda: keras.layers.GRUCell(5, dtype="float16"),
        lambda: keras.layers.StackedRNNCells(
            [
                keras.layers.GRUCell(5),
                keras.layers.GRUCell(5, dtype="mixed_bfloat16"),
            ]
        ),
        lambda: keras.Sequential([half()]),
        lambda: keras.Sequential([keras.Sequential([half()])]),
    ],
    ids=["layer", "cell", "stack", "sequential", "nested"],
)
def test_controller_in_half_precision_is_refused(make_controller):
    with pytest.raises(ValueError, match="controller dtype='float32'"):
        NTM(3, make_controller(), **SMALL)


def test_mixed_policy_leaves_a_named_controller_in_float32(rng):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        layer = NTM(3, "lstm", 5, **SMALL)
        with pytest.raises(ValueError, match="mixed_float16"):
            NTM(3, keras.layers.GRUCell(5), **SMALL)
    finally:
        keras.config.set_dtype_policy(before)
    outputs = layer(rng.normal(size=(2, 4, 3)).astype("float16"))
    assert keras.backend.standardize_dtype(outputs.dtype) == "float32"
    assert {w.dtype for w in layer.weights} == {"float32"}
