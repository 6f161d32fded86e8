"""Bad networks, arguments and data are refused, with a way out."""

import keras
import numpy as np
import pytest

from keras_dl4.models import GAN
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
    ],
)
def test_discriminator_must_end_in_one_logit(layers, message):
    with pytest.raises(ValueError, match=message):
        GAN(linear_pair()[0], judge(*layers), LATENTS)


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
        (
            {"simultaneous": True, "num_discriminator_steps": 2},
            "have one step each",
        ),
        ({"label_smoothing": 1.0}, "label_smoothing=1.0"),
        (
            {"label_smoothing": 0.1, "generator_loss": "hinge"},
            "generator_loss='hinge'",
        ),
        ({"ema_momentum": 1.0}, "ema_momentum=1.0"),
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


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (None, "no labels"),
        (np.eye(8)[:, :3], "one int for each"),
        (np.zeros(8, "float32"), "dtype float32"),
        (np.arange(8), "from 0 to 7"),
        (-np.ones(8, "int64"), "from -1 to -1"),
    ],
)
def test_labels_must_be_classes(labels, message):
    gan = compiled(conditional_gan())
    with pytest.raises(ValueError, match=message):
        gan.fit(DATA, labels, verbose=0)


def conditional_gan():
    networks = []
    for size, width in ((LATENTS, WIDTH), (WIDTH, 1)):
        inputs = keras.Input((size,)), keras.Input((), dtype="int32")
        embedded = keras.layers.Embedding(3, 4)(inputs[1])
        joined = keras.layers.Concatenate()([inputs[0], embedded])
        outputs = keras.layers.Dense(width)(joined)
        networks.append(keras.Model(inputs, outputs))
    return GAN(*networks, LATENTS, num_classes=3)


def test_labels_reach_both_networks():
    """The embeddings of those that occur are trained, in both."""
    gan = compiled(conditional_gan())
    tables = [
        layer
        for network in (gan.generator, gan.discriminator)
        for layer in network.layers
        if isinstance(layer, keras.layers.Embedding)
    ]
    before = [table.get_weights()[0] for table in tables]
    gan.fit(DATA, np.arange(8) % 2, batch_size=4, verbose=0)
    for table, old in zip(tables, before, strict=True):
        moved = np.any(table.get_weights()[0] != old, axis=1)
        assert moved.tolist() == [True, True, False]
    given = np.int32([0, 1, 2, 1])
    made = keras.ops.convert_to_numpy(gan.sample(4, seed=0, labels=given))
    same = keras.ops.convert_to_numpy(gan.sample(4, seed=0))
    np.testing.assert_allclose(made[:3], same[:3], rtol=1e-6)
    assert np.all(made[3] != same[3])


def test_discriminator_is_asked_of_data_with_the_labels():
    gan = conditional_gan()
    labels = np.arange(8) % 3
    logits = keras.ops.convert_to_numpy(gan([DATA, labels]))
    expected = gan.discriminator([DATA, labels])
    np.testing.assert_allclose(
        logits, keras.ops.convert_to_numpy(expected), rtol=1e-6
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
