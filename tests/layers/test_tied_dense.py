import copy

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.layers import TiedDense

WIDTH, UNITS = 5, 3


def encoder_and_decoder(kind="sequential", use_bias=True):
    """Two models of their own; the kernel of the first is in both."""
    source = keras.layers.Dense(UNITS, "sigmoid", name="source")
    tied = TiedDense(source, "tanh", use_bias, name="tied")
    if kind == "sequential":
        encoder = keras.Sequential([keras.Input((WIDTH,)), source])
        decoder = keras.Sequential([keras.Input((UNITS,)), tied])
    else:
        x, z = keras.Input((WIDTH,)), keras.Input((UNITS,))
        encoder = keras.Model(x, source(x))
        decoder = keras.Model(z, tied(z))
    return encoder, decoder


def nested(encoder, decoder, kind="sequential"):
    if kind == "sequential":
        return keras.Sequential([keras.Input((WIDTH,)), encoder, decoder])
    inputs = keras.Input((WIDTH,))
    return keras.Model(inputs, decoder(encoder(inputs)))


def autoencoder(kind="sequential", outer_kind="sequential"):
    return nested(*encoder_and_decoder(kind), outer_kind)


def layers_of(model):
    """The source and the tied layer of a nested model."""
    inner = [part for part in model.layers if isinstance(part, keras.Model)]
    found = {layer.name: layer for part in inner for layer in part.layers}
    return found["source"], found["tied"]


def reconstruction(x, kernel, bias, tied_bias):
    hidden = 1.0 / (1.0 + np.exp(-(x @ kernel + bias)))
    return np.tanh(hidden @ kernel.T + tied_bias)


def randomized(model, rng):
    for variable in model.trainable_variables:
        variable.assign(rng.normal(size=variable.shape))
    return [ops.convert_to_numpy(v) for v in model.trainable_variables]


@pytest.fixture
def x(rng):
    return rng.normal(size=(4, WIDTH)).astype("float32")


