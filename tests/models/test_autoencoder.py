"""Losses against the formulas of the papers, in NumPy."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.layers import GaussianCorruption
from keras_dl4.layers import KSparse
from keras_dl4.layers import MaskingNoise
from keras_dl4.layers import SaltAndPepperNoise
from keras_dl4.models import Autoencoder
from keras_dl4.regularizers import ContractivePenalty
from keras_dl4.regularizers import KLSparsity
from tests.models.autoencoder_reference import WIDTH
from tests.models.autoencoder_reference import autoencoder
from tests.models.autoencoder_reference import dense_pair
from tests.models.autoencoder_reference import reconstruction_of
from tests.models.autoencoder_reference import sigmoid
from tests.models.autoencoder_reference import squared_jacobian_norms


@pytest.fixture
def x(rng):
    return rng.uniform(0.05, 0.95, size=(8, WIDTH)).astype("float32")


def evaluated(model, x):
    model.compile()
    return model.evaluate(x, return_dict=True, verbose=0)


def logs_of_a_step(model, x, learning_rate=0.0):
    model.compile(keras.optimizers.SGD(learning_rate), jit_compile=False)
    return model.train_on_batch(x, return_dict=True)


def cross_entropy(x, p):
    return -np.sum(x * np.log(p) + (1.0 - x) * np.log(1.0 - p), axis=1)


def test_squared_error_is_summed_over_features_and_averaged_over_examples(x):
    model = autoencoder()
    errors = np.sum((x - reconstruction_of(model, x)) ** 2, axis=1)
    assert evaluated(model, x)["loss"] == pytest.approx(errors.mean(), 1e-5)


def test_cross_entropy_is_summed_over_features_and_averaged(x):
    model = autoencoder(reconstruction="bce", output="sigmoid")
    p = reconstruction_of(model, x, sigmoid)
    found = evaluated(model, x)["loss"]
    assert found == pytest.approx(cross_entropy(x, p).mean(), rel=1e-5)


def test_logits_are_decoded_to_probabilities(x):
    model = autoencoder(reconstruction="bce", from_logits=True)
    p = reconstruction_of(model, x, sigmoid)
    found = evaluated(model, x)["loss"]
    assert found == pytest.approx(cross_entropy(x, p).mean(), rel=1e-5)
    np.testing.assert_allclose(model.reconstruct(x), p, rtol=1e-5)
    np.testing.assert_allclose(model.decode(model.encode(x)), p, rtol=1e-5)
    np.testing.assert_allclose(sigmoid(np.asarray(model(x))), p, rtol=1e-5)


def test_keras_loss_is_averaged_over_features_and_examples(x):
    model = autoencoder(reconstruction=keras.losses.Huber(0.1))
    errors = np.abs(x - reconstruction_of(model, x))
    huber = np.where(errors < 0.1, errors**2 / 2, 0.1 * errors - 0.005)
    assert evaluated(model, x)["loss"] == pytest.approx(huber.mean(), 1e-5)


def test_keras_loss_of_images_counts_each_example_once():
    layer = keras.layers.Conv2D(1, 3, padding="same", name="encoder")
    model = Autoencoder(
        layer,
        keras.layers.Conv2D(1, 3, padding="same"),
        reconstruction=keras.losses.MeanSquaredError(),
    )
    images = np.random.default_rng(0).normal(size=(3, 4, 5, 1))
    error = np.mean((images - model.predict(images, verbose=0)) ** 2)
    assert evaluated(model, images)["loss"] == pytest.approx(error, rel=1e-5)


def fixed_corruption(layer, x):
    """What a new layer of the same seed makes of x first."""
    again = type(layer).from_config(layer.get_config())
    return ops.convert_to_numpy(again(x, training=True)[0])


@pytest.mark.parametrize(
    "corruption",
    [
        MaskingNoise(0.4, return_mask=True, seed=5),
        SaltAndPepperNoise(0.4, return_mask=True, seed=5),
    ],
)
@pytest.mark.parametrize("emphasis", [None, (1.0, 0.0), (2.0, 0.5)])
def test_corrupted_components_are_emphasized(x, corruption, emphasis):
    """Vincent et al. 2010, equations 11 and 12."""
    corruption = type(corruption).from_config(corruption.get_config())
    noisy = fixed_corruption(corruption, x)
    model = autoencoder(corruption, emphasis=emphasis)
    squared = (x - reconstruction_of(model, noisy)) ** 2
    corrupted, kept = emphasis or (1.0, 1.0)
    # Uniform data is not 0 or 1 by chance: what differs was corrupted.
    weights = np.where(noisy != x, corrupted, kept)
    logs = logs_of_a_step(model, x)
    expected = np.sum(weights * squared, axis=1).mean()
    assert logs["loss"] == pytest.approx(expected, rel=1e-5)
    assert logs["reconstruction_loss"] == pytest.approx(expected, rel=1e-5)
    # In evaluation nothing is corrupted, and each error counts the same.
    clean = np.sum((x - reconstruction_of(model, x)) ** 2, axis=1).mean()
    assert evaluated(model, x)["loss"] == pytest.approx(clean, rel=1e-5)


def test_emphasis_weighs_cross_entropies_too(x):
    corruption = MaskingNoise(0.4, return_mask=True, seed=5)
    noisy = fixed_corruption(corruption, x)
    model = autoencoder(
        corruption, reconstruction="bce", emphasis=[1, 0], output="sigmoid"
    )
    p = reconstruction_of(model, noisy, sigmoid)
    errors = -(x * np.log(p) + (1.0 - x) * np.log(1.0 - p))
    expected = np.sum((noisy != x) * errors, axis=1).mean()
    assert logs_of_a_step(model, x)["loss"] == pytest.approx(expected, 1e-5)


def test_training_with_emphasis_gives_the_mask_and_metrics_work(x):
    model = autoencoder(
        MaskingNoise(0.5, return_mask=True, seed=1), emphasis=(1.0, 0.5)
    )
    outputs, mask = model(x, training=True)
    assert outputs.shape == mask.shape == x.shape
    assert model(x).shape == x.shape
    model.compile("sgd", metrics=["mae"], jit_compile=False)
    logs = model.train_on_batch(x, return_dict=True)
    assert 0.0 < logs["mae"] < 1.0


def test_penalty_is_added_to_the_loss_of_clean_data(x):
    model = autoencoder(
        GaussianCorruption(0.5), penalties=[ContractivePenalty(0.3)]
    )
    norms = squared_jacobian_norms(model, x)
    for logs in (logs_of_a_step(model, x), evaluated(model, x)):
        added = logs["loss"] - logs["reconstruction_loss"]
        assert added == pytest.approx(0.3 * norms.mean(), rel=1e-4)


def test_penalties_sparsity_and_regularizers_add_up(x):
    options = {
        "activity_regularizer": KLSparsity(0.2, 0.5),
        "kernel_regularizer": keras.regularizers.L2(0.1),
    }
    model = autoencoder(
        penalties=[ContractivePenalty(0.3), ContractivePenalty(0.2)],
        code_options=options,
    )
    kernel, bias = model.encoder.get_weights()
    rates = sigmoid(x @ kernel + bias).mean(axis=0)
    kl = 0.2 * np.log(0.2 / rates) + 0.8 * np.log(0.8 / (1.0 - rates))
    expected = (
        np.sum((x - reconstruction_of(model, x)) ** 2, axis=1).mean()
        + 0.5 * squared_jacobian_norms(model, x).mean()
        + 0.5 * kl.sum()
        + 0.1 * np.sum(kernel**2)
    )
    for logs in (logs_of_a_step(model, x), evaluated(model, x)):
        assert logs["loss"] == pytest.approx(expected, rel=1e-5)


def test_only_the_largest_units_of_a_k_sparse_code_reconstruct(x):
    encoder, decoder = dense_pair(code=None)
    encoder.add(KSparse(1))
    model = Autoencoder(encoder, decoder)
    assert np.all(np.count_nonzero(model.encode(x), axis=1) == 1)


def test_penalties_draw_apart_from_each_other(x):
    """Of one seed each: what one draws does not change the other's draws."""

    def added(*seeds):
        keras.utils.set_random_seed(0)
        penalties = [
            ContractivePenalty(1.0, "hutchinson", seed=seed) for seed in seeds
        ]
        logs = logs_of_a_step(autoencoder(penalties=penalties), x)
        return logs["loss"] - logs["reconstruction_loss"]

    assert added(1) != added(2)
    assert added(1, 2) == pytest.approx(added(1) + added(2), rel=1e-4)


