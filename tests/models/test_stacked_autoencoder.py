"""Layers trained one at a time, then together."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.layers import GaussianCorruption
from keras_dl4.layers import KSparse
from keras_dl4.layers import MaskingNoise
from keras_dl4.models import Autoencoder
from keras_dl4.models import StackedAutoencoder
from keras_dl4.regularizers import ContractivePenalty
from tests.models.autoencoder_reference import dense_pair
from tests.models.autoencoder_reference import sigmoid

WIDTHS = (6, 5, 4, 3)


@pytest.fixture
def x(rng):
    return rng.uniform(size=(16, WIDTHS[0])).astype("float32")


def pair(lower, upper, **kwargs):
    kwargs = {"output": "sigmoid", **kwargs}
    return dense_pair(lower, upper, **kwargs)


def plain_stack(depth=3):
    return StackedAutoencoder(
        [
            Autoencoder(*pair(*WIDTHS[index : index + 2]))
            for index in range(depth)
        ]
    )


def mixed_stack():
    """One kind on another: denoising, contractive and k-sparse."""
    encoder, decoder = pair(*WIDTHS[2:], code=None)
    encoder.add(KSparse(2))
    return StackedAutoencoder(
        [
            Autoencoder(
                *pair(*WIDTHS[:2]),
                MaskingNoise(0.3, return_mask=True),
                reconstruction="bce",
                emphasis=(1.0, 0.5),
            ),
            Autoencoder(
                *pair(*WIDTHS[1:3], output=None),
                GaussianCorruption(0.1),
                [ContractivePenalty(0.1)],
                "bce",
                from_logits=True,
            ),
            Autoencoder(encoder, decoder),
        ]
    )


def state_of(model):
    return [ops.convert_to_numpy(variable) for variable in model.variables]


def changed(before, model):
    """Which autoencoders of a stack have other weights than before."""
    return [
        any(map(np.any, map(np.not_equal, old, each.get_weights())))
        for old, each in zip(before, model.autoencoders, strict=True)
    ]


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


def test_pretraining_equals_training_each_on_clean_codes(x):
    """The lower ones are used in inference, without noise, as they became."""

    def autoencoders():
        keras.utils.set_random_seed(0)
        return mixed_stack().autoencoders

    def rate(index):
        return keras.optimizers.SGD(0.1 * (index + 1))

    stack = StackedAutoencoder(autoencoders())
    keras.utils.set_random_seed(1)
    histories = stack.pretrain(
        x, [3, 2, 1], [rate(0), rate(1), rate(2)], batch_size=4, verbose=0
    )
    assert [len(each.history["loss"]) for each in histories] == [3, 2, 1]
    data = x
    keras.utils.set_random_seed(1)
    by_hand = autoencoders()
    keras.utils.set_random_seed(1)
    for index, each in enumerate(by_hand):
        each.compile(rate(index))
        each.fit(data, epochs=3 - index, batch_size=4, verbose=0)
        data = ops.convert_to_numpy(each.encode(data))
    for one, other in zip(stack.autoencoders, by_hand, strict=True):
        for a, b in zip(state_of(one), state_of(other), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_pretraining_lowers_each_loss_and_can_go_on(x, capsys):
    stack = mixed_stack()
    histories = stack.pretrain(x, 20, keras.optimizers.Adam(0.02), verbose=2)
    for history in histories:
        assert history.history["loss"][-1] < history.history["loss"][0]
    assert "Autoencoder 2 of 3" in capsys.readouterr().out
    before = [each.get_weights() for each in stack.autoencoders]
    assert len(stack.pretrain(x, epochs=1, first=2, verbose=0)) == 1
    assert changed(before, stack) == [False, False, True]


def test_optimizer_is_copied_for_each(x):
    optimizer = keras.optimizers.Adam(0.5)
    stack = plain_stack(2)
    stack.pretrain(x, epochs=1, optimizer=optimizer, verbose=0)
    found = [each.optimizer for each in stack.autoencoders]
    assert found[0] is not found[1] and optimizer not in found
    assert [float(each.learning_rate) for each in found] == [0.5, 0.5]


class Batches(keras.utils.PyDataset):
    def __init__(self, x):
        super().__init__()
        self.x = x

    def __len__(self):
        return 4

    def __getitem__(self, index):
        rows = slice(4 * index, 4 * index + 4)
        return self.x[rows], np.arange(4)


def test_data_sets_pretrain_as_arrays_do(x):
    def trained(data, **kwargs):
        keras.utils.set_random_seed(0)
        stack = plain_stack(1)
        arguments = {"epochs": 2, "optimizer": "sgd", "verbose": 0}
        stack.pretrain(data, **arguments, **kwargs)
        return stack.get_weights()

    once = trained(x, batch_size=16)
    twice = trained(Batches(x))
    assert len(once) == len(twice)
    stack = plain_stack(2)
    stack.pretrain(Batches(x), 1, validation_data=Batches(x), verbose=0)
    assert "val_loss" in stack.autoencoders[1].history.history


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


def test_saved_stack_goes_on_as_it_would(x, tmp_path):
    stack = mixed_stack()
    stack.pretrain(x, epochs=2, verbose=0)
    stack.save(tmp_path / "stack.keras")
    again = keras.saving.load_model(tmp_path / "stack.keras")
    np.testing.assert_array_equal(again.reconstruct(x), stack.reconstruct(x))
    for a, b in zip(state_of(stack), state_of(again), strict=True):
        np.testing.assert_array_equal(a, b)
    for each in (stack, again):
        keras.utils.set_random_seed(1)
        each.pretrain(x, epochs=2, verbose=0)
    for a, b in zip(state_of(stack), state_of(again), strict=True):
        np.testing.assert_array_equal(a, b)


def test_weights_file_goes_into_another_stack(x, tmp_path):
    stack, again = mixed_stack(), mixed_stack()
    stack.save_weights(tmp_path / "stack.weights.h5")
    again.load_weights(tmp_path / "stack.weights.h5")
    np.testing.assert_array_equal(again.reconstruct(x), stack.reconstruct(x))


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="it is about tf.distribute"
)
def test_pretraining_on_two_replicas_equals_one_device(strategy, x):
    def trained():
        keras.utils.set_random_seed(0)
        stack = plain_stack(2)
        optimizer = keras.optimizers.SGD(0.1)
        stack.pretrain(
            x, 2, optimizer, batch_size=16, verbose=0, jit_compile=False
        )
        return stack.get_weights()

    one = trained()
    with strategy.scope():
        two = trained()
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


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


def test_bad_arguments_are_refused(x):
    stack = plain_stack()
    for name in ("epochs", "optimizer"):
        with pytest.raises(ValueError, match=f"`{name}` must be one value"):
            stack.pretrain(x, **{name: [1, 2]})
    with pytest.raises(ValueError, match="which ends. Give an array"):
        stack.pretrain(iter([x]))
    for number in (1, 2.0, None):
        with pytest.raises(ValueError, match="at least 2. Received: num_cl"):
            stack.to_classifier(number)


def test_error_says_which_autoencoder_it_is_about(x):
    encoder, decoder = pair(5, 4)
    stack = StackedAutoencoder(
        [
            Autoencoder(*pair(6, 5, code=None)),
            Autoencoder(encoder, decoder, reconstruction="bce"),
        ]
    )
    with pytest.raises(ValueError, match=r"lie in \[0.0, 1.0\]") as raised:
        stack.pretrain(10.0 * x, epochs=1, verbose=0)
    assert raised.value.__notes__ == ["Autoencoder 2 of 2"]
