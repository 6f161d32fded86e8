"""What a variational autoencoder refuses."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.models import VariationalAutoencoder
from tests.models.variational_reference import LATENTS
from tests.models.variational_reference import WIDTH
from tests.models.variational_reference import dense_model
from tests.models.variational_reference import dense_pair


@pytest.fixture
def x(rng):
    return rng.uniform(size=(5, WIDTH)).astype("float32")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kl_weight": -1.0}, "`kl_weight` must be a finite number"),
        ({"kl_weight": float("nan")}, "Received: kl_weight=nan"),
        ({"capacity": -0.1}, "`capacity` must be"),
        ({"free_bits": "0.1"}, "Received: free_bits='0.1'"),
        ({"capacity": 1.0, "free_bits": 0.1}, "Choose one"),
        ({"capacity": 1.0, "importance_weighted": True}, "Choose one"),
        ({"num_samples": 0}, "`num_samples` must be a positive int"),
        ({"likelihood": "normal"}, "'bernoulli' or 'gaussian'. Received"),
        ({"stddev": 0.5}, "`stddev` goes with likelihood='gaussian'"),
        ({"likelihood": "gaussian", "stddev": 0.0}, "finite number above 0"),
        ({"likelihood": "gaussian", "binarize": True}, "goes with likelihood"),
    ],
)
def test_bad_argument_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        dense_model(**arguments)


@pytest.mark.parametrize("number", [0, -1, 2.5, "a", None])
def test_number_of_samples_or_steps_is_checked(number, x):
    model = dense_model()
    for call in (
        lambda: model.sample(number),
        lambda: model.interpolate(x, x, number),
    ):
        with pytest.raises(ValueError, match="must be a positive int"):
            call()


def test_ends_of_interpolations_are_checked(x):
    model = dense_model()
    for other, message in (
        (x[:1], "same shape.*Pass pairs"),
        (x[:, :-1], "same shape.*Pass pairs"),
        (np.nan * x, "must be finite"),
    ):
        for ends in ((x, other), (other, x)):
            with pytest.raises(ValueError, match=message):
                model.interpolate(*ends, 3)
    ends = [ops.convert_to_tensor(x)] * 2
    assert model.interpolate(*ends, 3).shape == (len(x), 3, WIDTH)


def test_sample_of_a_model_without_a_shape_is_refused():
    class Encoder(keras.Model):
        def call(self, inputs):
            return inputs, inputs

    model = VariationalAutoencoder(Encoder(), keras.layers.Dense(WIDTH))
    with pytest.raises(ValueError, match="must be built before its codes"):
        model.sample(2)


def test_encoder_without_a_variance_is_refused():
    _, decoder = dense_pair()
    for outputs in (1, 3):
        x = keras.Input((WIDTH,))
        codes = [keras.layers.Dense(LATENTS)(x) for _ in range(outputs)]
        encoder = keras.Model(x, codes if outputs > 1 else codes[0])
        with pytest.raises(ValueError, match="must return two tensors"):
            VariationalAutoencoder(encoder, decoder)


def test_shapes_that_do_not_meet_are_refused():
    encoder, _ = dense_pair()
    for latents, width, message in (
        (LATENTS + 1, WIDTH, "Encoder and decoder must fit"),
        (LATENTS, WIDTH + 1, "The decoder must give back the shape"),
    ):
        _, decoder = dense_pair(width, latents)
        with pytest.raises(ValueError, match=message):
            VariationalAutoencoder(encoder, decoder)


def test_values_that_are_no_probabilities_are_refused(x):
    model = dense_model()
    model.compile("sgd")
    for act in (
        lambda data: model.fit(data, verbose=0),
        lambda data: model.evaluate(data, verbose=0),
        lambda data: model.log_likelihood(data, 2, verbose=0),
    ):
        with pytest.raises(ValueError, match=r"must lie in \[0.0, 1.0\]"):
            act(x + 1.0)
    gaussian = dense_model(likelihood="gaussian")
    gaussian.compile("sgd")
    gaussian.fit(x + 1.0, verbose=0)
    with pytest.raises(ValueError, match="must be finite"):
        gaussian.fit(np.full_like(x, np.nan), verbose=0)
