"""A stack as a whole: codes, data, and the classifier on top."""

import keras
import numpy as np
import pytest

from keras_dl4.models import Autoencoder
from keras_dl4.models import StackedAutoencoder
from tests.models.autoencoder_reference import sigmoid
from tests.models.stacked_reference import WIDTHS
from tests.models.stacked_reference import changed
from tests.models.stacked_reference import mixed_stack
from tests.models.stacked_reference import pair
from tests.models.stacked_reference import plain_stack


@pytest.fixture
def x(rng):
    return rng.uniform(size=(16, WIDTHS[0])).astype("float32")


def test_codes_and_data_pass_through_all_layers(x):
    stack = plain_stack()
    code = x.astype("float64")
    for each in stack.autoencoders:
        kernel, bias = each.encoder.get_weights()
        code = sigmoid(code @ kernel + bias)
    data = code
    for each in reversed(stack.autoencoders):
        kernel, bias = each.decoder.get_weights()
        data = sigmoid(data @ kernel + bias)
    np.testing.assert_allclose(stack.encode(x), code, rtol=1e-5)
    np.testing.assert_allclose(stack.decode(code), data, rtol=1e-5)
    for found in (
        stack.reconstruct(x),
        stack(x),
        stack.predict(x, verbose=0),
    ):
        np.testing.assert_allclose(found, data, rtol=1e-5)


def test_logits_between_layers_become_probabilities(x):
    stack = mixed_stack()
    code = stack.encode(x)
    for each in reversed(stack.autoencoders):
        code = each.decode(code)
    np.testing.assert_allclose(stack.reconstruct(x), code, rtol=1e-5)


def test_whole_stack_is_trained_without_noise(x):
    stack = mixed_stack()
    stack.compile(keras.optimizers.Adam(0.02))
    before = [each.get_weights() for each in stack.autoencoders]
    data = np.asarray(stack.reconstruct(x), "float64")
    cross_entropy = -np.sum(
        x * np.log(data) + (1.0 - x) * np.log(1.0 - data), axis=1
    )
    logs = stack.evaluate(x, return_dict=True, verbose=0)
    assert logs["loss"] == pytest.approx(cross_entropy.mean(), rel=1e-5)
    history = stack.fit(x, epochs=20, batch_size=16, verbose=0).history
    assert history["loss"][0] == pytest.approx(logs["loss"], rel=1e-4)
    assert history["loss"][-1] < history["loss"][0]
    assert all(changed(before, stack))
    with pytest.raises(ValueError, match=r"lie in \[0.0, 1.0\]"):
        stack.fit(2.0 * x, verbose=0)


def test_classifier_stands_on_the_codes_and_tunes_them(x):
    stack = plain_stack()
    classifier = stack.to_classifier(3, "softmax", name="digits")
    assert classifier.name == "digits"
    np.testing.assert_allclose(
        np.sum(classifier.predict(x, verbose=0), axis=1), 1.0, rtol=1e-5
    )
    kernel, bias = classifier.layers[-1].get_weights()
    logits = np.asarray(stack.encode(x)) @ kernel + bias
    exponentials = np.exp(logits)
    np.testing.assert_allclose(
        classifier(x),
        exponentials / exponentials.sum(axis=1, keepdims=True),
        rtol=1e-5,
    )
    labels = np.argmax(x[:, :3], axis=1)
    code = np.asarray(stack.encode(x))
    classifier.compile(
        keras.optimizers.Adam(0.05),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    history = classifier.fit(x, labels, epochs=60, verbose=0).history
    assert history["accuracy"][-1] > history["accuracy"][0]
    assert np.any(np.asarray(stack.encode(x)) != code)


def test_codes_that_are_maps_are_flattened_for_a_classifier():
    convolution = keras.Sequential(
        [keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 3, padding="same")]
    )
    back = keras.Sequential([keras.layers.Conv2D(1, 3, padding="same")])
    stack = StackedAutoencoder([Autoencoder(convolution, back)])
    classifier = stack.to_classifier(10)
    assert classifier.output_shape == (None, 10)
    assert classifier.layers[-1].kernel.shape == (32, 10)


def test_weights_file_goes_into_another_stack(x, tmp_path):
    stack, again = mixed_stack(), mixed_stack()
    stack.save_weights(tmp_path / "stack.weights.h5")
    again.load_weights(tmp_path / "stack.weights.h5")
    np.testing.assert_array_equal(again.reconstruct(x), stack.reconstruct(x))


def test_bare_layers_are_built_by_data(x):
    stack = StackedAutoencoder(
        [
            Autoencoder(keras.layers.Dense(5), keras.layers.Dense(6)),
            Autoencoder(keras.layers.Dense(4), keras.layers.Dense(5)),
        ]
    )
    with pytest.raises(ValueError, match="must be built before"):
        stack.to_classifier(3)
    stack.pretrain(x, epochs=1, verbose=0)
    assert stack(x).shape == x.shape
    assert stack.to_classifier(3).output_shape == (None, 3)


def named_pair(name):
    encoder, decoder = pair(5, 5)
    encoder.name = name
    return Autoencoder(encoder, decoder)


@pytest.mark.parametrize(
    ("create", "message"),
    [
        (list, "must be a sequence"),
        (lambda: [keras.layers.Dense(3)], "must be a sequence"),
        (
            lambda: [named_pair("same"), named_pair("same")],
            "encoders need different names.*'same', 'same'",
        ),
        (
            lambda: [Autoencoder(*pair(6, 5)), Autoencoder(*pair(4, 3))],
            r"codes of shape \(None, 5\) of autoencoder 0.*\(None, 4\)",
        ),
    ],
)
def test_autoencoders_that_do_not_stack_are_refused(create, message):
    with pytest.raises(ValueError, match="(?s)" + message):
        StackedAutoencoder(create())


@pytest.mark.parametrize("number", [1, 2.0, None])
def test_number_of_classes_must_be_at_least_two(number):
    with pytest.raises(ValueError, match="at least 2. Received: num_cl"):
        plain_stack().to_classifier(number)
