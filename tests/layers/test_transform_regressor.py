"""The head starts from the identity, and stays float32."""

import keras
import numpy as np
import pytest

from keras_dl4 import transforms
from keras_dl4.layers import TransformRegressor

AFFINE = np.array([1.0, 0.0, 0.0, 0.0, 1.0, 0.0], "float32")


@pytest.mark.parametrize("shape", [(7,), (2, 3, 4)])
def test_any_features_give_the_identity_at_the_start(shape, rng):
    features = rng.normal(size=(5, *shape)).astype("float32")
    np.testing.assert_array_equal(
        TransformRegressor("affine")(features), np.tile(AFFINE, (5, 1))
    )


def test_start_of_several_transforms_is_returned_with_its_shape(rng):
    start = rng.normal(size=(3, 6)).astype("float32")
    head = TransformRegressor("affine", start)
    features = np.ones((5, 4), "float32")
    np.testing.assert_array_equal(head(features), np.tile(start, (5, 1, 1)))
    assert head.compute_output_shape((None, 4)) == (None, 3, 6)


def test_weights_are_those_of_a_dense_layer(rng):
    head = TransformRegressor(transforms.Translation())
    features = rng.normal(size=(5, 4)).astype("float32")
    head.build(features.shape)
    kernel = rng.normal(size=(4, 2)).astype("float32")
    head.kernel.assign(kernel)
    head.bias.assign([3.0, -2.0])
    np.testing.assert_allclose(
        head(features), features @ kernel + [3.0, -2.0], rtol=1e-5, atol=1e-6
    )


def test_mixed_precision_leaves_parameters_float32():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        head = TransformRegressor("affine", AFFINE * 1.001)
        params = head(keras.ops.ones((2, 3), "bfloat16"))
    finally:
        keras.config.set_dtype_policy("float32")
    assert params.dtype == "float32"
    np.testing.assert_array_equal(params[0], AFFINE * np.float32(1.001))


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"transform": "afine"}, "affine"),
        ({"initial_params": [1.0, 2.0]}, r"shape \(6,\) for Affine.*1.0, 2.0"),
        ({"initial_params": np.ones((2, 5))}, r"shape \(2, 6\) for Affine"),
        ({"initial_params": [np.nan] * 6}, "must be finite"),
        ({"dtype": "mixed_bfloat16"}, "float32.*'mixed_bfloat16'"),
    ],
)
def test_wrong_arguments_raise(kwargs, message):
    with pytest.raises(ValueError, match=message):
        TransformRegressor(**kwargs)


def test_features_of_unknown_size_raise():
    with pytest.raises(ValueError, match="GlobalAveragePooling2D"):
        TransformRegressor()(keras.Input((None, None, 3)))