def test_a_penalty_may_be_any_function(x):
    def penalty(encoder, inputs, seed):
        return ops.mean(ops.square(encoder(inputs)))

    model = autoencoder(penalties=[penalty])
    code = np.asarray(model.encode(x), "float64")
    logs = logs_of_a_step(model, x)
    added = logs["loss"] - logs["reconstruction_loss"]
    assert added == pytest.approx(np.mean(code**2), rel=1e-4)


def test_denoising_gaussian_data_learns_the_wiener_filter():
    """The best reconstruction of x from x + noise is C (C + s^2 I)^-1."""
    covariance = np.array([[2.0, 0.8, 0.0], [0.8, 1.0, 0.3], [0.0, 0.3, 0.6]])
    stddev = 0.8
    wiener = covariance @ np.linalg.inv(covariance + stddev**2 * np.eye(3))
    # Whitened exactly, so that the sample has this covariance.
    x = np.random.default_rng(0).normal(size=(4096, 3))
    x -= x.mean(axis=0)
    x = x @ np.linalg.inv(np.linalg.cholesky(x.T @ x / len(x))).T
    x = x @ np.linalg.cholesky(covariance).T
    model = Autoencoder(
        keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)]),
        keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)]),
        corruption=GaussianCorruption(stddev, seed=0),
    )
    rate = keras.optimizers.schedules.CosineDecay(0.03, 400)
    model.compile(keras.optimizers.Adam(rate), steps_per_execution=20)
    # One long epoch: each copy gets noise of its own.
    model.fit(np.tile(x, (200, 1)), batch_size=2048, verbose=0)
    learned = np.asarray(
        model.reconstruct(np.eye(3)) - model.reconstruct(np.zeros((1, 3)))
    ).T
    error = np.linalg.norm(learned - wiener) / np.linalg.norm(wiener)
    assert error < 0.01


