"""The loss, from its definition, and what is drawn."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.callbacks import KLWeightSchedule
from keras_dl4.models import VariationalAutoencoder
from tests.models.variational_reference import LATENTS
from tests.models.variational_reference import WIDTH
from tests.models.variational_reference import dense_model
from tests.models.variational_reference import example_losses
from tests.models.variational_reference import linear_pair
from tests.models.variational_reference import reference_terms

BATCH, DRAWS = 5, 3


@pytest.fixture
def x(rng):
    return rng.uniform(size=(BATCH, WIDTH)).astype("float32")


@pytest.fixture
def noise(rng):
    return rng.normal(size=(DRAWS, BATCH, LATENTS)).astype("float32")


def log_mean_exp(values):
    largest = values.max(axis=0)
    return largest + np.log(np.mean(np.exp(values - largest), axis=0))


def assert_close(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("likelihood", "stddev"), [("bernoulli", 1.0), ("gaussian", 0.7)]
)
def test_loss_is_the_negative_bound(x, noise, likelihood, stddev):
    model = dense_model(
        likelihood=likelihood, stddev=stddev, num_samples=DRAWS, kl_weight=0.3
    )
    likelihoods, _, divergences = reference_terms(
        model, x, noise, stddev if likelihood == "gaussian" else None
    )
    losses, shown = example_losses(model, x, noise)
    reconstruction, kl = -likelihoods.mean(0), divergences.sum(-1)
    assert_close(losses, reconstruction + 0.3 * kl)
    assert_close(shown["reconstruction_loss"], reconstruction)
    assert_close(shown["kl"], kl)
    assert_close(shown["elbo"], -reconstruction - kl)


def test_capacity_is_aimed_at_from_both_sides(x, noise):
    model = dense_model(num_samples=DRAWS)
    likelihoods, _, divergences = reference_terms(model, x, noise)
    kl = divergences.sum(-1)
    capacity = float(kl.mean())
    model = VariationalAutoencoder(
        model.encoder,
        model.decoder,
        kl_weight=2.0,
        capacity=capacity,
        num_samples=DRAWS,
    )
    losses, _ = example_losses(model, x, noise)
    assert_close(losses, -likelihoods.mean(0) + 2.0 * abs(kl - capacity))


def test_free_bits_are_counted_for_each_latent_over_the_batch(x, noise):
    model = dense_model(num_samples=DRAWS)
    likelihoods, _, divergences = reference_terms(model, x, noise)
    means = np.sort(divergences.mean(0))
    free = float(means.mean())  # more than one of them, less than the other
    model = VariationalAutoencoder(
        model.encoder, model.decoder, free_bits=free, num_samples=DRAWS
    )
    losses, shown = example_losses(model, x, noise)
    assert_close(losses, -likelihoods.mean(0) + free + means[1])
    assert_close(shown["kl"], divergences.sum(-1))


@pytest.mark.parametrize("kl_weight", [1.0, 0.4])
def test_importance_weighted_loss_is_the_logarithm_of_the_mean_weight(
    x, noise, kl_weight
):
    model = dense_model(
        num_samples=DRAWS, importance_weighted=True, kl_weight=kl_weight
    )
    likelihoods, ratios, _ = reference_terms(model, x, noise)
    losses, _ = example_losses(model, x, noise)
    assert_close(losses, -log_mean_exp(likelihoods - kl_weight * ratios))


def test_learned_deviation_becomes_that_of_the_data(rng):
    data = rng.normal(size=(500, WIDTH)).astype("float32") * 0.2
    model = VariationalAutoencoder(
        *linear_pair(), likelihood="gaussian", stddev="learned", seed=0
    )
    model.compile(keras.optimizers.Adam(0.03))
    model.fit(data, batch_size=100, epochs=60, verbose=0)
    found = np.exp(float(model.likelihood.log_stddev))
    # Two of six dimensions can be explained by latents instead.
    assert 0.8 * data.std() < found < 1.05 * data.std()


def test_binarized_data_is_drawn_anew_with_its_values_as_probabilities(x):
    model = dense_model(binarize=True, seed=0)
    draws = [
        ops.convert_to_numpy(model(x, training=True)[0].x) for _ in range(400)
    ]
    assert set(np.unique(draws)) == {0.0, 1.0}
    error = np.mean(draws, axis=0) - x
    assert np.all(abs(error) < 5.0 * np.sqrt(x * (1 - x) / len(draws)) + 1e-9)


def test_binarized_data_is_what_is_reconstructed(x, noise):
    model = dense_model(binarize=True, num_samples=DRAWS, seed=0)
    drawn = ops.convert_to_numpy(model(x, training=True)[0].x)
    again = dense_model(binarize=True, num_samples=DRAWS, seed=0)
    again.set_weights(model.get_weights())
    likelihoods, _, divergences = reference_terms(model, drawn, noise)
    losses, _ = example_losses(again, x, noise)
    assert_close(losses, -likelihoods.mean(0) + divergences.sum(-1))


def test_evaluation_draws_codes_as_well(x):
    model = dense_model(seed=0)
    model.compile()
    first, second = (
        model.evaluate(x, verbose=0, return_dict=True) for _ in range(2)
    )
    assert first["kl"] == pytest.approx(second["kl"], rel=1e-6)
    assert first["reconstruction_loss"] != second["reconstruction_loss"]
    assert first["elbo"] == pytest.approx(-first["loss"], rel=1e-5)


def test_calls_give_what_the_mean_code_is_decoded_to(x):
    model = dense_model()
    mean, log_variance = model.posterior(x)
    encoded = model.encoder(x)
    assert_close(mean, encoded[0])
    assert_close(log_variance, encoded[1])
    logits = ops.convert_to_numpy(model.decoder(encoded[0]))
    assert_close(model.predict(x, verbose=0), logits)
    assert_close(model.reconstruct(x), 1 / (1 + np.exp(-logits)))
    assert_close(model.encode(x), mean)


def test_samples_are_decoded_from_the_prior():
    model = dense_model(likelihood="gaussian")
    samples = ops.convert_to_numpy(model.sample(20_000, seed=1))
    kernel, bias = model.decoder.get_weights()
    assert np.all(abs(samples.mean(0) - bias) < 0.05)
    np.testing.assert_allclose(np.cov(samples.T), kernel.T @ kernel, atol=0.1)
    assert_close(model.sample(2, seed=1), model.sample(2, seed=1))
    assert np.all(ops.convert_to_numpy(model.sample(2, seed=2)) != samples[:2])


def test_interpolation_is_linear_in_the_code(x):
    model = dense_model(likelihood="gaussian")  # and the decoder is linear
    images = ops.convert_to_numpy(model.interpolate(x[:2], x[2:4], 5))
    assert images.shape == (2, 5, WIDTH)
    start, end = (
        ops.convert_to_numpy(model.reconstruct(x[i : i + 2])) for i in (0, 2)
    )
    for index in range(5):
        part = index / 4
        expected = (1 - part) * start + part * end
        assert_close(images[:, index], expected)


def test_served_sample_depends_on_its_seed_only():
    model = dense_model()
    sample, spec = model.serving_signatures()["sample"]
    assert (spec.shape, spec.dtype, spec.name) == ((None,), "int32", "seed")
    several = ops.convert_to_numpy(sample(np.int32([3, 1, 2]))["sample"])
    alone = ops.convert_to_numpy(sample(np.int32([1]))["sample"])
    assert_close(several[1], alone[0])
    assert np.all(several[0] != several[1])


def test_weight_of_the_divergence_changes_without_compiling(x):
    model = dense_model(kl_weight=0.5, seed=0)
    traces = []
    original = model.example_losses
    model.example_losses = lambda *args: traces.append(0) or original(*args)
    model.compile(keras.optimizers.SGD(0.0))
    history = model.fit(
        x,
        epochs=4,
        verbose=0,
        callbacks=[KLWeightSchedule(0.0, 1.0, 2)],
    ).history
    weights = [
        (loss - reconstruction) / kl
        for loss, reconstruction, kl in zip(
            history["loss"],
            history["reconstruction_loss"],
            history["kl"],
            strict=True,
        )
    ]
    np.testing.assert_allclose(weights, [0.0, 0.5, 1.0, 1.0], atol=1e-4)
    assert history["kl_weight"] == [0.0, 0.5, 1.0, 1.0]
    assert len(traces) == 1
