"""Several warps of an image are what one layer each makes of it."""

import keras
import numpy as np
import pytest

from keras_dl4 import transforms
from keras_dl4.layers import ParallelSpatialTransformer
from keras_dl4.layers import SpatialTransformer
from keras_dl4.layers import TransformRegressor


def params_of(rng, number, transform="affine"):
    start = transforms.get(transform).identity()
    noise = 0.2 * rng.normal(size=(3, number, start.size))
    return (start + noise).astype("float32")


def images_of(rng, *shape):
    return rng.uniform(size=shape).astype("float32")


@pytest.mark.parametrize("antialias", [None, 2])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_stack_is_that_of_single_transformers(data_format, antialias, rng):
    options = {
        "output_size": (4, 6),
        "localization": None,
        "antialias": antialias,
        "data_format": data_format,
        "return_params": True,
        "return_grid": True,
    }
    images, params = images_of(rng, 3, 5, 7, 2), params_of(rng, 4)
    if data_format == "channels_first":
        images = images.transpose(0, 3, 1, 2)
    single = SpatialTransformer(**options)
    outputs = ParallelSpatialTransformer(4, **options)([images, params])
    for index in range(4):
        expected = single([images, params[:, index]])
        for output, part in zip(outputs, expected, strict=True):
            np.testing.assert_allclose(output[:, index], part, atol=1e-6)


def test_volumes_are_stacked_too(rng):
    options = {"localization": None, "output_size": (3, 4, 5)}
    transform = transforms.Affine(rank=3)
    images, params = images_of(rng, 3, 4, 5, 6, 2), params_of(rng, 2, transform)
    both = ParallelSpatialTransformer(2, transform, **options)([images, params])
    for index in range(2):
        single = SpatialTransformer(transform, **options)
        expected = single([images, params[:, index]])
        np.testing.assert_allclose(both[:, index], expected, atol=1e-6)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_concatenated_channels_are_those_of_the_stack(data_format, rng):
    images, params = images_of(rng, 3, 5, 7, 5), params_of(rng, 2)
    options = {"localization": None, "data_format": data_format}
    stack = np.array(ParallelSpatialTransformer(2, **options)([images, params]))
    axis = 1 if data_format == "channels_first" else -1
    merged = ParallelSpatialTransformer(2, merge="concatenate", **options)
    np.testing.assert_array_equal(
        merged([images, params]),
        np.concatenate([stack[:, 0], stack[:, 1]], axis),
    )
    symbolic = merged([keras.Input((5, 7, 5)), keras.Input((2, 6))])
    assert symbolic.shape[1:] == merged([images, params]).shape[1:]


def test_several_parameters_are_composed_one_by_one(rng):
    images = images_of(rng, 3, 5, 7, 2)
    first, second = params_of(rng, 2), params_of(rng, 2)
    layer = ParallelSpatialTransformer(2, localization=None)
    single = SpatialTransformer(localization=None)
    both = layer([images, first, second])
    for index in range(2):
        expected = single([images, first[:, index], second[:, index]])
        np.testing.assert_allclose(both[:, index], expected, atol=1e-6)


@pytest.mark.parametrize("localization", ["cnn", "fcn", ["cnn", "fcn"]])
def test_identity_is_the_start_of_all(localization, rng):
    images = images_of(rng, 2, 28, 28, 1)
    stack = ParallelSpatialTransformer(2, "affine", localization)(images)
    expected = np.stack([images, images], axis=1)
    np.testing.assert_allclose(stack, expected, rtol=0, atol=6e-6)


def test_networks_of_a_list_are_for_one_transform_each(rng):
    starts = params_of(rng, 2)[0]
    networks = [
        keras.Sequential(
            [keras.layers.Flatten(), TransformRegressor("affine", start)]
        )
        for start in starts
    ]
    layer = ParallelSpatialTransformer(
        2, "affine", networks, return_params=True
    )
    _, params = layer(images_of(rng, 3, 4, 4, 1))
    np.testing.assert_allclose(params, np.tile(starts, (3, 1, 1)), atol=1e-7)


