import keras
import numpy as np
import pytest

from keras_dl4.layers import Maxout


def largest_pieces(x, kernel, bias, units):
    """The definition, one output at a time."""
    outputs = np.empty((*x.shape[:-1], units))
    for place in np.ndindex(*x.shape[:-1]):
        for unit in range(units):
            outputs[place][unit] = max(
                sum(x[place] * kernel[:, column]) + bias[column]
                for column in range(unit, kernel.shape[1], units)
            )
    return outputs


@pytest.fixture
def randomized(rng):
    """`randomized(layer, width)`: kernel and bias, now random."""

    def randomized(layer, width):
        layer.build((None, width))
        weights = [rng.normal(size=v.shape) for v in layer.weights]
        layer.set_weights(weights)
        return weights

    return randomized


@pytest.mark.parametrize("shape", [(4, 6), (2, 3, 6)])
@pytest.mark.parametrize("num_pieces", [1, 5])
def test_equals_the_definition(randomized, rng, shape, num_pieces):
    layer = Maxout(3, num_pieces)
    kernel, bias = randomized(layer, 6)
    x = rng.normal(size=shape).astype("float32")
    np.testing.assert_allclose(
        layer(x), largest_pieces(x, kernel, bias, 3), rtol=1e-5, atol=1e-5
    )


def test_one_piece_is_a_dense_layer(randomized, rng):
    layer = Maxout(3, 1)
    kernel, bias = randomized(layer, 6)
    x = rng.normal(size=(4, 6)).astype("float32")
    np.testing.assert_allclose(layer(x), x @ kernel + bias, rtol=1e-4)


def test_a_unit_can_learn_the_absolute_value():
    """The paper's figure 1: two pieces of slopes -1 and 1."""
    layer = Maxout(1, 2, use_bias=False)
    layer.build((None, 1))
    layer.set_weights([np.array([[-1.0, 1.0]])])
    x = np.linspace(-2, 2, 9, dtype="float32")[:, None]
    np.testing.assert_array_equal(layer(x), np.abs(x))


def test_only_the_largest_piece_learns(randomized, gradient_of, rng):
    layer = Maxout(2, 3)
    kernel, bias = randomized(layer, 4)
    x = rng.normal(size=(1, 4)).astype("float32")
    gradient = gradient_of(lambda z: keras.ops.sum(layer(z)), at=x)
    pieces = (x @ kernel + bias)[0].reshape(3, 2)
    chosen = [2 * pieces[:, unit].argmax() + unit for unit in range(2)]
    np.testing.assert_allclose(
        gradient[0], kernel[:, chosen].sum(axis=1), rtol=1e-5
    )


def test_norm_constraint_holds_for_each_piece(rng):
    layer = Maxout(2, 3, kernel_constraint=keras.constraints.MaxNorm(1.0))
    layer.build((None, 4))
    kernel = rng.normal(size=(4, 6)) * np.arange(0.1, 6)
    bounded = np.array(layer.kernel.constraint(kernel.astype("float32")))
    norms = np.linalg.norm(kernel, axis=0)
    np.testing.assert_allclose(
        np.linalg.norm(bounded, axis=0), np.minimum(norms, 1.0), rtol=1e-5
    )


def test_number_of_weights_is_that_of_the_paper():
    """240 units of 5 pieces, twice, on MNIST, and one sigmoid."""
    model = keras.Sequential(
        [keras.Input((784,)), Maxout(240, 5), Maxout(240, 5)]
        + [keras.layers.Dense(1)]
    )
    assert model.count_params() == 1_231_441


@pytest.mark.parametrize("bad", [0, -1, 2.0, None, True])
def test_impossible_counts_are_refused(bad):
    with pytest.raises(ValueError, match="`units` must be.*Received: units="):
        Maxout(bad, 5)
    with pytest.raises(ValueError, match="`num_pieces` must be a positive int"):
        Maxout(240, bad)


def test_unknown_width_is_refused():
    with pytest.raises(ValueError, match="last axis.*known size"):
        Maxout(3, 2)(keras.Input((None,)))
