"""The penalty against central differences in float64."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.regularizers import ContractivePenalty
from tests.ops.encoder_reference import dense_stack
from tests.ops.encoder_reference import numeric_jacobian
from tests.ops.encoder_reference import numeric_squared_norm

STACKS = {
    "closed_form": (6, (4, "sigmoid")),
    "chain": (6, (5, "tanh"), (3, "sigmoid")),
    "exact": (6, (5, "tanh"), (3, "sigmoid")),
    "auto": (6, (4, "softmax")),
}


def inputs_of(rng, *shape):
    return rng.normal(size=shape).astype("float32")


@pytest.mark.parametrize("method", STACKS)
def test_penalty_is_the_weighted_mean_of_the_numeric_norm(method, rng):
    encoder, forward = dense_stack(*STACKS[method])
    inputs = inputs_of(rng, 7, 6)
    np.testing.assert_allclose(
        float(ContractivePenalty(0.3, method)(encoder, inputs)),
        0.3 * numeric_squared_norm(forward, inputs).mean(),
        rtol=1e-5,
    )


@pytest.mark.parametrize("method", STACKS)
def test_higher_order_term_is_the_mean_change_of_the_jacobian(
    method, rng, monkeypatch
):
    noises = [inputs_of(rng, 7, 6) for _ in range(3)]
    waiting = iter(noises)

    def fed(shape, stddev, dtype, seed):
        assert (tuple(map(int, shape)), stddev) == ((7, 6), 0.2)
        return ops.cast(0.2 * next(waiting), dtype)

    monkeypatch.setattr(keras.random, "normal", fed)
    encoder, forward = dense_stack(*STACKS[method])
    inputs = inputs_of(rng, 7, 6)
    penalty = ContractivePenalty(
        0.3, method, 0.7, hessian_stddev=0.2, num_corruptions=3
    )
    start = numeric_jacobian(forward, inputs)
    changes = [
        numeric_jacobian(forward, inputs.astype("float64") + 0.2 * noise)
        - start
        for noise in noises
    ]
    expected = 0.3 * np.square(start).sum(axis=(1, 2)).mean()
    expected += 0.7 * np.square(changes).sum(axis=(2, 3)).mean()
    actual = float(penalty(encoder, inputs))
    np.testing.assert_allclose(actual, expected, rtol=1e-5)


def test_estimate_of_the_higher_order_term_is_unbiased(rng):
    encoder, _ = dense_stack(6, (3, "tanh"))
    many = np.repeat(inputs_of(rng, 2, 6), 2000, axis=0)
    exact, estimate = (
        float(
            ContractivePenalty(0.0, method, 1.0, hessian_stddev=0.5)(
                encoder, many, seed=1
            )
        )
        for method in ("exact", "hutchinson")
    )
    np.testing.assert_allclose(estimate, exact, rtol=0.1)


def test_random_draws_follow_the_seed(rng):
    encoder, _ = dense_stack(6, (3, "tanh"))
    inputs = inputs_of(rng, 4, 6)

    def draws(penalty, **kwargs):
        return [float(penalty(encoder, inputs, **kwargs)) for _ in range(2)]

    def new(seed):
        return ContractivePenalty(1.0, "hutchinson", seed=seed)

    first, second = draws(new(3))
    assert first != second
    assert draws(new(3)) == [first, second]
    assert draws(new(4)) != [first, second]
    assert len(set(draws(new(3), seed=5))) == 1
    generator = keras.random.SeedGenerator(3)
    assert draws(new(8), seed=generator) == [first, second]


def test_corruptions_of_one_int_seed_differ(rng):
    encoder, _ = dense_stack(6, (3, "tanh"))
    inputs = inputs_of(rng, 4, 6)
    one, two = (
        float(
            ContractivePenalty(0.0, "exact", 1.0, num_corruptions=number)(
                encoder, inputs, seed=5
            )
        )
        for number in (1, 2)
    )
    assert one != two


def test_losses_of_the_encoder_stay_as_they_are(rng):
    symbolic = keras.Input((4,))
    code = keras.layers.Dense(3, activity_regularizer="l2")(symbolic)
    encoder = keras.Model(symbolic, keras.layers.Add()([code, code]))
    inputs = inputs_of(rng, 2, 4)
    encoder(inputs)
    before = [float(loss) for loss in encoder.losses]
    for method in ("exact", "hutchinson"):
        ContractivePenalty(1.0, method)(encoder, inputs)
    assert [float(loss) for loss in encoder.losses] == before
    assert len(before) == 1


def test_half_precision_encoder_has_a_float32_penalty(rng):
    encoder = keras.layers.Dense(3, "tanh", dtype="mixed_bfloat16")
    inputs = inputs_of(rng, 4, 6)
    encoder(inputs)
    exact = keras.layers.Dense(3, "tanh")
    exact(inputs)
    exact.set_weights(encoder.get_weights())
    penalties = [ContractivePenalty(1.0)(e, inputs) for e in (encoder, exact)]
    assert "float32" in str(penalties[0].dtype)
    assert float(penalties[0]) == float(penalties[1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weight": -0.1}, "weight=-0.1"),
        ({"hessian_weight": -1.0}, "hessian_weight=-1.0"),
        ({"method": "jacobian"}, "method='jacobian'"),
        ({"num_probes": 0}, "num_probes=0"),
        ({"num_corruptions": 0}, "leave `hessian_weight` at 0"),
        ({"hessian_stddev": 0.0}, "hessian_stddev=0.0"),
        ({"weight": "x"}, "weight='x'"),
        ({"weight": float("inf")}, "weight=inf"),
        ({"hessian_weight": None}, "hessian_weight=None"),
        ({"hessian_stddev": "x"}, "hessian_stddev='x'"),
        ({"num_corruptions": 2.0}, "num_corruptions=2.0"),
        ({"seed": 1.5}, "seed=1.5"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ContractivePenalty(**{"weight": 1.0, **arguments})


def test_integers_of_numpy_are_integers(rng):
    encoder, _ = dense_stack(6, (3, "tanh"))
    inputs = inputs_of(rng, 4, 6)
    penalties = [
        ContractivePenalty(
            1.0, "hutchinson", 1.0, num_probes=integer(2), seed=integer(3)
        )
        for integer in (int, np.int64)
    ]
    assert penalties[0].get_config() == penalties[1].get_config()
    for seed in (None, 5, np.int64(5)):
        first, second = (float(p(encoder, inputs, seed)) for p in penalties)
        assert first == second
    assert first == float(penalties[0](encoder, inputs, 5))


@pytest.mark.parametrize("method", ["closed_form", "chain"])
def test_method_that_does_not_fit_is_refused(method, rng):
    encoder = keras.Sequential(
        [keras.Input((4,)), keras.layers.LayerNormalization()]
    )
    with pytest.raises(ValueError, match="'hutchinson' for anything"):
        ContractivePenalty(1.0, method)(encoder, inputs_of(rng, 2, 4))


@pytest.mark.parametrize("method", ["auto", "exact", "hutchinson"])
def test_encoder_of_integers_has_no_path(method):
    encoder = keras.Sequential(
        [keras.Input((4,), dtype="int32"), keras.layers.Embedding(5, 3)]
    )
    with pytest.raises(ValueError, match="no Jacobian path"):
        ContractivePenalty(1.0, method)(encoder, np.ones((2, 4), "int32"))