def test_single_network_may_return_all_parameters_in_a_row(rng):
    network = keras.Sequential(
        [
            keras.layers.Flatten(),
            keras.layers.Dense(12, bias_initializer="ones"),
        ]
    )
    layer = ParallelSpatialTransformer(2, "affine", network, return_params=True)
    images = images_of(rng, 3, 4, 4, 1)
    np.testing.assert_array_equal(
        layer(images)[1], np.array(network(images)).reshape(3, 2, 6)
    )


# Rows by columns: as near to a square as can be.
@pytest.mark.parametrize(
    ("number", "rows", "columns"),
    [(1, 1, 1), (2, 1, 2), (3, 1, 3), (4, 2, 2), (6, 2, 3), (12, 3, 4)],
)
@pytest.mark.parametrize("family", ["affine", "projective"])
def test_tiles_are_the_parts_of_the_image(family, number, rows, columns, rng):
    images = images_of(rng, 1, 12, 24, 1)
    size = 12 // rows, 24 // columns
    layer = ParallelSpatialTransformer(
        number, family, "fcn", size, initial_params="tiled"
    )
    tiles = images.reshape(rows, size[0], columns, size[1]).swapaxes(1, 2)
    np.testing.assert_allclose(
        layer(images)[0, ..., 0], tiles.reshape(number, *size), atol=1e-5
    )


def test_thin_plate_splines_and_volumes_can_be_tiled(rng):
    images = images_of(rng, 1, 8, 8, 1)
    layer = ParallelSpatialTransformer(
        4, "thin_plate_spline", "fcn", (4, 4), initial_params="tiled"
    )
    np.testing.assert_allclose(
        layer(images)[0, 1, ..., 0], images[0, :4, 4:, 0], atol=1e-5
    )
    volumes = images_of(rng, 1, 6, 8, 8, 1)
    layer = ParallelSpatialTransformer(
        2,
        transforms.Affine(rank=3),
        "fcn",
        (6, 8, 4),
        initial_params="tiled",
    )
    np.testing.assert_allclose(
        layer(volumes)[0, 1, ..., 0], volumes[0, :, :, 4:, 0], atol=1e-5
    )


def test_transform_that_only_moves_is_tiled_by_its_center():
    layer = ParallelSpatialTransformer(
        4, "translation", "fcn", initial_params="tiled", return_params=True
    )
    _, params = layer(np.ones((1, 4, 4, 1), "float32"))
    expected = [[-0.5, -0.5], [0.5, -0.5], [-0.5, 0.5], [0.5, 0.5]]
    np.testing.assert_allclose(params[0], expected, atol=1e-6)


def test_given_start_is_that_of_each(rng):
    start = params_of(rng, 2)[0]
    layer = ParallelSpatialTransformer(
        2, "affine", "fcn", initial_params=start, return_params=True
    )
    _, params = layer(images_of(rng, 3, 4, 4, 1))
    np.testing.assert_allclose(params, np.tile(start, (3, 1, 1)), atol=1e-7)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"num_transforms": 0}, "num_transforms=0"),
        ({"num_transforms": True}, "num_transforms=True"),
        ({"merge": "sum"}, r"\('stack', 'concatenate'\).*'sum'"),
        ({"initial_params": "grid"}, r"'identity', 'tiled'.*\(2, 6\).*'grid'"),
        ({"initial_params": np.ones((3, 6))}, r"shape \(2, 6\)"),
        (
            {"initial_params": "tiled", "transform": "rotation"},
            "Rotation cannot move to a part",
        ),
        ({"localization": ["cnn"]}, "1 networks, 2 parallel transforms"),
        ({"localization": ["cnn", None]}, "one for each"),
    ],
)
def test_wrong_arguments_raise(kwargs, message):
    with pytest.raises(ValueError, match=message):
        ParallelSpatialTransformer(**{"num_transforms": 2, **kwargs})


def test_wrong_width_of_all_parameters_raises(rng):
    network = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(6)])
    layer = ParallelSpatialTransformer(2, "affine", network)
    with pytest.raises(ValueError, match=r"2 times 6.*returned 6.*12 units"):
        layer(images_of(rng, 3, 4, 4, 1))
