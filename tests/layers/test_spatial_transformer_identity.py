"""The start is the identity, and geometry is float32."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_dl4 import transforms
from keras_dl4.layers import SpatialTransformer

FAMILIES = [
    "affine",
    "attention",
    "translation",
    "rotation",
    "similarity",
    "projective",
    "thin_plate_spline",
]
needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="casts with TensorFlow"
)


def images_of(rng, *shape):
    return rng.uniform(size=shape).astype("float32")


def fed(*args, **kwargs):
    return SpatialTransformer(*args, localization=None, **kwargs)


def tolerance(images):
    return max(2e-6, 2e-7 * max(images.shape[1:-1]))


@pytest.mark.parametrize("align_corners", [False, True])
@pytest.mark.parametrize("size", [(5, 8), (33, 33), (28, 101)])
@pytest.mark.parametrize("family", FAMILIES)
def test_start_is_the_identity(family, size, align_corners, rng):
    images = images_of(rng, 2, *size, 2)
    layer = SpatialTransformer(family, "fcn", align_corners=align_corners)
    np.testing.assert_allclose(
        layer(images), images, rtol=0, atol=tolerance(images)
    )


@pytest.mark.parametrize(
    "family",
    [
        "Affine",
        "Attention",
        "Translation",
        "Rotation",
        "Similarity",
        "Projective",
    ],
)
def test_start_in_volumes_is_the_identity(family, rng):
    transform = getattr(transforms, family)(rank=3)
    volumes = images_of(rng, 2, 5, 9, 6, 2)
    np.testing.assert_allclose(
        SpatialTransformer(transform)(volumes),
        volumes,
        rtol=0,
        atol=tolerance(volumes),
    )


@pytest.mark.parametrize("bounded", [None, 0.5])
def test_start_of_every_option_is_the_identity(bounded, rng):
    images = images_of(rng, 2, 28, 28, 1)
    layer = SpatialTransformer(
        bounded=bounded, param_scale=0.3, gradient_scale=0.1
    )
    np.testing.assert_allclose(
        layer(images), images, rtol=0, atol=tolerance(images)
    )


@needs_tensorflow
def test_mixed_precision_start_is_the_identity_bit_for_bit(rng):
    # Of one magnitude, so that no pixel adds its last bits to a smaller one.
    images = ops.cast(0.5 + images_of(rng, 2, 28, 224, 3) / 2.0, "bfloat16")
    layer = SpatialTransformer(
        "affine", "fcn", padding="border", dtype="mixed_bfloat16"
    )
    warped = layer(images)
    assert warped.dtype == "bfloat16"
    np.testing.assert_array_equal(
        ops.cast(warped, "float32"), ops.cast(images, "float32")
    )


@needs_tensorflow
@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("family", FAMILIES)
def test_mixed_precision_leaves_geometry_float32(family, dtype, rng):
    transform = transforms.get(family)
    params = np.tile(transform.identity(), (2, 1)).astype("float32")
    params += 0.01 * rng.normal(size=params.shape).astype("float32")
    images = images_of(rng, 2, 6, 224, 1)
    options = {"return_params": True, "return_grid": True}
    _, _, expected = fed(transform, **options)([images, params])
    mixed = fed(transform, dtype=dtype, **options)
    warped, returned, grid = mixed([images, params])
    assert warped.dtype == dtype.removeprefix("mixed_")
    np.testing.assert_array_equal(returned, params)
    np.testing.assert_array_equal(grid, expected)
