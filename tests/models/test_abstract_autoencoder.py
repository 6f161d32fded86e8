"""Data, targets and shapes, which every autoencoder treats alike."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.models import Autoencoder
from tests.models.autoencoder_reference import UNITS
from tests.models.autoencoder_reference import WIDTH
from tests.models.autoencoder_reference import autoencoder
from tests.models.autoencoder_reference import dense_pair
from tests.models.autoencoder_reference import reconstruction_of


@pytest.fixture
def x(rng):
    return rng.uniform(size=(8, WIDTH)).astype("float32")


class Batches(keras.utils.PyDataset):
    """Two batches, of x and perhaps of more."""

    def __init__(self, *arrays):
        super().__init__()
        self.arrays = arrays

    def __len__(self):
        return 2

    def __getitem__(self, index):
        rows = slice(4 * index, 4 * index + 4)
        batch = tuple(array[rows] for array in self.arrays)
        return batch if len(batch) > 1 else batch[0]


def trained_weights(data, **kwargs):
    keras.utils.set_random_seed(0)
    model = autoencoder()
    model.compile(keras.optimizers.SGD(0.1), metrics=["mae"])
    model.fit(data, verbose=0, shuffle=False, **kwargs)
    return model.get_weights()


def assert_same_weights(weights, others):
    for weight, other in zip(weights, others, strict=True):
        np.testing.assert_allclose(weight, other, rtol=1e-6, atol=1e-7)


def test_data_sets_train_as_the_array_does(x):
    labels, ones = np.arange(8), np.ones(8, "float32")
    expected = trained_weights(x, batch_size=4)
    assert_same_weights(trained_weights(x, y=x, batch_size=4), expected)
    for arrays in ((x,), (x, labels), (x, x), (x, labels, ones)):
        assert_same_weights(trained_weights(Batches(*arrays)), expected)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="makes a tf.data.Dataset"
)
def test_tensorflow_data_sets_train_as_the_array_does(x):
    import tensorflow as tf

    expected = trained_weights(x, batch_size=4)
    for arrays in (x, (x,), (x, np.arange(8))):
        dataset = tf.data.Dataset.from_tensor_slices(arrays).batch(4)
        assert_same_weights(trained_weights(dataset), expected)


def test_generator_trains_as_the_array_does(x):
    expected = trained_weights(x, batch_size=4)
    batches = iter([x[:4], x[4:]])
    trained = trained_weights(batches, steps_per_epoch=2)
    assert_same_weights(trained, expected)


@pytest.mark.parametrize("shape", [(8,), (8, 1)])
def test_examples_can_be_weighted(x, shape):
    weights = np.zeros(shape, "float32")
    weights[:4] = 2.0
    half = trained_weights(x[:4], batch_size=4)
    # Keras divides by the number of examples, not by the sum of weights.
    weighted = trained_weights(x, batch_size=8, sample_weight=weights)
    assert_same_weights(weighted, half)
    weights = np.ones((8, WIDTH), "float32")
    with pytest.raises(ValueError, match="one weight for each example"):
        trained_weights(x, batch_size=8, sample_weight=weights)


def test_evaluation_is_the_loss_of_the_data(x):
    model = autoencoder()
    model.compile(metrics=["mae"])
    errors = x - reconstruction_of(model, x)
    expected = {
        "loss": np.sum(errors**2, axis=1).mean(),
        "reconstruction_loss": np.sum(errors**2, axis=1).mean(),
        "mae": np.abs(errors).mean(),
    }
    for data in (x, Batches(x), Batches(x, np.arange(8))):
        found = model.evaluate(data, return_dict=True, verbose=0)
        assert found == pytest.approx(expected, rel=1e-5)


def test_weighted_metrics_and_the_shown_loss_follow_the_weights(x):
    model = autoencoder()
    model.compile(weighted_metrics=["mse"])
    weights = np.arange(8.0)
    errors = (x - reconstruction_of(model, x)) ** 2
    found = model.evaluate(
        x, sample_weight=weights, return_dict=True, verbose=0
    )
    expected = np.mean(weights * errors.sum(axis=1))
    assert found["loss"] == pytest.approx(expected, rel=1e-5)
    assert found["reconstruction_loss"] == pytest.approx(expected, rel=1e-5)
    weighted = np.average(errors.mean(axis=1), weights=weights)
    assert found["mse"] == pytest.approx(weighted, rel=1e-5)


@pytest.mark.parametrize("kind", ["array", "tuple", "batches", "split"])
def test_validation_data_may_be_x_alone(x, kind):
    model = autoencoder()
    model.compile("sgd")
    held_out = x[4:]
    arguments = {
        "array": {"validation_data": held_out},
        "tuple": {"validation_data": (held_out, held_out)},
        "batches": {"validation_data": Batches(np.tile(held_out, (2, 1)))},
        "split": {"validation_split": 0.5},
    }[kind]
    history = model.fit(
        x, verbose=0, batch_size=4, epochs=2, **arguments
    ).history
    found = model.evaluate(held_out, return_dict=True, verbose=0)
    assert history["val_loss"][-1] == pytest.approx(found["loss"], rel=1e-5)


def test_bad_data_is_refused_when_training_starts(x):
    model = autoencoder(reconstruction="bce", output="sigmoid")
    model.compile("sgd")
    bad = x.copy()
    bad[7, 0] = np.nan
    for run in (model.fit, model.evaluate):
        with pytest.raises(ValueError, match="must be finite"):
            run(bad)
        with pytest.raises(ValueError, match=r"lie in \[0.0, 1.0\]"):
            run(255.0 * x)
        with pytest.raises(ValueError, match="target of an autoencoder"):
            run(x, np.arange(8))
    for held_out in (bad, (bad, bad), Batches(bad[4:], bad[4:])):
        with pytest.raises(ValueError, match="must be finite"):
            model.fit(x, validation_data=held_out)
    before = model.get_weights()
    for weight, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, other)


def test_weights_of_classes_are_refused(x):
    model = autoencoder()
    model.compile("sgd")
    with pytest.raises(ValueError, match="knows no classes.*sample_weight"):
        model.fit(x, class_weight={0: 1.0})


def test_loss_in_compile_is_refused():
    with pytest.raises(ValueError, match="brings its own loss.*'mse'"):
        autoencoder().compile("adam", "mse")


def test_tensor_functions_agree_with_the_layers(x):
    model = autoencoder()
    code = model.encode(x)
    assert code.shape == (8, UNITS)
    np.testing.assert_allclose(code, model.encoder.predict(x, verbose=0), 1e-6)
    expected = reconstruction_of(model, x)
    for found in (
        model.decode(code),
        model.reconstruct(x),
        model(x),
        model.predict(x, verbose=0),
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_codes_have_a_gradient(x, gradient_of):
    model = autoencoder()
    gradient = gradient_of(lambda x: ops.sum(model.reconstruct(x)), at=x)
    assert np.any(gradient != 0.0)


def test_model_with_inputs_is_built_at_once():
    model = autoencoder()
    assert model.built
    assert tuple(model.code_spec.shape) == (None, UNITS)
    assert len(model.weights) == 4


def test_model_of_bare_layers_is_built_by_data(x):
    model = Autoencoder(keras.layers.Dense(UNITS), keras.layers.Dense(WIDTH))
    assert not model.built
    with pytest.raises(ValueError, match="must be built before its codes"):
        model.serving_signatures()
    model.compile("sgd")
    model.fit(x, verbose=0)
    assert model.reconstruct(x).shape == (8, WIDTH)


def test_optimizer_is_built_with_the_model(x):
    model = autoencoder()
    model.compile("adam")
    assert len(model.optimizer.variables) == 2 + 2 * 4
    bare = Autoencoder(keras.layers.Dense(UNITS), keras.layers.Dense(WIDTH))
    bare.compile("adam")
    assert not bare.optimizer.built
    bare(x)
    assert len(bare.optimizer.variables) == 2 + 2 * 4


def test_corruption_with_weights_is_trained(x):
    model = autoencoder(keras.layers.Dense(WIDTH))
    model.compile("sgd")
    before = ops.convert_to_numpy(model.corruption.kernel)
    model.fit(x, verbose=0)
    assert np.any(before != ops.convert_to_numpy(model.corruption.kernel))


def test_images_keep_free_axes():
    encoder = keras.Sequential(
        [
            keras.Input((None, None, 1)),
            keras.layers.Conv2D(2, 3, strides=2, padding="same"),
        ]
    )
    decoder = keras.Sequential(
        [keras.layers.Conv2DTranspose(1, 3, strides=2, padding="same")]
    )
    model = Autoencoder(encoder, decoder)
    model.compile("sgd")
    for size in (4, 6):
        images = np.zeros((2, size, size, 1), "float32")
        model.fit(images, verbose=0)
        assert model.reconstruct(images).shape == images.shape


def two_outputs():
    x = keras.Input((WIDTH,))
    return keras.Model(x, [keras.layers.Dense(UNITS)(x) for _ in range(2)])


def two_inputs():
    inputs = [keras.Input((2,)), keras.Input((2,))]
    return keras.Model(inputs, keras.layers.Add()(inputs))


@pytest.mark.parametrize(
    ("encoder", "decoder", "message"),
    [
        (None, dense_pair()[1], "`encoder` must be a Keras layer"),
        (dense_pair()[0], "mse", "`decoder` must be a Keras layer"),
        (
            dense_pair(units=3)[0],
            dense_pair(units=5)[1],
            r"codes of shape \(None, 3\), which 'sequential.*Input",
        ),
        (
            dense_pair(width=7)[0],
            dense_pair(width=6)[1],
            r"shape of the data, \(None, 7\).*Reshape",
        ),
        (two_outputs(), dense_pair()[1], "encoder must return one tensor"),
        (
            two_inputs(),
            dense_pair()[1],
            "takes one tensor",
        ),
    ],
)
def test_parts_that_do_not_meet_are_refused(encoder, decoder, message):
    with pytest.raises(ValueError, match="(?s)" + message):
        Autoencoder(encoder, decoder)
