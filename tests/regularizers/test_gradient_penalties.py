"""Penalties equal what a network's derivatives, written out, give."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.ops.input_gradients import squared_gradient_norms
from keras_dl4.regularizers import R1
from keras_dl4.regularizers import R2
from keras_dl4.regularizers import GradientPenalty

KERNEL = np.random.default_rng(3).normal(size=(4, 5)).astype("float32")
HEAD = np.random.default_rng(4).normal(size=(5, 1)).astype("float32")


def discriminator(x):
    return ops.matmul(ops.tanh(ops.matmul(x, KERNEL)), HEAD)


def norms(x):
    """Of `head^T diag(1 - tanh^2) kernel^T`, for each example."""
    x = np.float64(x)
    slopes = 1.0 - np.tanh(x @ KERNEL) ** 2
    gradients = (slopes * HEAD[:, 0]) @ KERNEL.T
    return np.sqrt(np.sum(gradients**2, axis=1))


@pytest.fixture
def pair(rng):
    return rng.normal(size=(2, 6, 4)).astype("float32")


def test_r1_and_r2_are_halves_of_mean_squares(pair):
    real, fake = pair
    assert float(R1(3.0)(discriminator, real, fake)) == pytest.approx(
        1.5 * np.mean(norms(real) ** 2), rel=1e-5
    )
    assert float(R2(3.0)(discriminator, real, fake)) == pytest.approx(
        1.5 * np.mean(norms(fake) ** 2), rel=1e-5
    )


def test_gradient_penalty_is_of_points_between(pair, monkeypatch):
    real, fake = pair
    place = np.linspace(0.0, 0.9, 6, dtype="float32")[:, None]
    shapes = []

    def uniform(shape, **_):
        shapes.append(tuple(shape))
        return ops.convert_to_tensor(place)

    monkeypatch.setattr(keras.random, "uniform", uniform)
    penalty = GradientPenalty(2.0, target=0.7)(discriminator, real, fake)
    between = place * real + (1.0 - place) * fake
    expected = 2.0 * np.mean((norms(between) - 0.7) ** 2)
    assert float(penalty) == pytest.approx(expected, rel=1e-5)
    assert shapes == [(6, 1)]


def test_places_between_are_drawn_evenly():
    """On the line from 0 to 1, for D(x) = x^2 / 2, whose slope is x."""
    real, fake = np.ones((20_000, 1), "float32"), np.zeros((20_000, 1))
    penalty = GradientPenalty(1.0, target=0.0)(
        lambda x: 0.5 * x**2, real, fake, seed=keras.random.SeedGenerator(1)
    )
    assert float(penalty) == pytest.approx(1.0 / 3.0, abs=0.01)


@pytest.mark.parametrize("penalty", [R1(1.0), R2(1.0), GradientPenalty(1.0)])
def test_gradient_reaches_the_discriminator(penalty, pair, gradient_of):
    """Finite differences of the penalty in one weight."""
    real, fake = pair

    def value(scale):
        return penalty(
            lambda x: ops.tanh(ops.matmul(x, KERNEL) * scale) @ HEAD,
            real,
            fake,
            seed=5,
        )

    gradient = gradient_of(value, at=np.float32(0.8))
    step = np.float32(1e-2)
    high, low = (float(value(np.float32(0.8) + s)) for s in (step, -step))
    assert gradient == pytest.approx((high - low) / (2 * step), rel=1e-2)


def test_flat_discriminator_has_a_finite_gradient(pair, gradient_of):
    def value(scale):
        return GradientPenalty()(lambda x: scale * x @ KERNEL @ HEAD, *pair)

    assert np.isfinite(gradient_of(value, at=np.float32(0.0)))


def test_images_are_taken_whole(rng):
    x = rng.normal(size=(3, 2, 2, 1)).astype("float32")
    found = squared_gradient_norms(
        lambda x: ops.sum(ops.square(x), axis=(1, 2, 3)), x
    )
    expected = np.sum(4.0 * x**2, axis=(1, 2, 3))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("weight", [-1.0, float("nan"), "large", True])
@pytest.mark.parametrize("penalty", [R1, R2, GradientPenalty])
def test_bad_weight_is_refused(penalty, weight):
    with pytest.raises(ValueError, match="at least 0"):
        penalty(weight)


def test_bad_target_is_refused():
    with pytest.raises(ValueError, match="target=-1.0"):
        GradientPenalty(target=-1.0)


def test_output_without_a_path_is_refused():
    x = np.ones((2, 3), "float32")
    if keras.backend.backend() == "jax":
        pytest.skip("JAX gives zeros")
    with pytest.raises(ValueError, match="no gradient"):
        R1(1.0)(lambda x: ops.stop_gradient(x[:, 0]), x, x)
