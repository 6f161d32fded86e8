"""Labels reach both networks, and bad ones are refused."""

import keras
import numpy as np
import pytest

from keras_dl4.models import GAN
from tests.models.gan_reference import DATA
from tests.models.gan_reference import LATENTS
from tests.models.gan_reference import WIDTH
from tests.models.gan_reference import compiled
from tests.models.gan_reference import linear_gan


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


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1], "one label for each of 3"),
        ([0, 1, 3], "from 0 to 3"),
        ([0.0, 1.0, 2.0], "dtype float64"),
    ],
)
def test_labels_of_samples_must_be_classes(labels, message):
    with pytest.raises(ValueError, match=message):
        conditional_gan().sample(3, labels=labels)


def test_labels_are_given_where_there_are_classes_and_nowhere_else():
    latent = np.zeros((2, LATENTS))
    with pytest.raises(ValueError, match="no labels"):
        conditional_gan().generate(latent)
    with pytest.raises(ValueError, match="a list of data and labels"):
        conditional_gan()(DATA)
    for make in (linear_gan().sample, linear_gan().generate):
        with pytest.raises(ValueError, match="has no classes"):
            make(latent if make.__name__ == "generate" else 2, labels=[0, 1])


def test_discriminator_is_asked_of_data_with_the_labels():
    gan = conditional_gan()
    labels = np.arange(8) % 3
    logits = keras.ops.convert_to_numpy(gan([DATA, labels]))
    expected = gan.discriminator([DATA, labels])
    np.testing.assert_allclose(
        logits, keras.ops.convert_to_numpy(expected), rtol=1e-6
    )
