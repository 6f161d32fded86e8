"""On a linear model, whose posterior and likelihood are known."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.models import VariationalAutoencoder
from tests.models.variational_reference import LATENTS
from tests.models.variational_reference import WIDTH
from tests.models.variational_reference import dense_model
from tests.models.variational_reference import fed
from tests.models.variational_reference import linear_pair
from tests.models.variational_reference import reference_terms

STDDEV = 0.6
# Their mean is 0 and their covariance 1, so that the mean of a quadratic
# function over them is its expectation.
SIGMA_POINTS = np.sqrt(LATENTS) * np.concatenate(
    [np.eye(LATENTS), -np.eye(LATENTS)]
)


class LinearGaussian:
    """z ~ N(0, 1), x ~ N(z kernel + bias, stddev^2), with q(z | x) beside it.

    The rows of the kernel are orthogonal: the true posterior has a diagonal
    covariance, and so q can be it.
    """

    def __init__(self, rng, posterior_error=0.0, **kwargs):
        rotation, _ = np.linalg.qr(rng.normal(size=(WIDTH, WIDTH)))
        self.kernel = np.diag([1.5, 0.7]) @ rotation[:LATENTS]
        self.bias = rng.normal(size=WIDTH)
        precision = np.eye(LATENTS) + self.kernel @ self.kernel.T / STDDEV**2
        self.posterior_variance = np.diag(np.linalg.inv(precision))
        self.to_mean = self.kernel.T / STDDEV**2 * self.posterior_variance
        self.model = VariationalAutoencoder(
            *linear_pair(), likelihood="gaussian", stddev=STDDEV, **kwargs
        )
        self.model.decoder.set_weights([self.kernel, self.bias])
        error = posterior_error * rng.normal(size=self.to_mean.shape)
        self.mean_kernel = self.to_mean + error
        self.log_variance = np.log(self.posterior_variance)
        self.log_variance = self.log_variance + posterior_error
        encoder = self.model.encoder
        encoder.get_layer("mean").set_weights(
            [self.mean_kernel, -self.bias @ self.mean_kernel]
        )
        encoder.get_layer("log_variance").set_weights([self.log_variance])

    def draw(self, rng, number):
        code = rng.normal(size=(number, LATENTS))
        noise = STDDEV * rng.normal(size=(number, WIDTH))
        return (code @ self.kernel + self.bias + noise).astype("float32")

    def log_likelihood(self, x):
        covariance = self.kernel.T @ self.kernel + STDDEV**2 * np.eye(WIDTH)
        return log_normal_of_vectors(x - self.bias, covariance)

    def divergence_from_the_posterior(self, x):
        """KL(q(z | x) || p(z | x))."""
        centered = np.float64(x) - self.bias
        distance = centered @ (self.mean_kernel - self.to_mean)
        ratio = np.exp(self.log_variance) / self.posterior_variance
        terms = ratio - 1 - np.log(ratio)
        return 0.5 * np.sum(terms + distance**2 / self.posterior_variance, -1)


def log_normal_of_vectors(centered, covariance):
    centered = np.float64(centered)
    _, log_determinant = np.linalg.slogdet(2 * np.pi * covariance)
    squares = np.sum(centered @ np.linalg.inv(covariance) * centered, axis=-1)
    return -0.5 * (squares + log_determinant)


def bounds(model, x):
    """The ELBO of each example, as an exact expectation."""
    noise = np.repeat(SIGMA_POINTS[:, None], len(x), axis=1)
    with fed(noise):
        _, shown = model.example_losses(
            ops.convert_to_tensor(x), None, training=False
        )
    return ops.convert_to_numpy(shown["elbo"])


@pytest.mark.parametrize("posterior_error", [0.0, 0.1, 0.4])
def test_bound_and_divergence_make_up_the_likelihood(rng, posterior_error):
    linear = LinearGaussian(rng, posterior_error, num_samples=len(SIGMA_POINTS))
    x = linear.draw(rng, 50)
    divergence = linear.divergence_from_the_posterior(x)
    likelihood = linear.log_likelihood(x)
    found = bounds(linear.model, x)
    np.testing.assert_allclose(found + divergence, likelihood, atol=1e-4)
    if posterior_error:
        assert np.all(found < likelihood)
        assert np.mean(likelihood - found) > 0.01


def test_every_weight_is_the_likelihood_at_the_true_posterior(rng):
    linear = LinearGaussian(rng, num_samples=3, importance_weighted=True)
    x = linear.draw(rng, 50)
    losses, _ = linear.model.example_losses(
        ops.convert_to_tensor(x), None, training=False
    )
    losses = ops.convert_to_numpy(losses)
    np.testing.assert_allclose(-losses, linear.log_likelihood(x), atol=1e-4)
    found = linear.model.log_likelihood(x, 4, verbose=0)
    np.testing.assert_allclose(found, linear.log_likelihood(x), atol=1e-4)


def test_importance_weighted_bound_rises_to_the_likelihood(rng):
    linear = LinearGaussian(rng, 0.15)
    x = linear.draw(rng, 400)
    likelihood = linear.log_likelihood(x).mean()
    found = [
        linear.model.log_likelihood(x, k, batch_size=100, verbose=0).mean()
        for k in (1, 5, 50, 500)
    ]
    gaps = likelihood - np.array(found)
    assert np.all(np.diff(found) > 0.0)
    assert gaps[0] > 10 * gaps[2]
    assert abs(gaps[3]) < 0.02 * gaps[0]


def test_log_likelihood_of_each_example(rng):
    linear = LinearGaussian(rng, 0.05)
    x = linear.draw(rng, 30)
    found = linear.model.log_likelihood(x, 2000, chunk_size=300, verbose=0)
    assert found.dtype == "float64"
    np.testing.assert_allclose(found, linear.log_likelihood(x), atol=0.05)


def test_chunks_and_batches_add_up(rng):
    """All draws are alike, and so is each log-weight and their mean."""
    x = rng.integers(2, size=(5, WIDTH)).astype("float32")
    noise = rng.normal(size=(1, 1, LATENTS))
    model = dense_model()
    likelihoods, ratios, _ = reference_terms(model, x, noise)
    with fed(np.tile(noise, (1, 100, 1))):
        for num_samples, chunk_size in ((1, 50), (7, 3), (6, 3)):
            found = model.log_likelihood(
                x,
                num_samples,
                chunk_size=chunk_size,
                batch_size=2,
                verbose=0,
            )
            np.testing.assert_allclose(
                found, (likelihoods - ratios)[0], rtol=1e-5
            )


def test_progress_is_shown(rng, capsys):
    x = rng.integers(2, size=(4, WIDTH)).astype("float32")
    dense_model().log_likelihood(x, 10, chunk_size=4)
    assert "3/3" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["num_samples", "chunk_size", "batch_size"])
def test_number_that_is_not_positive_is_refused(name):
    arguments = {"num_samples": 2, name: 0}
    with pytest.raises(ValueError, match=f"`{name}` must be a positive int"):
        dense_model().log_likelihood(np.zeros((2, WIDTH)), **arguments)


def test_seed_that_is_no_int_is_refused():
    x = np.zeros((2, WIDTH))
    with pytest.raises(ValueError, match="had again. Received: seed=None"):
        dense_model().log_likelihood(x, 2, seed=None)
    model = dense_model()
    of_int, of_numpy = (
        model.log_likelihood(x, 2, seed=seed, verbose=0)
        for seed in (3, np.int64(3))
    )
    np.testing.assert_array_equal(of_int, of_numpy)


@pytest.mark.parametrize("x", [iter([np.zeros((2, WIDTH))]), "text", None])
def test_what_is_no_array_of_numbers_is_refused(x):
    with pytest.raises(ValueError, match="one array of numbers.*concatenate"):
        dense_model().log_likelihood(x, 2)


def test_gray_data_is_refused_where_the_model_binarizes():
    with pytest.raises(ValueError, match="Draw the data once"):
        dense_model(binarize=True).log_likelihood(np.full((2, WIDTH), 0.5))


def test_training_reaches_the_analytic_likelihood(rng):
    """The optimum of a linear VAE is that of probabilistic PCA."""
    x = LinearGaussian(rng).draw(rng, 1000)
    keras.utils.set_random_seed(0)
    model = VariationalAutoencoder(
        *linear_pair(), likelihood="gaussian", stddev="learned", seed=0
    )
    epochs = 150
    rate = keras.optimizers.schedules.CosineDecay(0.02, 10 * epochs)
    model.compile(keras.optimizers.Adam(rate))
    model.fit(x, batch_size=100, epochs=epochs, verbose=0)
    centered = x - x.mean(0, dtype="float64")
    values, vectors = np.linalg.eigh(centered.T @ centered / len(x))
    rest, kept = np.split(values, [WIDTH - LATENTS])
    kept_vectors = vectors[:, WIDTH - LATENTS :]
    covariance = rest.mean() * np.eye(WIDTH)
    covariance += kept_vectors * (kept - rest.mean()) @ kept_vectors.T
    best = log_normal_of_vectors(centered, covariance).mean()
    found = model.log_likelihood(x, 200, batch_size=250, verbose=0).mean()
    assert found == pytest.approx(best, rel=0.01)
    kernel, bias = (np.float64(w) for w in model.decoder.get_weights())
    variance = np.exp(2 * float(model.likelihood.log_stddev))
    reached = log_normal_of_vectors(
        x - bias, kernel.T @ kernel + variance * np.eye(WIDTH)
    ).mean()
    assert reached == pytest.approx(best, rel=0.01)
    untrained = VariationalAutoencoder(*linear_pair(), likelihood="gaussian")
    start = untrained.log_likelihood(x, 200, batch_size=250, verbose=0).mean()
    assert start < 1.1 * best  # Both are negative.
