"""The networks of appendix A.4."""

import keras
import numpy as np
import pytest

from keras_dl4.layers import LocalizationNetwork
from keras_dl4.layers.localization import deserialize
from keras_dl4.layers.localization import serialize
from keras_dl4.layers.localization import shape_change


# 28 pixels are 14 after pooling, then 10, 5 and 1; 60 are 30, 26, 13 and 9.
@pytest.mark.parametrize(
    ("architecture", "size", "num_weights"),
    [
        ("cnn", (28, 28, 1), 520 + 10020 + 20 * 20 + 20),
        ("cnn", (60, 28, 3), 1520 + 10020 + 9 * 20 * 20 + 20),
        # Padded: 13 pixels are 7 after pooling, and 4 after another.
        ("cnn", (13, 9, 2), 1020 + 10020 + 4 * 3 * 20 * 20 + 20),
        ("cnn", (1, 1, 1), 520 + 10020 + 20 * 20 + 20),
        ("cnn", (28, 28, 28, 1), 2520 + 50020 + 20 * 20 + 20),
        ("fcn", (28, 28, 1), 785 * 32 + 33 * 32),
        ("fcn", (3, 4, 5, 2), 121 * 32 + 33 * 32),
    ],
)
def test_presets_have_the_layers_of_the_paper(architecture, size, num_weights):
    network = LocalizationNetwork(architecture)
    output = network(np.ones((2, *size), "float32"))
    assert network.count_params() == num_weights
    units = {"cnn": 20, "fcn": 32}[architecture]
    assert output.shape == (2, units)
    assert network.compute_output_shape((None, *size)) == (None, units)


@pytest.mark.parametrize("architecture", ["cnn", "fcn"])
def test_channels_first_sees_the_same(architecture, rng):
    images = rng.normal(size=(2, 9, 12, 3)).astype("float32")
    last = LocalizationNetwork(architecture, "channels_last")
    first = LocalizationNetwork(architecture, "channels_first")
    expected = last(images)
    first.build((None, 3, 9, 12))
    first.set_weights(last.get_weights())
    np.testing.assert_allclose(
        first(images.transpose(0, 3, 1, 2)), expected, atol=1e-6
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("rnn",), r"one of \('cnn', 'fcn'\).*'rnn'"),
        (("cnn", "channels"), r"'channels_first', 'channels_last'"),
    ],
)
def test_unknown_arguments_raise(arguments, message):
    with pytest.raises(ValueError, match=message):
        LocalizationNetwork(*arguments)


@pytest.mark.parametrize("architecture", ["cnn", "fcn"])
def test_unknown_size_raises_and_names_a_way_out(architecture):
    with pytest.raises(ValueError, match="global pooling"):
        LocalizationNetwork(architecture)(keras.Input((None, 28, 1)))


def test_wrong_rank_raises():
    with pytest.raises(ValueError, match=r"4 axes.*\(2, 28, 28\)"):
        LocalizationNetwork()(np.ones((2, 28, 28), "float32"))


def test_change_is_bounded_and_scaled(rng):
    start = np.array([[1.0, -2.0]], "float32")
    params = rng.normal(size=(5, 1, 2)).astype("float32")
    np.testing.assert_allclose(
        shape_change(params, start, 0.5, 3.0, 0.1),
        start + 0.5 * np.tanh(3.0 * (params - start)),
        atol=1e-6,
    )


def test_change_of_nothing_is_exactly_the_start(rng):
    start = rng.normal(size=(4, 9)).astype("float32")
    params = np.tile(start, (3, 1, 1))
    changed = shape_change(params, start, 0.3, 0.7, 0.1)
    np.testing.assert_array_equal(changed, params)


def test_gradient_scale_changes_the_gradient_alone(rng, gradient_of):
    start = np.zeros((1, 3), "float32")
    params = rng.normal(size=(2, 1, 3)).astype("float32")

    def total(gradient_scale):
        return lambda x: keras.ops.sum(
            keras.ops.square(shape_change(x, start, None, 1.0, gradient_scale))
        )

    np.testing.assert_allclose(total(0.1)(params), total(1.0)(params), 1e-6)
    np.testing.assert_allclose(
        gradient_of(total(0.1), at=params), 0.2 * params, atol=1e-6
    )


def test_serialized_networks_come_back():
    given = ["cnn", keras.layers.Dense(3, name="three"), None]
    again = deserialize(serialize(given))
    assert again[0] == "cnn"
    assert again[1].get_config() == given[1].get_config()
    assert again[2] is None
