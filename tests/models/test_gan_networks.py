"""The networks, layer by layer, beside what the papers say of them."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4.models import dcgan_networks
from keras_dl4.models import maxout_gan_networks


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def weights_of(model):
    return [ops.convert_to_numpy(w).astype("float64") for w in model.weights]


def kinds_of(model):
    return [type(layer).__name__ for layer in model.layers]


def test_generator_of_2014_equals_its_equations(rng):
    mean = rng.uniform(0.1, 0.9, (28, 28, 1))
    generator, _ = maxout_gan_networks(mean_image=mean)
    z = rng.uniform(-np.sqrt(3), np.sqrt(3), (5, 100)).astype("float32")
    kernels, biases = weights_of(generator)[::2], weights_of(generator)[1::2]
    hidden = np.maximum(z @ kernels[0] + biases[0], 0.0)
    hidden = np.maximum(hidden @ kernels[1] + biases[1], 0.0)
    images = sigmoid(hidden @ kernels[2] + biases[2]).reshape(5, 28, 28, 1)
    np.testing.assert_allclose(generator(z), images, atol=1e-5)
    assert [k.shape[1] for k in kernels] == [1200, 1200, 784]
    for kernel in kernels:
        assert 0.049 < np.abs(kernel).max() < 0.0501
    assert not biases[0].any() and not biases[1].any()
    np.testing.assert_allclose(
        sigmoid(biases[2]).reshape(28, 28, 1), mean, atol=1e-5
    )


def test_layers_of_2014_start_with_different_numbers():
    for model in maxout_gan_networks():
        kernels = [w.ravel()[:100] for w in weights_of(model) if w.ndim == 2]
        assert (kernels[0] != kernels[1]).all()


def test_discriminator_of_2014_equals_its_equations(rng):
    _, discriminator = maxout_gan_networks()
    x = rng.random((5, 28, 28, 1)).astype("float32")
    kernels = weights_of(discriminator)[::2]
    hidden = x.reshape(5, 784)
    for kernel in kernels[:2]:
        hidden = (hidden @ kernel).reshape(5, 5, 240).max(axis=1)
    logits = discriminator(x)
    np.testing.assert_allclose(logits, hidden @ kernels[2], atol=1e-6)
    assert tuple(logits.shape) == (5, 1)
    for kernel in kernels:
        assert 0.0045 < np.abs(kernel).max() < 0.00501


def test_dropout_of_2014_is_on_images_and_before_each_later_layer(rng):
    """What is kept is scaled by 1.25 and by 2, as in the code of the paper."""
    _, discriminator = maxout_gan_networks()
    assert kinds_of(discriminator) == [
        "Flatten",
        "Dropout",
        "Maxout",
        "Dropout",
        "Maxout",
        "Dropout",
        "Dense",
    ]
    dropouts = [x for x in discriminator.layers if hasattr(x, "rate")]
    for layer, scale in zip(dropouts, (1.25, 2.0, 2.0), strict=True):
        kept = ops.convert_to_numpy(layer(np.ones((50, 400)), training=True))
        np.testing.assert_allclose(np.unique(kept), [0.0, scale], rtol=1e-6)
        assert kept.mean() == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize(
    ("shape", "sizes"),
    [
        ((28, 28, 1), [(4, 4, 256), (7, 7, 128), (14, 14, 64)]),
        ((32, 32, 3), [(4, 4, 256), (8, 8, 128), (16, 16, 64)]),
        ((30, 9, 2), [(8, 3, 128), (15, 5, 64)]),
        ((3, 4, 1), [(2, 2, 64)]),
        ((1, 1, 1), [(1, 1, 64)]),
    ],
)
def test_dcgan_grows_and_shrinks_by_the_same_steps(shape, sizes):
    generator, discriminator = dcgan_networks(shape)
    normalized = [
        tuple(layer.output.shape[1:])
        for layer in generator.layers
        if type(layer).__name__ == "BatchNormalization"
    ]
    assert normalized == sizes
    assert generator.output_shape == (None, *shape)
    shrunk = [
        tuple(layer.output.shape[1:])
        for layer in discriminator.layers
        if type(layer).__name__ == "Conv2D"
    ]
    assert shrunk == sizes[::-1]


def test_dcgan_has_the_layers_of_the_paper():
    generator, discriminator = dcgan_networks((28, 28, 1))
    grow = ["Conv2DTranspose"]
    follow = ["BatchNormalization", "ReLU"]
    assert kinds_of(generator) == (
        ["Dense", "Reshape", *follow, *grow, "Cropping2D", *follow]
        + [*grow, *follow, *grow]
    )
    shrink = ["Conv2D", "BatchNormalization", "LeakyReLU"]
    assert kinds_of(discriminator) == (
        ["Conv2D", "LeakyReLU", *shrink, *shrink, "Flatten", "Dense"]
    )
    for layer in (discriminator.layers[1], discriminator.layers[4]):
        outputs = layer(np.float32([[-1.0, 1.0]]))
        np.testing.assert_allclose(outputs, [[-0.2, 1.0]])


def test_dcgan_starts_with_small_weights():
    for model in dcgan_networks((28, 28, 1)):
        kernels = [w for w in weights_of(model) if w.ndim > 1 and w.size > 900]
        for kernel in kernels:
            assert kernel.std() == pytest.approx(0.02, rel=0.1)


@pytest.mark.parametrize("normalization", ["batch", "layer", None])
def test_only_batch_normalization_mixes_examples(rng, normalization):
    _, discriminator = dcgan_networks(width=4, normalization=normalization)
    x = rng.random((4, 28, 28, 1)).astype("float32")
    whole = discriminator(x, training=True)[:2]
    part = discriminator(x[:2], training=True)
    gap = np.abs(ops.convert_to_numpy(whole - part)).max()
    assert (gap > 1e-4) == (normalization == "batch")


@pytest.mark.parametrize(
    ("activation", "low"), [("sigmoid", 0.0), ("tanh", -1.0)]
)
def test_images_are_in_the_stated_range(rng, activation, low):
    generator, _ = dcgan_networks(
        (28, 56, 1), 5, width=4, output_activation=activation
    )
    # Small weights in four layers make little of common latents.
    z = 1e7 * rng.normal(size=(40, 5)).astype("float32")
    images = ops.convert_to_numpy(generator(z))
    assert images.shape == (40, 28, 56, 1)
    assert images.min() == pytest.approx(low, abs=1e-3)
    assert images.max() == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("build", [maxout_gan_networks, dcgan_networks])
def test_networks_are_saved_and_end_in_float32(tmp_path, rng, build):
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        generator, discriminator = build()
    finally:
        keras.config.set_dtype_policy(policy)
    z = rng.normal(size=(2, 100)).astype("float32")
    images = generator(z)
    for name, model, x in (("g", generator, z), ("d", discriminator, images)):
        assert keras.backend.standardize_dtype(model(x).dtype) == "float32"
        assert model.layers[0].compute_dtype == "bfloat16"
        model.save(tmp_path / f"{name}.keras")
        again = keras.saving.load_model(tmp_path / f"{name}.keras")
        np.testing.assert_array_equal(again(x), model(x))


def test_bad_arguments_raise():
    for shape in ((28, 28), (28, 28, 0), (28.0, 28, 1), None):
        for build in (maxout_gan_networks, dcgan_networks):
            with pytest.raises(ValueError, match="three positive ints"):
                build(shape)
    with pytest.raises(ValueError, match="latent_dim=0"):
        dcgan_networks(latent_dim=0)
    with pytest.raises(ValueError, match="width=True"):
        dcgan_networks(width=True)
    with pytest.raises(ValueError, match="output_activation='relu'"):
        dcgan_networks(output_activation="relu")
    with pytest.raises(ValueError, match="normalization='group'"):
        dcgan_networks(normalization="group")
    for mean in (np.zeros((28, 28)), np.full((28, 28, 1), 255.0)):
        with pytest.raises(ValueError, match="`mean_image` must be of shape"):
            maxout_gan_networks(mean_image=mean)
