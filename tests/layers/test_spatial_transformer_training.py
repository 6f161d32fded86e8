"""Gradients reach the localization, from the identity on."""

import keras
import numpy as np
from keras import ops

from keras_dl4 import transforms
from keras_dl4.layers import SpatialTransformer
from keras_dl4.layers import TransformRegressor
from tests.layers.spatial_transformer_reference import to_coordinates


def images_of(rng, *shape):
    return rng.uniform(size=shape).astype("float32")


def fed(*args, **kwargs):
    return SpatialTransformer(*args, localization=None, **kwargs)


def pooling_localization(**kwargs):
    return keras.Sequential(
        [
            keras.layers.GlobalAveragePooling2D(),
            TransformRegressor("affine", **kwargs),
        ]
    )


def test_localization_of_any_size_trains_on_images_of_any_size(rng):
    inputs = keras.Input((None, None, 1))
    layer = SpatialTransformer("affine", pooling_localization())
    model = keras.Model(inputs, layer(inputs))
    model.compile(keras.optimizers.SGD(0.1), "mse")
    for size in ((6, 9), (11, 4)):
        images = images_of(rng, 4, *size, 1)
        model.train_on_batch(images, np.roll(images, 1, 1))
    regressor = layer.localization.layers[-1]
    assert np.abs(regressor.kernel).max() > 0.0


def test_gradient_at_the_identity_is_that_of_smooth_images(gradient_of):
    # The slopes on the two sides of a pixel are nearly equal.
    places = np.arange(33) / 8.0
    image = np.sin(places[:, None] + 0.3) * np.cos(0.7 * places + 0.2)
    image = image[..., None].astype("float32")
    # Nothing at the border, where there is a slope on one side only.
    weights = np.outer(np.hanning(33), np.hanning(33) * np.sin(places + 0.4))
    weights = weights[..., None].astype("float32")
    layer = fed(padding="border")
    start = transforms.Affine().identity()[None]
    gradient = gradient_of(
        lambda params: ops.sum(weights * layer([image[None], params])), at=start
    )
    rows, columns = np.gradient(image[..., 0])
    coordinates = to_coordinates(33)
    ones = np.ones(33)
    expected = [
        np.einsum("ij,i,j", weights[..., 0] * slope * 33 / 2, along_y, along_x)
        for slope in (columns, rows)
        for along_y, along_x in (
            (ones, coordinates),
            (coordinates, ones),
            (ones, ones),
        )
    ]
    np.testing.assert_allclose(
        gradient[0], expected, atol=0.1 * np.abs(expected).max()
    )


def test_learned_target_starts_as_the_fixed_one_and_learns(rng):
    images = images_of(rng, 4, 9, 9, 1)
    transform = transforms.ThinPlateSpline((3, 3), learn_target=True)
    layer = SpatialTransformer(transform, "fcn")
    np.testing.assert_allclose(layer(images), images, atol=2e-5)
    np.testing.assert_allclose(
        layer.target_points, transform.target_points(), atol=0
    )
    model = keras.Sequential([layer])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    before = np.array(layer.target_points)
    model.train_on_batch(images, np.roll(images, 1, 1))
    moved = np.abs(np.array(layer.target_points) - before).max()
    assert 0.0 < moved < 0.1
    grids = SpatialTransformer(transform, None, return_grid=True)
    start = np.tile(transform.identity(), (4, 1)).astype("float32")
    grids.build([images.shape, start.shape])
    fixed = np.array(grids([images, start])[1])
    grids.target_points.assign(before * 0.9)
    assert np.abs(np.array(grids([images, start])[1]) - fixed).max() > 0.05


def test_training_reaches_the_localization(rng):
    class Flag(keras.layers.Layer):
        def call(self, inputs, training=None):
            return inputs * (2.0 if training else 1.0)

    localization = keras.Sequential([pooling_localization(), Flag()])
    layer = SpatialTransformer("affine", localization, return_params=True)
    images = images_of(rng, 1, 4, 4, 1)
    scales = [
        float(layer(images, training=training)[1][0, 0])
        for training in (False, True)
    ]
    assert scales == [1.0, 2.0]


def test_preset_keeps_the_slower_learning_of_its_gradient(rng):
    images = images_of(rng, 4, 9, 9, 1)
    moves = []
    for gradient_scale in (1.0, 0.1):
        keras.utils.set_random_seed(0)
        layer = SpatialTransformer(
            "affine", "fcn", gradient_scale=gradient_scale
        )
        model = keras.Sequential([layer])
        model.compile(keras.optimizers.SGD(0.1), "mse")
        model.train_on_batch(images, np.roll(images, 1, 1))
        moves.append(np.array(layer.networks[0].layers[-1].kernel))
    assert np.abs(moves[0]).max() > 0.0
    np.testing.assert_allclose(moves[1], 0.1 * moves[0], rtol=1e-4, atol=1e-9)