def test_seed_makes_a_run_again(x):
    def run():
        keras.utils.set_random_seed(3)
        model = autoencoder(MaskingNoise(0.5))
        model.compile("adam")
        return model.fit(x, epochs=3, verbose=0).history["loss"]

    assert run() == run()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"corruption": 0.3}, "`corruption` must be a Keras layer"),
        ({"penalties": [0.1]}, "Each of the `penalties`.*Received: 0.1"),
        ({"penalties": ContractivePenalty(1.0)}, "single one into a list"),
        ({"penalties": "l2"}, "must be a list or tuple.*'l2'"),
        ({"penalties": [keras.regularizers.L2(0.1)]}, "belongs to that layer"),
        ({"reconstruction": "mae"}, "'mse', 'bce' or a.*'mae'"),
        (
            {"reconstruction": keras.losses.Huber(reduction="sum")},
            "reduction='sum'",
        ),
        ({"from_logits": True}, "is for `reconstruction='bce'`"),
        ({"emphasis": (1.0, 0.0)}, "return_mask=True"),
        (
            {"emphasis": (1.0, 0.0), "corruption": MaskingNoise(0.3)},
            "return_mask=True",
        ),
        ({"emphasis": 1.0}, "pair of weights"),
        ({"emphasis": (1.0, -1.0)}, r"emphasis=\(1.0, -1.0\)"),
        (
            {
                "emphasis": (1.0, 0.0),
                "corruption": MaskingNoise(0.3, return_mask=True),
                "reconstruction": keras.losses.Huber(),
            },
            "must be 'mse' or 'bce'",
        ),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match="(?s)" + message):
        autoencoder(**arguments)


def test_penalty_without_a_jacobian_path_is_refused(x):
    encoder = keras.Sequential(
        [
            keras.Input((WIDTH,)),
            keras.layers.Embedding(3, 2),
            keras.layers.Flatten(),
        ]
    )
    decoder = keras.Sequential([keras.layers.Dense(WIDTH)])
    model = Autoencoder(encoder, decoder, penalties=[ContractivePenalty(1.0)])
    model.compile("sgd")
    with pytest.raises(ValueError, match="path"):
        model.fit(x, verbose=0)
