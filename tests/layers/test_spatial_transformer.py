"""One warp: what the layer computes, beside the equations of the paper."""

import keras
import numpy as np
import pytest

from keras_dl4 import transforms
from keras_dl4.layers import SpatialTransformer
from keras_dl4.layers import TransformRegressor
from tests.layers.spatial_transformer_reference import square
from tests.layers.spatial_transformer_reference import warp

FAMILIES = [
    "affine",
    "attention",
    "translation",
    "rotation",
    "similarity",
    "projective",
    "thin_plate_spline",
]
MATRICES = np.array(
    [[[0.8, 0.3, 0.1], [-0.2, 0.7, -0.3]], [[1.3, 0.1, 0.2], [0.4, 0.9, 0.1]]],
    "float32",
)


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


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("align_corners", [False, True])
def test_fed_parameters_warp_as_in_the_paper(align_corners, data_format, rng):
    images = images_of(rng, 2, 5, 7, 2)
    layer = fed(
        output_size=(4, 6), align_corners=align_corners, data_format=data_format
    )
    is_first = data_format == "channels_first"
    inputs = images.transpose(0, 3, 1, 2) if is_first else images
    warped = np.array(layer([inputs, MATRICES.reshape(2, 6)]))
    expected = [
        warp(image, matrix, (4, 6), align_corners)
        for image, matrix in zip(images, MATRICES, strict=True)
    ]
    if is_first:
        warped = warped.transpose(0, 2, 3, 1)
    np.testing.assert_allclose(warped, expected, atol=1e-5)


def test_series_is_composed_in_the_order_of_the_layers(rng):
    images = images_of(rng, 1, 6, 6, 1)
    first, second = MATRICES
    warped = fed()([images, first.reshape(1, 6), second.reshape(1, 6)])
    # The second one looks, through the first, at the original.
    product = square(first) @ square(second)
    expected = warp(images[0], product[:2], (6, 6))
    np.testing.assert_allclose(warped[0], expected, atol=1e-5)
    swapped = square(second) @ square(first)
    assert abs(warp(images[0], swapped[:2], (6, 6)) - expected).max() > 0.01


def test_series_samples_once_what_integer_shifts_sample_twice(rng):
    images = images_of(rng, 1, 8, 8, 1)
    shifts = [
        np.array([[2.0 * x / 8.0, 2.0 * y / 8.0]], "float32")
        for x, y in ((1, 2), (1, -3))
    ]
    layer = fed("translation")
    one_by_one = layer([layer([images, shifts[0]]), shifts[1]])
    once = np.array(layer([images, *shifts]))
    # What left the image in between is back.
    np.testing.assert_allclose(once[:, 3:], one_by_one[:, 3:], atol=1e-5)
    np.testing.assert_allclose(once[0, 1:, :6], images[0, :7, 2:], atol=1e-5)


def test_bounded_parameters_stay_near_the_identity():
    layer = SpatialTransformer(
        "affine",
        pooling_localization(initial_params=[99.0, -99.0, 0.1, 0, 1, 0]),
        bounded=0.5,
        param_scale=2.0,
        return_params=True,
    )
    _, params = layer(np.ones((1, 4, 4, 1), "float32"))
    expected = [1.5, -0.5, 0.5 * np.tanh(0.2), 0.0, 1.0, 0.0]
    np.testing.assert_allclose(params[0], expected, atol=1e-6)


def test_antialias_averages_what_lies_in_a_pixel(rng):
    images = images_of(rng, 2, 9, 9, 2)
    params = MATRICES.reshape(2, 6)
    fine = np.array(fed(output_size=(6, 9))([images, params]))
    expected = fine.reshape(2, 2, 3, 3, 3, 2).mean((2, 4))
    layer = fed(output_size=(2, 3), antialias=3)
    np.testing.assert_allclose(layer([images, params]), expected, atol=1e-6)


def test_parameters_and_grid_are_returned_in_this_order(rng):
    images, params = images_of(rng, 2, 5, 7, 2), MATRICES.reshape(2, 6)
    layer = fed(
        output_size=(2, 3), antialias=2, return_params=True, return_grid=True
    )
    warped, returned, grid = layer([images, params])
    np.testing.assert_array_equal(returned, params)
    assert warped.shape == (2, 2, 3, 2)
    np.testing.assert_allclose(
        grid[:, 0, 0], MATRICES @ [-5 / 6, -3 / 4, 1.0], atol=1e-6
    )
    assert grid.shape == (2, 4, 6, 2)
    symbolic = layer([keras.Input((5, 7, 2)), keras.Input((6,))])
    assert [x.shape[1:] for x in symbolic] == [(2, 3, 2), (6,), (4, 6, 2)]


@pytest.mark.parametrize("family", FAMILIES)
def test_size_may_differ_from_call_to_call(family, rng):
    inputs = [keras.Input((None, None, 2))]
    transform = transforms.get(family)
    inputs.append(keras.Input((transform.num_params,)))
    layer = fed(transform)
    outputs = layer(inputs)
    assert outputs.shape == (None, None, None, 2)
    model = keras.Model(inputs, outputs)
    start = np.tile(transform.identity(), (3, 1)).astype("float32")
    params = start + 0.1 * rng.normal(size=start.shape).astype("float32")
    for size in ((6, 9), (11, 4)):
        images = images_of(rng, 3, *size, 2)
        expected = fed(transform)([images, params])
        warped = model.predict([images, params], verbose=0)
        np.testing.assert_allclose(warped, expected, atol=1e-5)


def test_fed_parameters_replace_a_trained_localization(rng):
    images = images_of(rng, 2, 28, 28, 1)
    layer = SpatialTransformer("affine", "fcn")
    layer(images)
    params = MATRICES.reshape(2, 6)
    np.testing.assert_allclose(
        layer([images, params]), fed()([images, params]), atol=1e-6
    )