def test_equals_product_with_the_transposed_kernel(x, rng):
    model = autoencoder()
    weights = randomized(model, rng)
    assert [w.shape for w in weights] == [(WIDTH, UNITS), (UNITS,), (WIDTH,)]
    np.testing.assert_allclose(model(x), reconstruction(x, *weights), rtol=1e-5)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="uses a gradient tape"
)
def test_gradient_collects_both_uses(x, rng):
    import tensorflow as tf

    model = autoencoder()
    weights = [w.astype("float64") for w in randomized(model, rng)]
    with tf.GradientTape() as tape:
        loss = ops.sum(ops.square(model(x)))
    gradients = tape.gradient(loss, [v.value for v in model.trainable_weights])
    for index, gradient in enumerate(gradients):
        numeric = np.zeros(gradient.shape)
        for place in np.ndindex(*gradient.shape):
            losses = []
            for step in (1e-6, -1e-6):
                moved = [w.copy() for w in weights]
                moved[index][place] += step
                losses.append(np.sum(reconstruction(x, *moved) ** 2))
            numeric[place] = (losses[0] - losses[1]) / 2e-6
        np.testing.assert_allclose(gradient, numeric, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", ["sequential", "functional"])
@pytest.mark.parametrize("outer_kind", ["sequential", "functional"])
def test_loaded_model_is_still_tied(tmp_path, x, rng, kind, outer_kind):
    model = autoencoder(kind, outer_kind)
    randomized(model, rng)
    model.compile("adam", "mse")
    # Before as well as after, so that the optimizer has something to save.
    model.fit(x, x, batch_size=4, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(x), model(x))
    source, tied = layers_of(again)
    assert tied.source is source
    assert len(again.trainable_weights) == 3
    for trained in (model, again):
        trained.fit(x, x, batch_size=4, epochs=2, verbose=0)
    np.testing.assert_array_equal(again(x), model(x))


def test_loaded_model_that_names_the_decoder_first_is_still_tied(tmp_path):
    encoder, decoder = encoder_and_decoder()
    codes, inputs = keras.Input((UNITS,)), keras.Input((WIDTH,))
    model = keras.Model([codes, inputs], [decoder(codes), encoder(inputs)])
    assert model.layers.index(decoder) < model.layers.index(encoder)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    source, tied = layers_of(again)
    assert tied.source is source
    for variable, other in zip(model.weights, again.weights, strict=True):
        np.testing.assert_array_equal(variable, other)


def test_model_saved_twice_over_is_still_tied(tmp_path, x):
    model = autoencoder()
    expected = ops.convert_to_numpy(model(x))
    for _ in range(2):
        model.save(tmp_path / "model.keras")
        model = keras.saving.load_model(tmp_path / "model.keras")
    source, tied = layers_of(model)
    assert tied.source is source
    np.testing.assert_array_equal(model(x), expected)


def test_copied_model_is_tied_in_itself(x):
    model = autoencoder()
    again = copy.deepcopy(model)
    np.testing.assert_array_equal(again(x), model(x))
    source, tied = layers_of(again)
    assert tied.source is source
    assert source is not layers_of(model)[0]


def test_two_loaded_models_share_nothing(tmp_path):
    model = autoencoder()
    model.save(tmp_path / "model.keras")
    one, two = (
        keras.saving.load_model(tmp_path / "model.keras") for _ in range(2)
    )
    for variable in one.weights:
        assert all(
            variable is not other for other in two.weights + model.weights
        )


def test_weights_file_goes_into_another_model(tmp_path, x, rng):
    model, again = autoencoder(), autoencoder()
    randomized(model, rng)
    model.save_weights(tmp_path / "model.weights.h5")
    again.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(again(x), model(x))


def test_decoder_alone_keeps_its_kernel(tmp_path, rng):
    encoder, decoder = encoder_and_decoder()
    randomized(encoder, rng)
    decoder.save(tmp_path / "decoder.keras")
    again = keras.saving.load_model(tmp_path / "decoder.keras")
    z = rng.normal(size=(4, UNITS)).astype("float32")
    np.testing.assert_array_equal(again(z), decoder(z))
    again.layers[0].source.kernel.assign(np.zeros((WIDTH, UNITS)))
    assert np.any(encoder.layers[0].kernel != 0.0)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="makes a SavedModel"
)
def test_exported_model_answers_the_same(tmp_path, x, rng):
    import tensorflow as tf

    encoder, decoder = encoder_and_decoder()
    model = nested(encoder, decoder)
    randomized(model, rng)
    z = encoder(x)
    for exported, inputs in [(model, x), (decoder, z)]:
        path = str(tmp_path / exported.name)
        exported.export(path, verbose=False)
        loaded = tf.saved_model.load(path)
        np.testing.assert_allclose(
            loaded.serve(inputs), exported(inputs), rtol=1e-6
        )


def test_regularizer_of_the_source_counts_once():
    source = keras.layers.Dense(UNITS, kernel_regularizer="l2", use_bias=False)
    tied = TiedDense(source, use_bias=False)
    model = keras.Sequential([keras.Input((WIDTH,)), source, tied])
    expected = 0.01 * np.sum(ops.convert_to_numpy(source.kernel) ** 2)
    np.testing.assert_allclose(sum(model.losses), expected, rtol=1e-5)


def test_models_that_are_built_when_called_are_tied(x):
    source = keras.layers.Dense(UNITS)
    model = keras.Sequential([source, TiedDense(source)])
    assert model(x).shape == (4, WIDTH)
    assert len(model.weights) == 3


def test_sequence_mask_is_passed_on():
    source = keras.layers.Dense(UNITS)
    source.build((None, WIDTH))
    z = keras.layers.Masking()(np.zeros((2, 4, UNITS)))
    assert TiedDense(source)(z)._keras_mask is not None


@pytest.mark.parametrize("source", [None, "source", keras.layers.Flatten()])
def test_source_that_is_not_dense_is_refused(source):
    with pytest.raises(ValueError, match="`keras.layers.Dense` whose kernel"):
        TiedDense(source)


def test_source_without_a_kernel_is_refused():
    source = keras.layers.Dense(UNITS, name="source")
    with pytest.raises(ValueError, match="built before.*'source', which has"):
        TiedDense(source)(np.zeros((4, UNITS)))


def test_inputs_of_another_width_are_refused():
    source = keras.layers.Dense(UNITS)
    source.build((None, WIDTH))
    with pytest.raises(ValueError, match="units, 3. Received: input shape"):
        TiedDense(source)(np.zeros((4, WIDTH)))
