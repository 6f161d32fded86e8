"""Training goes the same way on replicas, compiled, and after a kill."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.layers import GaussianCorruption
from keras_dl4.layers import KSparse
from keras_dl4.layers import MaskingNoise
from keras_dl4.layers import TiedDense
from keras_dl4.models import Autoencoder
from keras_dl4.regularizers import ContractivePenalty
from keras_dl4.regularizers import KLSparsity
from tests.models.autoencoder_reference import UNITS
from tests.models.autoencoder_reference import WIDTH
from tests.models.autoencoder_reference import autoencoder
from tests.resumed_runs import NUM_EPOCHS
from tests.resumed_runs import WAYS
from tests.resumed_runs import largest_difference

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="it is about TensorFlow"
)
DATA = np.random.default_rng(0).uniform(size=(8, WIDTH)).astype("float32")


def sparse_and_contractive(**kwargs):
    return autoencoder(
        penalties=[ContractivePenalty(0.3)],
        code_options={"activity_regularizer": KLSparsity(0.2, 0.5)},
        **kwargs,
    )


def noisy():
    """Everything that draws: noise, emphasis, and two random penalties."""
    code = keras.layers.Dense(UNITS)
    encoder = keras.Sequential(
        [keras.Input((WIDTH,)), code, KSparse(3), keras.layers.Dropout(0.0)]
    )
    decoder = keras.Sequential(
        [keras.Input((UNITS,)), TiedDense(code, "sigmoid")]
    )
    return Autoencoder(
        encoder,
        decoder,
        MaskingNoise(0.3, return_mask=True),
        [
            ContractivePenalty(0.1, "hutchinson"),
            ContractivePenalty(0.1, hessian_weight=0.1),
        ],
        "bce",
        emphasis=(1.0, 0.5),
    )


def compiled(create, weight_seed=0, **options):
    keras.utils.set_random_seed(weight_seed)
    model = create()
    model.compile(
        options.pop("optimizer", None) or keras.optimizers.SGD(0.1),
        metrics=["mae"],
        **{"jit_compile": False, **options},
    )
    return model


def train(model, start=0, stop=1, callbacks=(), batch_size=4):
    return model.fit(
        DATA,
        batch_size=batch_size,
        initial_epoch=start,
        epochs=stop,
        shuffle=False,
        callbacks=list(callbacks),
        verbose=0,
    ).history


def assert_same_training(model, other, history=None, other_history=None):
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    for name, values in (history or {}).items():
        np.testing.assert_allclose(
            values, other_history[name], rtol=1e-4, err_msg=name
        )


@needs_tensorflow
def test_two_replicas_equal_one_device(strategy):
    """With weights, penalties, and sparsity, whose rates make replicas wait."""

    def trained():
        model = compiled(sparse_and_contractive)
        history = model.fit(
            DATA,
            sample_weight=np.arange(8.0),
            batch_size=8,
            epochs=3,
            shuffle=False,
            verbose=0,
            validation_data=DATA,
        ).history
        return model, history

    one, history = trained()
    with strategy.scope():
        two, other_history = trained()
    assert_same_training(one, two, history, other_history)


@needs_tensorflow
def test_mean_of_replicas_instead_of_the_batch_would_be_noticed(strategy):
    """A loss that is not divided by the replicas moves twice as far."""

    class Wrong(Autoencoder):
        def compute_loss(self, x=None, y=None, y_pred=None, *args, **kwargs):
            return ops.mean(self.example_losses(x, y_pred, True)[0])

    def moved(cls):
        keras.utils.set_random_seed(0)
        whole = autoencoder()
        model = cls(whole.encoder, whole.decoder)
        before = model.get_weights()
        model.compile(keras.optimizers.SGD(0.1), jit_compile=False)
        model.train_on_batch(DATA)
        after = model.get_weights()
        return np.concatenate(
            [(b - a).ravel() for a, b in zip(before, after, strict=True)]
        )

    one = moved(Autoencoder)
    with strategy.scope():
        np.testing.assert_allclose(moved(Autoencoder), one, 1e-4, 1e-6)
        np.testing.assert_allclose(moved(Wrong), 2.0 * one, 1e-4, 1e-6)


@needs_tensorflow
def test_replicas_corrupt_differently(strategy):
    import tensorflow as tf

    with strategy.scope():
        model = autoencoder(GaussianCorruption(1.0, seed=1))
    outputs = strategy.run(lambda: model(tf.constant(DATA), training=True))
    one, two = strategy.experimental_local_results(outputs)
    assert np.all(one.numpy() != two.numpy())


@needs_tensorflow
def test_everything_at_once_trains_under_xla():
    model = compiled(noisy, jit_compile=True)
    losses = train(model, stop=3)["loss"]
    assert np.all(np.isfinite(losses))
    assert len(set(losses)) == 3


def test_eager_steps_and_several_at_once_are_the_same():
    one = compiled(noisy)
    history = train(one)
    for options in ({"steps_per_execution": 2}, {"run_eagerly": True}):
        other = compiled(noisy, **options)
        assert_same_training(one, other, history, train(other))


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_trains(policy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        model = compiled(noisy, optimizer=keras.optimizers.Adam(0.02))
    finally:
        keras.config.set_dtype_policy(before)
    is_scaled = isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
    assert is_scaled == (policy == "mixed_float16")
    losses = train(model, stop=30)["loss"]
    assert np.all(np.isfinite(losses))
    assert losses[-1] < losses[0]
    half = model.compute_dtype
    assert keras.backend.standardize_dtype(model(DATA).dtype) == half


def test_penalty_is_not_rounded_under_mixed_precision():
    values, weights = [], autoencoder().encoder.get_weights()
    before = keras.config.dtype_policy()
    for policy in ("float32", "mixed_bfloat16"):
        keras.config.set_dtype_policy(policy)
        try:
            model = autoencoder(penalties=[ContractivePenalty(1.0)])
        finally:
            keras.config.set_dtype_policy(before)
        model.encoder.set_weights(weights)
        values.append(float(model.penalty_terms(DATA, training=False)[0]))
    assert values[1] == pytest.approx(values[0], rel=1e-6)


def run_of_noise(weight_seed=0):
    return compiled(noisy, weight_seed, optimizer=keras.optimizers.Adam(0.01))


@pytest.fixture(scope="module")
def uninterrupted():
    model = run_of_noise()
    train(model, 0, NUM_EPOCHS)
    return model


@pytest.mark.parametrize("way", WAYS)
def test_run_goes_on_bit_for_bit(way, uninterrupted, tmp_path):
    resumed = WAYS[way](run_of_noise, train, tmp_path)
    assert largest_difference(resumed, uninterrupted) == 0.0


def test_tied_weights_are_tied_in_a_file(tmp_path):
    model = run_of_noise()
    train(model)
    model.save(tmp_path / "run.keras")
    again = keras.saving.load_model(tmp_path / "run.keras")
    assert again.decoder.layers[0].source is again.encoder.layers[0]


def test_compiled_model_comes_back_compiled(tmp_path):
    model = compiled(noisy)
    train(model)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    found = [
        each.evaluate(DATA, verbose=0, return_dict=True)
        for each in (model, again)
    ]
    assert set(found[0]) == {"loss", "reconstruction_loss", "mae"}
    assert found[0] == pytest.approx(found[1], rel=1e-6)
