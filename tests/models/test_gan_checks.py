"""Bad networks, arguments and data are refused, with a way out."""

import keras
import numpy as np
import pytest

from keras_dl4.models import GAN
from keras_dl4.regularizers import R1
from tests.models.gan_reference import DATA
from tests.models.gan_reference import LATENTS
from tests.models.gan_reference import WIDTH
from tests.models.gan_reference import compiled
from tests.models.gan_reference import linear_gan
from tests.models.gan_reference import linear_pair


def judge(*layers, width=WIDTH):
    return keras.Sequential([keras.Input((width,)), *layers])


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([keras.layers.Dense(2)], "one logit for each example"),
        (
            [keras.layers.Dense(1), keras.layers.Reshape((1, 1))],
            "one logit for each example",
        ),
        ([keras.layers.Dense(1, "sigmoid")], "last activation is 'sigmoid'"),
        (
            [keras.layers.Dense(1), keras.layers.Activation("tanh")],
            "last activation is 'tanh'",
        ),
        ([keras.layers.Dense(1), keras.layers.ReLU()], "is 'relu'"),
    ],
)
def test_discriminator_must_end_in_one_logit(layers, message):
    with pytest.raises(ValueError, match=message):
        GAN(linear_pair()[0], judge(*layers), LATENTS)


def test_operation_at_the_end_of_a_discriminator_is_seen():
    inputs = keras.Input((WIDTH,))
    outputs = keras.ops.sigmoid(keras.layers.Dense(1)(inputs))
    network = keras.Model(inputs, keras.ops.reshape(outputs, (-1,)))
    with pytest.raises(ValueError, match="last activation is 'sigmoid'"):
        GAN(linear_pair()[0], network, LATENTS)


def test_networks_must_meet():
    generator, discriminator = linear_pair()
    with pytest.raises(ValueError, match="does not take \\(None, 7\\)"):
        GAN(generator, discriminator, 7)
    with pytest.raises(ValueError, match="a discriminator .* does not take"):
        GAN(generator, judge(keras.layers.Dense(1), width=9), LATENTS)
    with pytest.raises(ValueError, match="must be a Keras layer"):
        GAN(generator, lambda x: x, LATENTS)
    two = keras.Input((LATENTS,))
    two = keras.Model(two, [keras.layers.Dense(WIDTH)(two) for _ in range(2)])
    with pytest.raises(ValueError, match="must return one tensor"):
        GAN(two, discriminator, LATENTS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"generator_loss": "best"}, "must be one of"),
        ({"num_discriminator_steps": 0}, "num_discriminator_steps=0"),
        ({"num_classes": 0}, "num_classes=0"),
        ({"latent": "cauchy"}, "latent='cauchy'"),
        ({"penalties": [10.0]}, "R1"),
        ({"penalties": R1(10.0)}, "must be a list"),
        (
            {"simultaneous": True, "num_discriminator_steps": 2},
            "have one step each",
        ),
        ({"label_smoothing": 1.0}, "label_smoothing=1.0"),
        ({"label_smoothing": None}, "label_smoothing=None"),
        (
            {"label_smoothing": 0.1, "generator_loss": "hinge"},
            "generator_loss='hinge'",
        ),
        ({"ema_momentum": 1.0}, "ema_momentum=1.0"),
        ({"ema_momentum": "0.9"}, "ema_momentum='0.9'"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        linear_gan(**arguments)


def test_compile_needs_two_optimizers_and_nothing_else():
    gan = linear_gan()
    with pytest.raises(ValueError, match="generator_optimizer=None"):
        gan.compile(discriminator_optimizer="adam")
    with pytest.raises(ValueError, match="discriminator_optimizer=None"):
        gan.compile("adam")
    with pytest.raises(ValueError, match="\\['loss'\\]"):
        gan.compile("adam", "sgd", loss="mse")
    optimizer = keras.optimizers.SGD()
    with pytest.raises(ValueError, match="one of them twice"):
        gan.compile(optimizer, optimizer)
    with pytest.raises(ValueError, match="num_micro_batches=0"):
        gan.compile("adam", "sgd", num_micro_batches=0)


def bounded(activation):
    generator = keras.Sequential(
        [
            keras.Input((LATENTS,)),
            keras.layers.Dense(WIDTH, activation),
            keras.layers.Reshape((WIDTH,)),
        ]
    )
    gan = GAN(generator, linear_pair()[1], LATENTS)
    return compiled(gan)


@pytest.mark.parametrize(
    ("activation", "low", "high"), [("sigmoid", 0.0, 1.0), ("tanh", -1.0, 1.0)]
)
def test_data_must_lie_in_the_range_of_the_generator(activation, low, high):
    gan = bounded(activation)
    x = np.full((4, WIDTH), low, "float32")
    x[0, 0] = high
    gan.fit(x, batch_size=4, verbose=0)
    for bad in (low - 0.1, high + 0.1):
        x[1, 1] = bad
        for method in (gan.fit, gan.evaluate):
            with pytest.raises(ValueError, match=f"in \\[{low}, {high}\\]"):
                method(x, batch_size=4, verbose=0)
        with pytest.raises(ValueError, match=f"in \\[{low}, {high}\\]"):
            gan.fit(np.zeros_like(x), validation_data=x, verbose=0)
        with pytest.raises(ValueError, match=f"in \\[{low}, {high}\\]"):
            gan.fit(iter([x]), verbose=0)


def test_range_is_that_of_the_last_operation():
    inputs = keras.Input((LATENTS,))
    outputs = 255.0 * keras.layers.Dense(WIDTH, "sigmoid")(inputs)
    gan = GAN(keras.Model(inputs, outputs), linear_pair()[1], LATENTS)
    compiled(gan).fit(np.full((4, WIDTH), 200, "uint8"), verbose=0)
    outputs = keras.ops.sigmoid(keras.layers.Dense(WIDTH)(inputs))
    gan = GAN(keras.Model(inputs, outputs), linear_pair()[1], LATENTS)
    with pytest.raises(ValueError, match="in \\[0.0, 1.0\\]"):
        compiled(gan).fit(np.full((4, WIDTH), 200, "uint8"), verbose=0)


def test_data_must_be_what_the_generator_makes():
    gan = compiled(linear_gan())
    with pytest.raises(ValueError, match="make what the data is"):
        gan.fit(np.zeros((4, WIDTH + 1)), verbose=0)
    x = DATA.copy()
    x[2, 1] = np.nan
    with pytest.raises(ValueError, match="must be finite"):
        gan.fit(x, verbose=0)
    with pytest.raises(ValueError, match="must be one array"):
        gan.fit([DATA, DATA], verbose=0)


def test_examples_have_no_weights():
    gan = compiled(linear_gan())
    with pytest.raises(ValueError, match="does not weigh examples"):
        gan.fit(DATA, DATA, sample_weight=np.ones(8), verbose=0)


def test_micro_batches_must_not_be_empty():
    gan = compiled(linear_gan(), num_micro_batches=3)
    with pytest.raises(ValueError, match="needs an example"):
        gan.fit(DATA, batch_size=6, verbose=0)


def test_seeds_of_numpy_are_seeds():
    gan = linear_gan()
    one, same = (gan.sample(2, seed=seed) for seed in (7, np.int64(7)))
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(one), keras.ops.convert_to_numpy(same)
    )


needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="it is about replicas"
)


@needs_tensorflow
def test_replicas_refuse_what_does_not_work(strategy):
    with strategy.scope():
        gan = linear_gan()
        with pytest.raises(ValueError, match="jit_compile=False"):
            compiled(gan, jit_compile=True)
        for name, value in (("clipnorm", 1.0), ("clipvalue", 0.5)):
            with pytest.raises(ValueError, match=f"{name}={value}"):
                gan.compile(
                    keras.optimizers.SGD(),
                    keras.optimizers.SGD(**{name: value}),
                )
        compiled(gan)
    with pytest.raises(ValueError, match="a batch of 3"):
        gan.fit(DATA, batch_size=3, verbose=0)
    with pytest.raises(ValueError, match="a batch of 1"):
        gan.fit(DATA[:5], batch_size=4, verbose=0)


class Parts(keras.utils.PyDataset):
    """Batches of 4, and what is left."""

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return (DATA[:7][4 * index : 4 * index + 4],)


@needs_tensorflow
def test_replicas_refuse_data_sets_whose_last_batch_may_not_divide(strategy):
    """An empty share of it makes all weights NaN by way of its statistics."""
    import tensorflow as tf

    with strategy.scope():
        gan = compiled(linear_gan())
    data = tf.data.Dataset.from_tensor_slices(DATA[:5])
    for method in (gan.fit, gan.evaluate):
        with pytest.raises(ValueError, match="drop_remainder=True"):
            method(data.batch(4), verbose=0)
        with pytest.raises(ValueError, match="a batch of 3"):
            method(Parts(), verbose=0)
    whole = data.batch(4, drop_remainder=True)
    gan.fit(whole, shuffle=False, verbose=0)


def test_last_batch_of_a_data_set_must_not_be_empty_in_parts():
    gan = compiled(linear_gan(), num_micro_batches=4)
    with pytest.raises(ValueError, match="needs an example"):
        gan.fit(Parts(), verbose=0)


@needs_tensorflow
def test_parts_refuse_data_sets_whose_last_batch_may_be_too_small():
    import tensorflow as tf

    gan = compiled(linear_gan(), num_micro_batches=2)
    data = tf.data.Dataset.from_tensor_slices(DATA[:5])
    with pytest.raises(ValueError, match="drop_remainder=True"):
        gan.fit(data.batch(4), shuffle=False, verbose=0)
